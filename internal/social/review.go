package social

import (
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Review is what was decided about something that many turn to.
type Review string

// The reviews. Empty is not looked at yet.
const (
	Approved Review = "approved"
	Rejected Review = "rejected"
)

// MayTrend reports whether what was reviewed so may be a trend, in a house
// where all is looked at first, or not.
func (r Review) MayTrend(first bool) bool { return r == Approved || r == "" && !first }

// ReviewKind says what a review is about.
type ReviewKind string

// The kinds: a post, a link, and all that one host publishes.
const (
	ReviewPost      ReviewKind = "post"
	ReviewLink      ReviewKind = "link"
	ReviewPublisher ReviewKind = "publisher"
)

// A TagRule is what was decided about a tag. What says nothing leaves it as
// tags are: used, found, and a trend if many use it.
type TagRule struct {
	Key       string
	Name      string // how it is written, if that was decided
	Unusable  bool   // it has no page, and is nowhere shown as a tag
	Unlisted  bool   // it is not found, and not suggested
	Trend     Review
	ChangedAt time.Time
}

// MaxTagRules is how many tags something is decided about: they are kept in memory.
const MaxTagRules = 10_000

// Check reports what is wrong with r, or nil.
func (r TagRule) Check() error {
	if utf8.RuneCountInString(r.Key) > MaxTagLength || r.Key == "" {
		return errs.New(errs.NotFound, "Record not found")
	}
	if r.Name != "" && TagKey(r.Name) != r.Key {
		return errs.New(errs.Invalid, "Validation failed: A tag is written with its own letters; only capital and small ones may change.")
	}
	return nil
}

// TagRules is all that was decided about tags, by key, at one moment.
type TagRules map[string]TagRule

// Usable leaves out of keys what is not shown as a tag.
func (r TagRules) Usable(keys []string) []string {
	if len(r) == 0 {
		return keys
	}
	out := make([]string, 0, len(keys))
	for _, k := range keys {
		if !r[k].Unusable {
			out = append(out, k)
		}
	}
	return out
}

// Listed reports whether a tag is found and suggested.
func (r TagRules) Listed(key string) bool { return !r[key].Unusable && !r[key].Unlisted }
