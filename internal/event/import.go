package event

import "github.com/plaza-social/plaza/internal/social"

// PostImported: somebody brought along a post of theirs from another time and
// place. It is no news: nobody is told of it and nothing is sent for it.
type PostImported struct {
	Post       social.PostID     `json:"post"`
	Author     social.AccountID  `json:"author"`
	Visibility social.Visibility `json:"visibility"`
	ReplyTo    social.PostID     `json:"reply_to,omitempty"`
	BoostOf    social.PostID     `json:"boost_of,omitempty"`
}

// Kind implements Fact.
func (PostImported) Kind() string { return "post.imported" }

// PostsImported: an import of posts has ended, and its author's past is not
// what it was.
type PostsImported struct {
	Author social.AccountID `json:"author"`
}

// Kind implements Fact.
func (PostsImported) Kind() string { return "post.past" }

var (
	_ = register[PostImported]()
	_ = register[PostsImported]()
)
