package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxWord is how much of a word counts, in characters.
const maxWord = 64

// Words cuts s into the words by which it is found: letters and digits
// without accents and case. Scripts that put no spaces between words give a
// word for each character, to be looked for as a phrase.
func Words(s string) []string {
	var out []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			out = append(out, string(word[:min(len(word), maxWord)]))
			word = word[:0]
		}
	}
	for _, r := range norm.NFKD.String(cases.Fold().String(s)) {
		switch {
		case unicode.Is(unicode.Mn, r): // accents
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			end()
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word = append(word, r)
		default:
			end()
		}
	}
	end()
	return out
}

// Phrases turns what somebody looks for into phrases of Words: what stands in
// quotes is one, and so is each word outside of them.
func Phrases(s string) []string {
	var out []string
	for i, part := range strings.Split(s, `"`) {
		pieces := []string{part}
		if i%2 == 0 {
			pieces = strings.Fields(part)
		}
		for _, p := range pieces {
			if w := Words(p); len(w) > 0 {
				out = append(out, strings.Join(w, " "))
			}
		}
	}
	return out
}
