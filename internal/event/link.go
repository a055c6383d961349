package event

import "github.com/plaza-social/plaza/internal/social"

// LinkChanged: a post has another link to preview, or none; or, without a
// post, what is known of the page behind a link changed.
type LinkChanged struct {
	Post social.PostID `json:"post,omitempty"`
	Link social.LinkID `json:"link,omitempty"`
}

// Kind implements Fact.
func (LinkChanged) Kind() string { return "link.changed" }

var _ = register[LinkChanged]()
