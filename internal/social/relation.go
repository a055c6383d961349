package social

import "time"

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
	Mutes       bool
	MuteNotices bool
	MuteUntil   time.Time // zero for good
	Note        string
}

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
	MaxFollows   = 7500
	MaxNote      = 2000 // characters of a private note
	MaxLists     = 100
	MaxListTitle = 255
)

// A List is a set of accounts its owner reads together.
type List struct {
	ID        ListID
	Owner     AccountID
	Title     string
	Replies   RepliesPolicy
	Exclusive bool // its members are not shown at home
}

// RepliesPolicy says which replies a list shows.
type RepliesPolicy string

// The policies: replies to members, to whom the owner follows, or none.
const (
	RepliesList     RepliesPolicy = "list"
	RepliesFollowed RepliesPolicy = "followed"
	RepliesNone     RepliesPolicy = "none"
)
