package social

import (
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Conversation is the messages of a thread, as one of those who take part has them:
// of one that a message opened, see AnswerIn.
type Conversation struct {
	Owner  AccountID
	Thread PostID
	Last   PostID // the newest that the owner may read
	Unread bool
	State  TalkState
	Since  PostID // what is not newer was deleted by the owner, for themselves
	Muted  bool   // the owner is not told of what is said
}

// TalkState says how a conversation stands with its owner.
type TalkState string

// The states.
const (
	TalkOpen    TalkState = ""        // it is in the inbox
	TalkRequest TalkState = "request" // of somebody whom the owner does not know: it waits to be accepted
	TalkRefused TalkState = "refused" // nothing of it is shown or told any more
	TalkLeft    TalkState = "left"    // the owner went, and is not written to any more
	TalkGone    TalkState = "gone"    // deleted for the owner, until somebody writes again
)

// MaxParties is how many people a conversation has, at most, whoever writes included. It
// is for what is written here: what others send is read as it comes.
const MaxParties = 32

// MayWrite reports why p cannot be sent as a message, or nil.
func (p Post) MayWrite() error {
	if p.Visibility == Direct && len(p.Parties()) > MaxParties {
		return errs.Newf(errs.Invalid, "A conversation has at most %d people, you included. Mention fewer.", MaxParties)
	}
	return nil
}

// Parties is who takes part in a message: who wrote it, and whom it mentions.
func (p Post) Parties() []AccountID {
	out := []AccountID{p.Author}
	for _, m := range p.Mentions {
		if m.Account != p.Author {
			out = append(out, m.Account)
		}
	}
	return out
}

// AnswerIn puts p under the post that it answers, and into its thread. A message goes on
// in the conversation of a message only, and of one that its author got: beneath all else
// it opens a thread of its own, so that whoever begins it is not in another's
// conversation.
func (p *Post) AnswerIn(parent Post) {
	p.ReplyTo, p.ReplyAuthor = parent.ID, parent.Author
	if p.Visibility != Direct || parent.Visibility == Direct && slices.Contains(parent.Parties(), p.Author) {
		p.Thread = parent.Thread
	}
}

// Unreadable is what a message says whose key this machine has not.
const Unreadable = "🔒"

// OpenTags is the tags of p that may be told of: those of a message are words of it.
func (p Post) OpenTags() []string {
	if p.Visibility == Direct {
		return nil
	}
	return p.Tags
}
