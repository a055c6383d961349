package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Shortcode is a name between colons in a text, such as ":blob_cat:".
type Shortcode struct {
	Name     string
	From, To int // the bytes that it takes, with the colons
}

// Shortcodes finds the names between colons in s that stand for themselves:
// not within a word or a time, as in "10:30:15". Where there is no colon it
// costs next to nothing.
func Shortcodes(s string) (out []Shortcode) {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return out
		}
		from := at + i
		end := from + 1
		for end < len(s) && nameByte(s[end]) {
			end++
		}
		if end == len(s) {
			return out
		}
		before, _ := utf8.DecodeLastRuneInString(s[:from])
		after, _ := utf8.DecodeRuneInString(s[end+1:])
		if s[end] != ':' || end-from < 3 || from > 0 && joins(before) || end+1 < len(s) && joins(after) {
			at = max(end, from+1)
			continue
		}
		out = append(out, Shortcode{s[from+1 : end], from, end + 1})
		at = end + 1
	}
}

func nameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func joins(r rune) bool { return r == ':' || unicode.IsLetter(r) || unicode.IsDigit(r) }
