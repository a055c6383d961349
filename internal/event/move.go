package event

import "github.com/plaza-social/plaza/internal/social"

// Moved: an account lives elsewhere now, and its followers here follow it
// there.
type Moved struct {
	Account social.AccountID `json:"account"`
	Target  social.AccountID `json:"target"`
}

// Kind implements Fact.
func (Moved) Kind() string { return "account.moved" }

// Adopted: a post that answers what was not here has come under it, and into
// its thread with what answers it in turn. Nobody is told of that.
type Adopted struct {
	Post    social.PostID    `json:"post,omitempty"` // zero when only others moved on
	Author  social.AccountID `json:"author,omitempty"`
	ReplyTo social.PostID    `json:"reply_to"`
	Others  []social.PostID  `json:"others,omitempty"` // of the same thread
}

// Kind implements Fact.
func (Adopted) Kind() string { return "post.adopted" }

var (
	_ = register[Moved]()
	_ = register[Adopted]()
)
