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

type (
	TagFollowID   int64 // a tag that somebody follows
	FeaturedTagID int64 // a tag that somebody shows on their page
)

// A FollowedTag is a tag whose public posts come to its owner's home.
type FollowedTag struct {
	ID   TagFollowID
	Key  string
	Name string // as it was typed
}

// A FeaturedTag is a tag that an account shows on its page.
type FeaturedTag struct {
	ID   FeaturedTagID
	Key  string
	Name string // as it was typed
}

// Limits of tags.
const (
	MaxFollowedTags = 500
	MaxFeaturedTags = 10
)
