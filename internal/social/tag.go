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
