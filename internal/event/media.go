package event

import "github.com/plaza-social/plaza/internal/social"

// MediaChanged: an attachment of a post has other files now, or is described
// otherwise, and the post did not change.
type MediaChanged struct {
	Post   social.PostID    `json:"post"`
	Author social.AccountID `json:"author"`
}

// Kind implements Fact.
func (MediaChanged) Kind() string { return "media.changed" }

var _ = register[MediaChanged]()
