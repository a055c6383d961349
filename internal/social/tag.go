package social

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// TagKey is the form under which hashtags are compared: "Straße", "STRASSE"
// and full-width letters meet.
func TagKey(tag string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimPrefix(tag, "#")))
}

// TagName is a tag as typed, without its sign and no longer than MaxTagLength.
func TagName(typed string) string {
	name := []rune(strings.TrimPrefix(strings.TrimPrefix(typed, "#"), "＃"))
	return string(name[:min(len(name), MaxTagLength)])
}

// NameKey is the form under which names of people are looked for.
func NameKey(name string) string {
	return cases.Fold().String(norm.NFKC.String(strings.Join(strings.Fields(name), " ")))
}
