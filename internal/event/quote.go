package event

import "github.com/plaza-social/plaza/internal/social"

// QuoteChanged: who may quote a post is decided otherwise, or its author does
// not want to be quoted by it any more (then QuoteOf is what it quoted). What
// it says did not change.
type QuoteChanged struct {
	Post    social.PostID    `json:"post"`
	Author  social.AccountID `json:"author"`
	QuoteOf social.PostID    `json:"quote_of,omitempty"`
}

// Kind implements Fact.
func (QuoteChanged) Kind() string { return "post.quote" }

var _ = register[QuoteChanged]()
