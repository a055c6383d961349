package apptest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// markup is what others were broken with, as seen from a package in test/. It is
// not ours to copy.
const markup = "../../../shared/corpora/xss"

// leastMarkup is how many pieces of it there have to be.
const leastMarkup = 1500

// HostileMarkup is the pieces of markup that others were broken with, each once.
// Where they are not at hand the test is skipped.
func HostileMarkup(t *testing.T) (all []string) {
	t.Helper()
	b, err := os.ReadFile(markup + "/dompurify.json")
	if err != nil {
		t.Skip("skipped: there is no corpus of hostile markup at", markup)
	}
	var listed []struct{ Payload string }
	if err := json.Unmarshal(b, &listed); err != nil {
		t.Fatal(err)
	}
	for _, l := range listed {
		all = append(all, l.Payload)
	}
	files, _ := filepath.Glob(markup + "/payloads/*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Split(string(b), "\n")...)
	}
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(v string) bool {
		again := seen[v]
		seen[v] = true
		return again || strings.TrimSpace(v) == "" || !utf8.ValidString(v) || strings.ContainsRune(v, 0)
	})
	if len(all) < leastMarkup {
		t.Fatalf("the corpus has only %d pieces, want %d", len(all), leastMarkup)
	}
	return all
}

// Packed puts as many pieces into each text as fit into so many characters; those
// that do not are left out.
func Packed(all []string, most int) (out []string) {
	now, n := []string{}, 0
	for _, v := range all {
		size := utf8.RuneCountInString(v) + 1
		if size > most {
			continue
		}
		if n+size > most {
			out, now, n = append(out, strings.Join(now, "\n")), nil, 0
		}
		now, n = append(now, v), n+size
	}
	return append(out, strings.Join(now, "\n"))
}

// ShortLines are the pieces of at most so many characters that are one line.
func ShortLines(all []string, most int) []string {
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return utf8.RuneCountInString(v) > most || strings.ContainsAny(v, "\n\r") })
}
