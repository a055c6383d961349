package social

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ThreadDeed is what the author of a thread, or a keeper of theirs, may do in it.
type ThreadDeed string

// The deeds.
const (
	HideReply  ThreadDeed = "hide"
	ShowReply  ThreadDeed = "unhide"
	PinReply   ThreadDeed = "pin_reply"
	UnpinReply ThreadDeed = "unpin_reply"
	LockThread ThreadDeed = "lock"
	OpenThread ThreadDeed = "unlock"
	// AppealHiding is what the author of a hidden reply does about it.
	AppealHiding ThreadDeed = "appeal"
)

// OfReply reports whether d is done to one reply.
func (d ThreadDeed) OfReply() bool { return d != LockThread && d != OpenThread }

// ThreadDeeds are those of who rules a thread.
var ThreadDeeds = []ThreadDeed{HideReply, ShowReply, PinReply, UnpinReply, LockThread, OpenThread}

// HideReason is why a reply was hidden, in words that everybody is told.
type HideReason string

// The reasons. Few, and none in somebody's own words: a reason is read by all
// and answered by nobody.
const (
	HideOffTopic HideReason = "off_topic"
	HideUnkind   HideReason = "unkind"
	HideSpam     HideReason = "spam"
	HideOther    HideReason = "other"
)

// HideReasons are all of them.
var HideReasons = []HideReason{HideOffTopic, HideUnkind, HideSpam, HideOther}

// ParseHideReason reads one; empty is other.
func ParseHideReason(s string) (HideReason, error) {
	if s == "" {
		return HideOther, nil
	}
	for _, r := range HideReasons {
		if string(r) == s {
			return r, nil
		}
	}
	return "", errs.New(errs.Invalid, "Validation failed: A reply is hidden as off_topic, unkind, spam or other.")
}

// A ThreadAct is something that was done in a thread in the name of its author.
type ThreadAct struct {
	ID     ThreadActID
	Thread PostID
	Owner  AccountID // who opened it
	By     AccountID // who did it: the owner, a keeper, or a moderator after an appeal
	Post   PostID    // the reply, or zero for what is done to the thread
	Deed   ThreadDeed
	Why    HideReason // of a hiding
	At     time.Time
}

var (
	errNoMessage = errs.New(errs.Invalid, "A message is between those in it: nobody hides, pins or locks there.")
	errOwnHouse  = errs.New(errs.Invalid, "This is by the author of the thread, who can delete it.")
	errTopReply  = errs.New(errs.Invalid, "Only what answers the first post of the thread can stand on top.")
	errNoReply   = errs.New(errs.Invalid, "This post opened the thread: choose a reply to it.")
	errNotShown  = errs.New(errs.Invalid, "This reply is not shown to others, so there is nothing to hide.")
	// ErrJudged is the answer to who takes away what the moderators have shown again.
	ErrJudged = errs.New(errs.Forbidden, "The moderators looked at this reply and showed it again. Write to them if you think that is wrong.")
	// ErrLocked is the answer to a reply in a locked thread.
	ErrLocked = errs.New(errs.Forbidden, "The author of this thread has locked it: it takes no more replies.")
)

// MayDo reports why a deed cannot be done to p in the thread that root opened,
// whoever does it, or nil.
func (p Post) MayDo(d ThreadDeed, root Post) error {
	switch {
	case root.Visibility == Direct || p.Visibility == Direct:
		return errNoMessage
	case !d.OfReply():
		return nil
	case p.ID == root.ID || p.IsBoost():
		return errNoReply
	case d == HideReply && p.Author == root.Author:
		return errOwnHouse
	case d == HideReply && (p.Held == HeldPending || p.Held == HeldRefused):
		return errNotShown
	case d == PinReply && p.ReplyTo != root.ID:
		return errTopReply
	case d == PinReply && (p.Held != HeldNot || p.LocalOnly && !root.LocalOnly || p.Visibility != Public && p.Visibility != Unlisted):
		return errs.New(errs.Invalid, "Only a reply that everybody can see can stand on top.")
	}
	return nil
}

// MaySilence reports why a reply cannot be taken from others' sight by whose rules
// those are, or nil: once the moderators were asked and showed it, their word stays.
func (p Post) MaySilence() error {
	if p.Held == HeldNot && p.Appeal != 0 {
		return ErrJudged
	}
	return nil
}
