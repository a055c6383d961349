package text

import (
	"strings"
	"unicode"
)

// Clean is s as we keep what people type: valid UTF-8, its lines ending in
// "\n", and no other control characters, which PostgreSQL refuses in part.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
