package text

import "testing"

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"one\r\ntwo\n\tthree":     "one\ntwo\n\tthree",
		"a\x00b\x07c\x7fd\u0085e": "abcde",
		"\xff\xfex":               "\uFFFDx",
		"👩‍👩‍👧 ﷽ é नि \u200f\u00ad": "👩‍👩‍👧 ﷽ é नि \u200f\u00ad",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
