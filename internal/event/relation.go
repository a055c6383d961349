package event

import "github.com/plaza-social/plaza/internal/social"

// Followed: an account follows another, or changed what it wants of it.
type Followed struct {
	Owner  social.AccountID `json:"owner"`
	Target social.AccountID `json:"target"`
	New    bool             `json:"new,omitempty"` // it did not follow before
}

// Kind implements Fact.
func (Followed) Kind() string { return "follow.made" }

// FollowAsked: an account asked to follow one that approves by hand.
type FollowAsked struct {
	Owner  social.AccountID `json:"owner"`
	Target social.AccountID `json:"target"`
}

// Kind implements Fact.
func (FollowAsked) Kind() string { return "follow.asked" }

// Unfollowed: a follow or a request has ended, by whichever side.
type Unfollowed struct {
	Owner  social.AccountID `json:"owner"`
	Target social.AccountID `json:"target"`
	By     social.AccountID `json:"by,omitempty"` // who ended it; zero for the house
	Follow social.FollowID  `json:"follow,omitempty"`
	// Act is the address of the Follow, of an owner elsewhere: it is forgotten now.
	Act string `json:"act,omitempty"`
}

// Kind implements Fact.
func (Unfollowed) Kind() string { return "follow.ended" }

// Distanced: a block or a mute between two accounts began, changed or ended.
type Distanced struct {
	Owner     social.AccountID `json:"owner"`
	Target    social.AccountID `json:"target"`
	Blocked   bool             `json:"blocked,omitempty"`   // a block began
	Unblocked bool             `json:"unblocked,omitempty"` // a block ended
}

// Kind implements Fact.
func (Distanced) Kind() string { return "relation.distanced" }

var (
	_ = register[Followed]()
	_ = register[FollowAsked]()
	_ = register[Unfollowed]()
	_ = register[Distanced]()
)
