package text

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for in, want := range map[string][]string{
		"":                          nil,
		"Hello, WORLD!":             {"hello", "world"},
		"Crème brûlée":              {"creme", "brulee"},
		"STRASSE Straße":            {"strasse", "strasse"},
		"日本 go1.26":                 {"日", "本", "go1", "26"},
		"https://plaza.example/a_b": {"https", "plaza", "example", "a", "b"},
	} {
		if got := Words(in); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	for in, want := range map[string][]string{
		`quick "Brown fox" it's`: {"quick", "brown fox", "it s"},
		`"left open`:             {"left open"},
		`" ' "`:                  nil,
		`日本語 x`:                  {"日 本 語", "x"},
	} {
		if got := Phrases(in); !slices.Equal(got, want) {
			t.Errorf("Phrases(%q) = %q, want %q", in, got, want)
		}
	}
}
