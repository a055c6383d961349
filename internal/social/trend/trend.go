// Package trend is the rules by which something is what many turn to: a pure
// count of what is public, in one pass and in bounded memory. Whoever has the
// same data, at the same moment, comes to the same answer in the same order.
// It asks nobody, and knows no reader; docs/decisions/0013-trends.md tells the
// rules in words.
package trend

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	tongues "golang.org/x/text/language"
	"golang.org/x/text/language/display"

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
	// MaxTogether is how many of those who count together count at most: for a
	// tag, for a link, and of the likes and the boosts of a post.
	MaxTogether = social.MaxBlock
	// PerPerson is how many posts of one person count for that person: the best.
	PerPerson = 10
)

// Newcomers is the part of those who live here and came less than Fresh ago, in
// a house that is older than that.
const (
	Newcomers = "*"
	Fresh     = social.VoteAge
)

// Part is with whom what somebody does counts together, at a moment: empty for
// nobody. Of others it is the site of their server. since is when the house began.
func Part(a social.Account, since, at time.Time) string {
	if a.Local() && !a.KnownFor(Fresh, at) && at.Sub(since) >= Fresh {
		return Newcomers
	}
	return a.VotePart()
}

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
	MaxLanguage = 64 // languages that are offered: those in which most is said
	MaxPosts    = 200
	MaxTags     = 100
	MaxLinks    = 100
	MaxPeople   = 100
)

// An Entry is a public post as far as it counts. Entries come by part, then by
// author, then by id: so each author is counted once, and no more of a part than
// MaxTogether, and nobody need be remembered.
type Entry struct {
	ID       social.PostID    `json:"id,string"`
	Author   social.AccountID `json:"author,string"`
	Acct     string           `json:"acct"`
	Part     string           `json:"part,omitempty"` // with whom Author counts together, see Part
	At       int64            `json:"at"`             // milliseconds
	Language string           `json:"language,omitempty"`
	Tags     []string         `json:"tags,omitempty"` // folded
	Link     social.LinkID    `json:"link,string,omitempty"`
	URL      string           `json:"url,omitempty"`   // of Link
	Likes    int              `json:"likes,omitempty"` // that count
	Boosts   int              `json:"boosts,omitempty"`
	Post     bool             `json:"post,omitempty"` // it may be a trend itself
	Anew     int64            `json:"-"`              // when it was made to say something else, in milliseconds, or zero
}

// Compare tells which of two entries comes first.
func (e Entry) Compare(o Entry) int {
	return cmp.Or(cmp.Compare(e.Part, o.Part), cmp.Compare(e.Author, o.Author), cmp.Compare(e.ID, o.ID))
}

// language is what a language is counted as: French is one, wherever it is
// spoken. What has no name is none, so there are a few hundred at most, whatever
// other servers say.
func language(code string) string {
	code, _, _ = strings.Cut(strings.ToLower(code), "-")
	if n := len(code); n != 2 && n != 3 {
		return ""
	}
	base, err := tongues.ParseBase(code)
	if err != nil || base.String() != code || display.English.Languages().Name(base) == "" || code == "und" || code == "mul" {
		return ""
	}
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
