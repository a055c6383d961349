package locale

import (
	"context"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
)

// with is a locale with sentences of a test.
func with(name string, words map[string]translation) *Locale {
	l := *Match(name)
	l.words = func() map[string]translation { return words }
	return &l
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		wants []string
		want  string
	}{
		{nil, "en"}, {[]string{""}, "en"}, {[]string{"de"}, "de"}, {[]string{"", "fr-CA, en;q=0.5"}, "fr"}, {[]string{"de-AT"}, "de"},
		{[]string{"ja", "fr"}, "ja"}, {[]string{"ar-EG"}, "ar"}, {[]string{"es-419"}, "es"}, {[]string{"tlh, es;q=0.2"}, "es"},
		{[]string{"zz-not-a-tag-at-all", "de"}, "de"}, {[]string{"sv"}, "en"}, {[]string{"*"}, "en"}, {[]string{"\x00;q=;;,"}, "en"},
	} {
		if got := Match(tt.wants...).Name; got != tt.want {
			t.Errorf("%q: %s, want %s", tt.wants, got, tt.want)
		}
	}
}

// A count chooses its form by the rules of its language, zero to a hundred and beyond.
func TestForms(t *testing.T) {
	t.Parallel()
	posts := func(forms ...string) map[string]translation {
		t := translation{forms: map[plural.Form]string{}}
		for _, f := range forms {
			t.forms[categories[f]] = f + " %d"
		}
		return map[string]translation{"%d posts": t}
	}
	ar := with("ar", posts("zero", "one", "two", "few", "many", "other"))
	for n, want := range map[int]string{0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many", 100: "other", 103: "few", 200: "other"} {
		if got := ar.Form("%d posts", n); got != want+" %d" {
			t.Errorf("ar, %d: %s, want %s", n, got, want)
		}
	}
	fr := with("fr", posts("one", "other"))
	for n, want := range map[int]string{0: "one", 1: "one", 2: "other", -1: "one", 1_000_000: "other"} {
		if got := fr.Form("%d posts", n); got != want+" %d" {
			t.Errorf("fr, %d: %s, want %s", n, got, want)
		}
	}
	if got := with("ja", posts("other")).Form("%d posts", 1); got != "other %d" {
		t.Errorf("ja, 1: %s", got)
	}
	if got := with("de", posts("one", "other")).Form("%d posts", "x", int64(1)); got != "one %d" {
		t.Errorf("the first whole number chooses: %s", got)
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	de := with("de", map[string]translation{"%s follows %s": {only: "%[2]s hat %[1]s"}, "50 % of it": {only: "50 % davon"}, "%d %%": {only: "%d %%"}})
	for _, tt := range []struct{ got, want string }{
		{de.Say("%s follows %s", "a", "b"), "b hat a"},
		{de.Say("50 % of it"), "50 % davon"},
		{de.Say("%d %%", 1234), "1.234 %"},
		{de.Say("nobody translated %s", "this"), "nobody translated this"},
		{English().Say("%d lines", 1234), "1,234 lines"},
		{de.Number(1234567), "1.234.567"},
		{Match("ar").Number(1234), "1,234"},
		{Match("ar").Say("%s! %s!", "@ada", "ada"), "\u2066@ada\u2069! ada!"},
		{de.Say("%s!", "@ada"), "@ada!"},
		{From(context.Background()).Name, "en"},
		{From(With(t.Context(), de)).Name, "de"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.May, 4, 15, 4, 0, 0, time.UTC)
	for name, want := range map[string]string{"en": "4 May 2026, 15:04 UTC", "fr": "4 mai 2026", "de": "4. Mai 2026", "ja": "2026年5月4日"} {
		got := Match(name).Date(at, "2 January 2006, 15:04 UTC")
		if len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%s: %q, want it to begin with %q", name, got, want)
		}
	}
}

func BenchmarkSay(b *testing.B) {
	for name, say := range map[string]func() string{
		"words":     func() string { return Match("de").Say("Home") },
		"argument":  func() string { return English().Say("with %s", "an app") },
		"in German": func() string { return all[2].Say("%d people voted", 12) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				say()
			}
		})
	}
}
