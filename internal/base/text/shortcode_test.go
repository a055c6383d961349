package text

import (
	"strings"
	"testing"
)

func TestShortcodes(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", "no colon": "", ":": "", "::": "", ":a:": "", ":ab:": "ab", "a :blob_cat: b": "blob_cat", ":ab: :cd:": "ab cd",
		":ab:\n:cd:": "ab cd", "(:ab:)": "ab", "x:ab:": "", ":ab:x": "", "é:ab:": "", ":ab:é": "", "10:30:15": "", "::ab:": "", ":ab::": "",
		":ab::cd:": "", "https://x.example/:ab:": "ab", ":ab :cd:": "cd", ":a-b:": "", "時:ab:": "", "🎉:ab:🎉": "ab", ":ab": "", ":AB9_:": "AB9_",
		"note: :ab:": "ab", strings.Repeat(":", 5000): "",
	} {
		var got []string
		for _, c := range Shortcodes(s) {
			got = append(got, c.Name)
			if s[c.From:c.To] != ":"+c.Name+":" {
				t.Errorf("%q: %q is not where it says", s, c.Name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", s, got, want)
		}
	}
}
