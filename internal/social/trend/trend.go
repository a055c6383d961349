// Package trend is the rules by which something is what many turn to: a pure
// count of what is public, in one pass and in bounded memory. Whoever has the
// same data, at the same moment, comes to the same answer in the same order.
// It asks nobody, and knows no reader; docs/decisions/0013-trends.md tells the
// rules in words.
package trend

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// The rules.
const (
	Span      = 48 * time.Hour // what is older is no trend
	HalfLife  = 12 * time.Hour // in which a post's score halves
	PerAuthor = 2              // posts of one author, at most
	Least     = 2              // people who must use a tag, or pass a link on
	// LeastRising is how many people within a day make something rise, if they
	// are twice as many as on the day before.
	LeastRising = 3
)

// Limits of what is counted at once, and of what comes of it.
const (
	// MaxEntries is how many posts are looked at: the newest within Span.
	MaxEntries = 200_000
	// MaxCounters is how many tags, and how many links, are counted side by
	// side. Up to as many different ones every count is exact; with more, no
	// count is too high, and too low by at most Lists.Missed. A counter takes
	// at most a kilobyte: it has one place for all languages and MaxPlaces more.
	MaxCounters = 16_384
	MaxPlaces   = 8  // languages that one tag or link is counted in by themselves
	MaxLanguage = 64 // languages that have lists of their own
	MaxPosts    = 200
	MaxTags     = 100
	MaxLinks    = 100
	MaxPeople   = 100
)

// An Entry is a public post as far as it counts. Entries come by author, then
// by id: so each author is counted once, and nobody need be remembered.
type Entry struct {
	ID       social.PostID    `json:"id,string"`
	Author   social.AccountID `json:"author,string"`
	Acct     string           `json:"acct"`
	At       int64            `json:"at"` // milliseconds
	Language string           `json:"language,omitempty"`
	Tags     []string         `json:"tags,omitempty"` // folded
	Link     social.LinkID    `json:"link,string,omitempty"`
	URL      string           `json:"url,omitempty"` // of Link
	Likes    int              `json:"likes,omitempty"`
	Boosts   int              `json:"boosts,omitempty"`
	Post     bool             `json:"post,omitempty"` // it may be a trend itself
}

// before reports whether e stands before next.
func (e Entry) before(next Entry) bool {
	return e.Author < next.Author || e.Author == next.Author && e.ID < next.ID
}

// language is what a language is counted as: French is one, wherever it is
// spoken.
func language(code string) string {
	code, _, _ = strings.Cut(strings.ToLower(code), "-")
	return code
}

// Score is what a post weighs: a boost is two likes, and half of it goes with
// each half-life, evenly in between. It is counted in whole numbers, which are
// the same on each machine.
func Score(likes, boosts int, age time.Duration) int64 {
	const half, fine = int64(HalfLife / time.Millisecond), 10
	ms := max(0, age.Milliseconds())
	halves, rest := ms/half, ms%half
	weight := int64(min(likes+2*boosts, 1<<24)) << fine
	return weight * (2*half - rest) / (2 * half) >> halves
}

// Kind says what a reason is about.
type Kind string

// The kinds of reasons. Those that follow a reader are told to that reader alone.
const (
	People    Kind = "people"    // how many used it, or passed it on
	Reactions Kind = "reactions" // likes and boosts
	Rising    Kind = "rising"    // twice as many people as on the day before
	UsedBy    Kind = "used_by_followed"
	BoostedBy Kind = "boosted_by_followed"
	Followed  Kind = "followed_by_followed"
	Most      Kind = "most_followed"
)

// A Reason is why something is put before people.
type Reason struct {
	Kind     Kind   `json:"kind"`
	People   int    `json:"people,omitempty"`
	Likes    int    `json:"likes,omitempty"`
	Boosts   int    `json:"boosts,omitempty"`
	Language string `json:"language,omitempty"` // in which alone it was counted, or mostly rises
}

// MarshalJSON adds the words to the numbers.
func (r Reason) MarshalJSON() ([]byte, error) {
	type plain Reason
	return json.Marshal(struct {
		plain
		Text string `json:"text"`
	}{plain(r), r.String()})
}

// String is the reason in plain English. Pages say it in the reader's language.
func (r Reason) String() string {
	in := ""
	if r.Language != "" {
		in = " in " + r.Language
	}
	switch r.Kind {
	case People:
		return fmt.Sprintf("%s in 2 days%s", many(r.People, "person", "people"), in)
	case Reactions:
		return fmt.Sprintf("%s and %s in 2 days", many(r.Likes, "like", "likes"), many(r.Boosts, "boost", "boosts"))
	case Rising:
		return "rising" + in
	case UsedBy:
		return fmt.Sprintf("used by %s you follow", many(r.People, "person", "people"))
	case BoostedBy:
		return fmt.Sprintf("boosted by %s you follow", many(r.People, "person", "people"))
	case Followed:
		return fmt.Sprintf("followed by %s you follow", many(r.People, "person", "people"))
	}
	return "followed by many here"
}

func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", more)
}
