package event

import "github.com/plaza-social/plaza/internal/social"

// PostPublished: a post or a boost was stored, by one of ours or from afar.
type PostPublished struct {
	Post        social.PostID     `json:"post"`
	Author      social.AccountID  `json:"author"`
	Visibility  social.Visibility `json:"visibility"`
	Language    string            `json:"language,omitempty"`
	ReplyTo     social.PostID     `json:"reply_to,omitempty"`
	ReplyAuthor social.AccountID  `json:"reply_author,omitempty"`
	BoostOf     social.PostID     `json:"boost_of,omitempty"`
	BoostAuthor social.AccountID  `json:"boost_author,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Remote      bool              `json:"remote,omitempty"`
	QuoteOf     social.PostID     `json:"quote_of,omitempty"`
	QuoteAuthor social.AccountID  `json:"quote_author,omitempty"`
}

// Bare is the post without its words: enough to tell in which timelines it
// belongs.
func (f PostPublished) Bare() social.Post {
	return social.Post{ID: f.Post, Author: f.Author, Visibility: f.Visibility, Language: f.Language,
		ReplyTo: f.ReplyTo, ReplyAuthor: f.ReplyAuthor, BoostOf: f.BoostOf, BoostAuthor: f.BoostAuthor, Tags: f.Tags}
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
	Post        social.PostID      `json:"post"`
	Author      social.AccountID   `json:"author"`
	Visibility  social.Visibility  `json:"visibility"`
	ReplyTo     social.PostID      `json:"reply_to,omitempty"`
	BoostOf     social.PostID      `json:"boost_of,omitempty"`
	BoostAuthor social.AccountID   `json:"boost_author,omitempty"`
	Mentions    []social.AccountID `json:"mentions,omitempty"`
	Tags        []string           `json:"tags,omitempty"`
	QuoteOf     social.PostID      `json:"quote_of,omitempty"`
	ReplyAuthor social.AccountID   `json:"reply_author,omitempty"`
	LocalOnly   bool               `json:"local_only,omitempty"` // it never left
	Audience    []social.AccountID `json:"audience,omitempty"`   // whom it was for, if it was for a circle
	HeldBy      social.AccountID   `json:"held_by,omitempty"`    // by whose rules it was held: who saw it besides its author
	Decision    social.DecisionID  `json:"decision,omitempty"`   // of the staff, if that is why
}

// Kind implements Fact.
func (PostDeleted) Kind() string { return "post.deleted" }

var (
	_ = register[PostPublished]()
	_ = register[PostEdited]()
	_ = register[PostDeleted]()
)
