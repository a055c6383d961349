package web

import (
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/locale"
)

// say is a sentence in the reader's language. Each that is written in the program is
// a key of the catalogs; TestSaid finds what is shown without being said.
func say(ctx context.Context, sentence string, args ...any) string {
	return locale.From(ctx).Say(sentence, args...)
}

// say is a sentence in the reader's language, where there is no context but a page.
func (f *frame) say(sentence string, args ...any) string { return f.locale().Say(sentence, args...) }

func (f *frame) locale() *locale.Locale {
	if f.Locale == nil {
		return locale.English()
	}
	return f.Locale
}

// msg marks words that are said elsewhere, for whoever collects them.
func msg(words string) string { return words }

// forApps is how errors begin that apps show as Mastodon's.
const forApps = "Validation failed: "

// fault is what may be said of err, in the reader's language.
func (f *frame) fault(err error) string {
	sentence, args := errs.Sentence(err)
	sentence = strings.TrimPrefix(sentence, forApps)
	if sentence == "" {
		sentence = msg("Something broke on our side, and it has been noted. Nothing you did was wrong: please try again in a moment.")
	}
	return f.say(sentence, args...)
}

// A counted is a number that is shown in short and bold, and chooses the form of its sentence.
type counted int

// Count is what plural rules look at.
func (n counted) Count() int { return int(n) }

var openPlaces = regexp.MustCompile(`%(?:\[(\d+)\])?[sd]`)

// phrase is a sentence with parts that are more than words, for its openPlaces %s and %d:
// components, and strings and counts as for say.
func phrase(sentence string, parts ...any) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		l := locale.From(ctx)
		form, from, next := l.Form(sentence, parts...), 0, 0
		for _, at := range openPlaces.FindAllStringSubmatchIndex(form, -1) {
			if _, err := io.WriteString(w, templ.EscapeString(bare(form[from:at[0]]))); err != nil {
				return err
			}
			from = at[1]
			if at[2] >= 0 {
				next, _ = strconv.Atoi(form[at[2]:at[3]])
				next--
			}
			if next >= 0 && next < len(parts) {
				if err := part(l, parts[next]).Render(ctx, w); err != nil {
					return err
				}
			}
			next++
		}
		_, err := io.WriteString(w, templ.EscapeString(bare(form[from:])))
		return err
	})
}

// bare is what stands between places.
func bare(words string) string { return strings.ReplaceAll(words, "%%", "%") }

func part(l *locale.Locale, p any) templ.Component {
	switch p := p.(type) {
	case templ.Component:
		return p
	case counted:
		return strong(count(int(p)))
	case int:
		return onlyWords(l.Number(p))
	case string:
		return onlyWords(l.Apart(p))
	}
	return templ.NopComponent
}

// toTheMinute is how a moment stands in words.
var toTheMinute = msg("2 January 2006, 15:04 UTC")

// longDate is a moment to the minute, in words.
func longDate(ctx context.Context, at time.Time) string {
	return dateIn(ctx, at, toTheMinute)
}

// dateIn is a moment in the reader's language, as layout has it in English.
func dateIn(ctx context.Context, at time.Time, layout string) string {
	return locale.From(ctx).Date(at.UTC(), layout)
}
