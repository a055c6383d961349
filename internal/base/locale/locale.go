// Package locale has sentences in the reader's language.
//
// The program is written in English, and an English sentence is the key of its
// translations: what no catalog has is said in English. A sentence with a count
// has a form for each plural category that its language has (Unicode CLDR,
// https://cldr.unicode.org/index/cldr-spec/plural-rules), in English too.
package locale

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed catalogs/*.json
var catalogs embed.FS

// Names are the languages that the site can be read in, as BCP 47 tags; the first
// is the one that stands in for all others.
var Names = []string{"en", "fr", "de", "es", "ar", "ja"}

// own is how the speakers of each language call it.
var own = map[string]string{"en": "English", "fr": "Français", "de": "Deutsch", "es": "Español", "ar": "العربية", "ja": "日本語"}

// A Locale is a language and its habits: which form goes with a count, how numbers
// and dates are written, from which side one reads.
type Locale struct {
	Name    string // a BCP 47 tag, one of Names
	Own     string // what its speakers call it
	Dir     string // ltr or rtl, as HTML has it
	tag     language.Tag
	words   func() map[string]translation
	printer *message.Printer
}

// A translation has one form, or one for each plural category.
type translation struct {
	only  string
	forms map[plural.Form]string
}

var categories = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other}

// UnmarshalJSON reads "…" or {"one": "…", "other": "…"}.
func (t *translation) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &t.only)
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	t.forms = map[plural.Form]string{}
	for name, form := range forms {
		category, known := categories[name]
		if !known {
			return fmt.Errorf("%q is no plural category", name)
		}
		t.forms[category] = form
	}
	if t.forms[plural.Other] == "" {
		return fmt.Errorf(`a sentence with a count lacks "other"`)
	}
	return nil
}

var (
	all     = load()
	matcher = language.NewMatcher(tags())
)

func tags() []language.Tag {
	var out []language.Tag
	for _, l := range all {
		out = append(out, l.tag)
	}
	return out
}

func load() []*Locale {
	var out []*Locale
	for _, name := range Names {
		l := &Locale{Name: name, Own: own[name], Dir: "ltr", tag: language.MustParse(name)}
		l.words = sync.OnceValue(func() map[string]translation { return catalog(name) })
		l.printer = message.NewPrinter(l.tag)
		if name == "ar" { // with the digits that browsers write in times beside it
			l.Dir, l.printer = "rtl", message.NewPrinter(language.MustParse("ar-u-nu-latn"))
		}
		out = append(out, l)
	}
	return out
}

// catalog is read when somebody reads in its language first.
func catalog(name string) (words map[string]translation) {
	b, err := catalogs.ReadFile("catalogs/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(b, &words)
	}
	if err != nil {
		panic(fmt.Sprintf("catalogs/%s.json: %v", name, err)) // it is in the program, and tested
	}
	return words
}

// All are the languages there are, in the order of Names.
func All() []*Locale { return all }

// English is the language the program is written in.
func English() *Locale { return all[0] }

// Match is the locale that fits best what somebody understands: wants are tags or
// values of Accept-Language (RFC 9110, 12.5.4), the more wanted first. What cannot
// be read is passed over.
func Match(wants ...string) *Locale {
	_, i := language.MatchStrings(matcher, slices.DeleteFunc(wants, func(w string) bool { return w == "" })...)
	return all[i]
}

type key struct{}

// With returns a context in which sentences are said in l.
func With(ctx context.Context, l *Locale) context.Context { return context.WithValue(ctx, key{}, l) }

// From is the locale of ctx, English if it has none.
func From(ctx context.Context) *Locale {
	if l, ok := ctx.Value(key{}).(*Locale); ok {
		return l
	}
	return English()
}

// Form is the sentence in l, with the places for its arguments still open. The
// first argument that is a whole number, or has a Count, is the count that chooses among forms.
func (l *Locale) Form(sentence string, args ...any) string {
	t, known := l.words()[sentence]
	if !known {
		if l != English() {
			return English().Form(sentence, args...)
		}
		return sentence
	}
	if t.forms == nil {
		return t.only
	}
	n := counted(args)
	if form, ok := t.forms[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]; ok {
		return form
	}
	return t.forms[plural.Other]
}

// counted is the first whole number among args, without its sign.
func counted(args []any) int {
	for _, a := range args {
		n := 0
		switch a := a.(type) {
		case int:
			n = a
		case interface{ Count() int }:
			n = a.Count()
		case int64:
			n = int(a % 1_000_000) // what plural rules look at
		default:
			continue
		}
		return max(n, -n)
	}
	return 0
}

// Say is the sentence in l. Its arguments, if it has any, are put in as fmt.Sprintf
// does; numbers are written as readers of l write them.
func (l *Locale) Say(sentence string, args ...any) string {
	form := l.Form(sentence, args...)
	if len(args) == 0 {
		return form
	}
	if l.Dir == "rtl" {
		args = slices.Clone(args)
		for i, a := range args {
			if s, ok := a.(string); ok {
				args[i] = l.Apart(s)
			}
		}
	}
	return l.printer.Sprintf(form, args...)
}

// Apart is an address (@name@host) as it can stand among words of l: where those are
// read from right to left its @ would otherwise change sides. The signs around it are
// those of UAX #9.
func (l *Locale) Apart(words string) string {
	if l.Dir == "rtl" && strings.HasPrefix(words, "@") {
		return "\u2066" + words + "\u2069"
	}
	return words
}

// Number is n as readers of l write it.
func (l *Locale) Number(n int) string { return l.printer.Sprint(number.Decimal(n)) }

// Has reports whether l has the sentence in its own words.
func (l *Locale) Has(sentence string) bool { _, ok := l.words()[sentence]; return ok }

// Sentences are the keys that l has, sorted.
func (l *Locale) Sentences() []string {
	words := l.words()
	out := make([]string, 0, len(words))
	for k := range words {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Date is at as layout (of package time, in English) says, in the order and with the
// names of months and days that l has.
func (l *Locale) Date(at time.Time, layout string) string {
	out := at.Format(l.Say(layout))
	if l == English() {
		return out
	}
	var swaps []string
	for _, name := range []string{at.Month().String(), at.Weekday().String()} {
		swaps = append(swaps, name, l.Say(name), name[:3], l.Say(name[:3]))
	}
	return strings.NewReplacer(swaps...).Replace(out)
}

// Forms are what l says for a sentence: one, or one for each plural category.
func (l *Locale) Forms(sentence string) []string {
	t := l.words()[sentence]
	if t.forms == nil {
		return []string{t.only}
	}
	return slices.Collect(maps.Values(t.forms))
}
