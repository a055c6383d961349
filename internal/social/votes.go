package social

import (
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
)

// A ReplyOrder is in which order the replies to a post stand.
type ReplyOrder string

// The orders. Replies that are alike in one stand the oldest first.
const (
	OldFirst      ReplyOrder = "old"
	NewFirst      ReplyOrder = "new"
	Best          ReplyOrder = "best"          // by what share of all is for it at least, as far as so few votes tell
	Top           ReplyOrder = "top"           // by how many more are for it than against it
	Controversial ReplyOrder = "controversial" // by how many votes there are, and how even
)

// ReplyOrders are all of them. One by votes against is for houses that have such.
var ReplyOrders = []ReplyOrder{OldFirst, NewFirst, Best, Top, Controversial}

// ParseReplyOrder reads an order; empty is the oldest first.
func ParseReplyOrder(s string) (ReplyOrder, error) {
	if s == "" {
		return OldFirst, nil
	}
	if o := ReplyOrder(s); slices.Contains(ReplyOrders, o) {
		return o, nil
	}
	return "", errs.New(errs.Invalid, "Validation failed: The order of replies is old, new, best, top or controversial.")
}

// By which votes a reply is put in its place. The sentences in the decision on
// votes (0026) and on the page of a thread say the same.
const (
	OneVote   = 4                   // what counts as one vote, so that halves and quarters are whole numbers
	VoteAge   = 7 * 24 * time.Hour  // an account is known for, before its votes count
	VoteMonth = 30 * 24 * time.Hour // within which votes for one person count less and less
	MaxBlock  = 5                   // votes that those count together at most on a reply who may be of one mind
	// MaxPair is how many votes of one account about another count in VoteMonth:
	// one, half of one and a quarter.
	MaxPair = 3
	// Mutual is the part of those who vote about each other.
	Mutual = "="
	// AllParts is what all parts make together, each of them capped.
	AllParts = "*"
)

// MaxDowns is how many votes against replies one member casts in a day.
const MaxDowns = 50

// MaxDownDays is how long a house can have newcomers wait before they vote against
// replies.
const MaxDownDays = 365

// KnownFor reports whether a house has known an account for so long. What a
// server says of when its accounts were made is not asked.
func (a Account) KnownFor(d time.Duration, now time.Time) bool {
	return !now.Before(id.Time(int64(a.ID)).Add(d))
}

// VotePart is with whom the vote of an account counts together: empty for nobody,
// for somebody elsewhere the site of their server, as one site may have many.
func (a Account) VotePart() string {
	if a.Local() {
		return ""
	}
	host := strings.ToLower(a.Host)
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return "@" + site
	}
	return "@" + host
}

// PairWeight is what a vote counts if the same account has cast so many about the
// same person within VoteMonth: 1, 1/2, 1/4, nothing.
func PairWeight(before int) int {
	if before >= MaxPair {
		return 0
	}
	return OneVote >> before
}

// Counted is what of the votes of a part counts for the order.
func Counted(part string, n int) int {
	if part == "" {
		return n
	}
	return min(n, MaxBlock*OneVote)
}

// Together is what counts of the votes one way: those that count one by one, and
// beside them of all parts as much as these make, or MaxBlock. So whoever has many
// servers and circles has no more than one of them.
func Together(alone, parts int) int { return alone + min(parts, max(alone, MaxBlock*OneVote)) }

// Standings are what the votes for and against a reply count for its order.
type Standings struct{ Ups, Downs int }

// wilson is the bound of how sure one wants to be: 95 %.
const wilson = 1.96

// Rank is where a reply with these votes stands in an order by votes: who has more
// stands higher.
func (o ReplyOrder) Rank(t Standings) float64 {
	up, down := float64(max(t.Ups, 0))/OneVote, float64(max(t.Downs, 0))/OneVote
	n := up + down
	switch {
	case o == Top:
		return up - down
	case n == 0, o == Best && up == 0:
		return 0
	case o == Controversial:
		if up == 0 || down == 0 {
			return 0
		}
		return math.Pow(n, min(up, down)/max(up, down))
	}
	share, z2 := up/n, float64(wilson*wilson)
	return (share + z2/(2*n) - wilson*math.Sqrt((share*(1-share)+z2/(4*n))/n)) / (1 + z2/n)
}

// understandDislike is the software known to take a Dislike for a vote against
// something.
var understandDislike = []string{"plaza", "lemmy", "piefed", "mbin", "kbin", "friendica", "hubzilla", "streams", "peertube"}

// VotesDown reports whether who is on p can vote against something.
func (p Peer) VotesDown() bool {
	return slices.Contains(understandDislike, strings.ToLower(p.Software))
}
