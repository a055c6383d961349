package event

import "github.com/plaza-social/plaza/internal/social"

// Reacted: somebody put an emoji under a post, or took it away. Then its row is
// gone, and this says what it was.
type Reacted struct {
	Reaction social.ReactionID `json:"reaction"`
	Owner    social.AccountID  `json:"owner"`
	Post     social.PostID     `json:"post"`
	Author   social.AccountID  `json:"author"`
	Name     string            `json:"name"`
	Off      bool              `json:"off,omitempty"`
}

// Kind implements Fact.
func (Reacted) Kind() string { return "post.reacted" }

var _ = register[Reacted]()
