package event

import "github.com/plaza-social/plaza/internal/social"

// Widened: a post from elsewhere that was here already turned out to be for more
// of ours. A server tells each of those whom a post of a circle is for by itself.
type Widened struct {
	Post   social.PostID      `json:"post"`
	Author social.AccountID   `json:"author"`
	To     []social.AccountID `json:"to"`
	Called []social.AccountID `json:"called,omitempty"` // of those, whom their copy mentions: it names nobody else
}

// Kind implements Fact.
func (Widened) Kind() string { return "post.widened" }

var _ = register[Widened]()
