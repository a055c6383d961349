package event

import "github.com/plaza-social/plaza/internal/social"

// KeeperChanged: somebody was asked to keep another's threads, agreed, or is
// none any more.
type KeeperChanged struct {
	Owner  social.AccountID `json:"owner"`
	Keeper social.AccountID `json:"keeper"`
	State  string           `json:"state"` // asked, accepted, ended
}

// Kind implements Fact.
func (KeeperChanged) Kind() string { return "keeper.changed" }

// ThreadChanged: a thread was locked or opened, or another reply stands on top.
type ThreadChanged struct {
	Thread social.PostID     `json:"thread"`
	Owner  social.AccountID  `json:"owner"`
	By     social.AccountID  `json:"by"`
	Deed   social.ThreadDeed `json:"deed"`
	Post   social.PostID     `json:"post,omitempty"` // the reply
}

// Kind implements Fact.
func (ThreadChanged) Kind() string { return "thread.changed" }

var (
	_ = register[KeeperChanged]()
	_ = register[ThreadChanged]()
)
