package social

import "slices"

// A Page is a piece of a list ordered by id: what is below Before and above
// After, newest first; or, with Oldest, the oldest of them. Zero is no bound.
type Page struct {
	Before, After int64
	Oldest        bool
	Limit         int
}

// Origin says whose posts a public timeline shows.
type Origin uint8

// The origins.
const (
	Everywhere Origin = iota
	Ours
	Elsewhere
)

// A TagQuery asks for posts with one of Any, all of All and none of None; the
// tags are keys.
type TagQuery struct {
	Any, All, None []string
	From           Origin
	OnlyMedia      bool
}

// PublicQuery says which public posts are wanted.
type PublicQuery struct {
	From      Origin
	OnlyMedia bool
}

// AccountQuery says which of an account's posts are wanted.
type AccountQuery struct {
	NoReplies, NoBoosts, NoDirect, OnlyMedia bool
	Tag                                      string // a key, or empty
	OursOnly                                 bool   // and of boosts only those of posts of ours
}

// NoticeFilter says which notices are wanted. Empty is all.
type NoticeFilter struct {
	Kinds    []NoticeKind // only these
	Not      []NoticeKind // and none of these
	From     AccountID
	Groups   []NoticeKind // of these, of each group only its newest
	Filtered bool         // also those that the policy keeps apart
}

// Only is the kinds that are wanted.
func (f NoticeFilter) Only() (only []NoticeKind) {
	for _, k := range NoticeKinds {
		if (len(f.Kinds) == 0 || slices.Contains(f.Kinds, k)) && !slices.Contains(f.Not, k) {
			only = append(only, k)
		}
	}
	return only
}

// EdgeKind names a list of relations.
type EdgeKind uint8

// The lists: whom owner follows, who follows and asks to follow owner, whom
// owner blocks and mutes.
const (
	EdgesFollowing EdgeKind = iota
	EdgesFollowers
	EdgesRequests
	EdgesBlocking
	EdgesMuting
	EdgesEndorsed // whom owner recommends
)

// Counts are the numbers a house shows of itself.
type Counts struct{ Users, Active, Posts int }
