package social

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// HeldState says why a reply is not shown beneath what it answers: a reply that
// is held is seen by who wrote it and by whose rules hold it, and by nobody
// else. See Post.MaySee.
type HeldState string

// The states. HeldNot is that of most posts; of a holding it means that the
// reply was approved.
const (
	HeldNot     HeldState = ""
	HeldPending HeldState = "pending" // until the owner agrees
	HeldRefused HeldState = "refused" // the owner, or their policy, has not agreed
	HeldHidden  HeldState = "hidden"  // it stood there until the owner hid it
)

// HeldWhy is the reason. The set is open: what is not known is told as the owner's
// choice.
type HeldWhy string

// The reasons.
const (
	WhyPolicy HeldWhy = "policy" // the owner's choice who may reply
	WhyAbove  HeldWhy = "above"  // what it answers is held
	WhyOwner  HeldWhy = "owner"  // the owner has decided by hand
	WhyUnseen HeldWhy = "unseen" // the owner, who would have to agree, is not among those it is for
	WhyLocked HeldWhy = "locked" // the thread takes no more; others are the names of a ReplyRule
)

// A Holding is what is known of a reply that was not let through at once, or
// is not shown any more: also after it was approved.
type Holding struct {
	Post    PostID
	Owner   AccountID // whose rules hold it
	Root    PostID    // the owner's post whose rules those are
	Parent  PostID    // what it answers
	Author  AccountID
	State   HeldState
	Why     HeldWhy
	At      time.Time // since when
	By      AccountID // who decided, zero for nobody yet
	Decided time.Time
	Asked   string // the address of the request, if another server has sent one
	Stamp   string // the address of the consent of an owner elsewhere, once there is one
}

// A HeldCount is how much is held beneath one post, by one owner, in one state.
type HeldCount struct {
	Parent PostID
	Owner  AccountID
	State  HeldState
	N      int
}

// Limits of what is held.
const (
	MaxHeldPage = 40   // of a page of the queue
	MaxHeldAll  = 1000 // that are decided in one go
	MaxPolicy   = 40   // bytes of a policy's name
)

// Closed is what somebody is told who may not reply, by the reason.
func (h Holding) Closed() error {
	switch h.Why {
	case WhyLocked:
		return ErrLocked
	case WhyUnseen:
		return errs.New(errs.Forbidden, "This reply would wait for who wrote the post, and they could not see it. Mention them, or choose who else can see it.")
	}
	return errs.New(errs.Forbidden, ClosedWords)
}

// ClosedWords say that a reply is not taken.
const ClosedWords = "Who wrote this post has chosen who may reply to it, and you are not among them."
