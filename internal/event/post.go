package event

import "github.com/plaza-social/plaza/internal/social"

// PostPublished: a post or a boost was stored, by one of ours or from afar.
type PostPublished struct {
	Post       social.PostID     `json:"post"`
	Author     social.AccountID  `json:"author"`
	Visibility social.Visibility `json:"visibility"`
	ReplyTo    social.PostID     `json:"reply_to,omitempty"`
	BoostOf    social.PostID     `json:"boost_of,omitempty"`
	Remote     bool              `json:"remote,omitempty"`
}

// Kind implements Fact.
func (PostPublished) Kind() string { return "post.published" }

// PostEdited: its author changed a post.
type PostEdited struct {
	Post   social.PostID    `json:"post"`
	Author social.AccountID `json:"author"`
}

// Kind implements Fact.
func (PostEdited) Kind() string { return "post.edited" }

// PostDeleted: a post or a boost is gone, and its row with it. What cannot be
// read again stands here.
type PostDeleted struct {
	Post       social.PostID      `json:"post"`
	Author     social.AccountID   `json:"author"`
	Visibility social.Visibility  `json:"visibility"`
	ReplyTo    social.PostID      `json:"reply_to,omitempty"`
	BoostOf    social.PostID      `json:"boost_of,omitempty"`
	Mentions   []social.AccountID `json:"mentions,omitempty"`
	Tags       []string           `json:"tags,omitempty"`
}

// Kind implements Fact.
func (PostDeleted) Kind() string { return "post.deleted" }

var (
	_ = register[PostPublished]()
	_ = register[PostEdited]()
	_ = register[PostDeleted]()
)
