package event

import "github.com/plaza-social/plaza/internal/social"

// ReplyHeld: a reply is held by the rules of an owner from now on, in another
// state than before. Was is empty for one that everybody could see, or that is new;
// New tells the two apart. That it is let through is told as PostPublished, and
// here with an empty State.
type ReplyHeld struct {
	Post        social.PostID      `json:"post"`
	Author      social.AccountID   `json:"author"`
	Owner       social.AccountID   `json:"owner"`
	State       social.HeldState   `json:"state,omitempty"`
	Was         social.HeldState   `json:"was,omitempty"`
	Why         social.HeldWhy     `json:"why,omitempty"`
	New         bool               `json:"new,omitempty"` // it was published just now
	Visibility  social.Visibility  `json:"visibility"`
	ReplyTo     social.PostID      `json:"reply_to,omitempty"`
	ReplyAuthor social.AccountID   `json:"reply_author,omitempty"`
	Mentions    []social.AccountID `json:"mentions,omitempty"`
	Tags        []string           `json:"tags,omitempty"`
	By          social.AccountID   `json:"by,omitempty"`        // who decided, zero for the rules themselves
	OwnerWas    social.AccountID   `json:"owner_was,omitempty"` // by whose rules it was held, if by another's
}

// Bare is the post without its words, see PostPublished.Bare.
func (f ReplyHeld) Bare() social.Post {
	p := social.Post{ID: f.Post, Author: f.Author, Visibility: f.Visibility, ReplyTo: f.ReplyTo, ReplyAuthor: f.ReplyAuthor, Tags: f.Tags, Held: f.State, HeldBy: f.Owner}
	for _, m := range f.Mentions {
		p.Mentions = append(p.Mentions, social.Mention{Account: m})
	}
	return p
}

// Kind implements Fact.
func (ReplyHeld) Kind() string { return "reply.held" }

var _ = register[ReplyHeld]()
