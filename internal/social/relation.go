package social

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Relation is how one account stands to another, seen from the first.
type Relation struct {
	Follows     bool
	Boosts      bool     // the other's boosts are wanted at home
	Notify      bool     // tell of every post
	Languages   []string // only these at home; empty means all
	FollowedBy  bool
	Requested   bool // asked to follow
	RequestedBy bool
	Blocks      bool
	BlockedBy   bool
	ShutsHost   bool // wants to see nothing from the other's host
	Mutes       bool
	MuteNotices bool
	MuteUntil   time.Time // zero for good
	Note        string
	Endorsed    bool // recommended on the first's page
}

// Apart reports whether the two are kept away from each other: neither is put
// before the first.
func (r Relation) Apart() bool { return r.Blocks || r.BlockedBy || r.ShutsHost }

// A Follow is an edge of the graph.
type Follow struct {
	ID            FollowID
	Owner, Target AccountID
	Boosts        bool
	Notify        bool
	Languages     []string
	At            time.Time
}

// Limits of relations.
const (
	MaxFollows      = 7500
	MaxEndorsements = 100
	MaxShutHosts    = 1000
	MaxNote         = 2000 // characters of a private note
	MaxLists        = 100
	MaxListTitle    = 255
	MaxMembers      = 1000 // of a list
	MaxCircle       = 250  // of a list that posts are for: each of them is told by itself
	MaxLanguages    = 50   // that are wanted of somebody followed
)

// Check reports why f cannot be taken, or nil.
func (f Follow) Check() error {
	if len(f.Languages) > MaxLanguages {
		return errs.Newf(errs.Invalid, "Validation failed: Choose at most %d languages.", MaxLanguages)
	}
	for _, l := range f.Languages {
		if len(l) > MaxLanguage {
			return errs.New(errs.Invalid, "Validation failed: Languages are given by their codes, such as en or pt-BR.")
		}
	}
	return nil
}

// A List is a set of accounts its owner reads together.
type List struct {
	ID        ListID
	Owner     AccountID
	Title     string
	Replies   RepliesPolicy
	Exclusive bool // its members are not shown at home
	// Feed is the secret in the address of its feed, empty while it has none. It is
	// kept as it is, to be shown again: it opens less than what stands beside it.
	Feed string
}

// RepliesPolicy says which replies a list shows.
type RepliesPolicy string

// The policies: replies to members, to whom the owner follows, or none.
const (
	RepliesList     RepliesPolicy = "list"
	RepliesFollowed RepliesPolicy = "followed"
	RepliesNone     RepliesPolicy = "none"
)

// ParseRepliesPolicy reads a policy's name.
func ParseRepliesPolicy(s string) (RepliesPolicy, error) {
	switch p := RepliesPolicy(s); p {
	case RepliesList, RepliesFollowed, RepliesNone:
		return p, nil
	}
	return "", errs.New(errs.Invalid, "Validation failed: A list shows replies to its members (list), to whom you follow (followed), or none.")
}

// Shows reports whether a member's post belongs on l. author is the owner's
// relation to the member.
func (l List) Shows(p Post, author Relation, follows, member func(AccountID) bool) bool {
	switch {
	case p.Visibility == Direct, p.IsBoost() && author.Follows && !author.Boosts:
		return false
	case !p.ToOthers(), p.ReplyAuthor == l.Owner:
		return true
	case l.Replies == RepliesFollowed:
		return follows(p.ReplyAuthor)
	case l.Replies == RepliesList:
		return member(p.ReplyAuthor)
	}
	return false
}
