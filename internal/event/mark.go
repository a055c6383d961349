package event

import "github.com/plaza-social/plaza/internal/social"

// Marked: a reader liked, bookmarked, pinned or muted a post, or no longer
// does.
type Marked struct {
	Owner  social.AccountID `json:"owner"`
	Post   social.PostID    `json:"post"`
	Author social.AccountID `json:"author"`
	Mark   social.Marks     `json:"mark"`
	Off    bool             `json:"off,omitempty"`
}

// Kind implements Fact.
func (Marked) Kind() string { return "post.marked" }

var _ = register[Marked]()
