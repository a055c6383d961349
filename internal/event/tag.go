package event

import "github.com/plaza-social/plaza/internal/social"

// TagFollowed: an account follows a tag, or no longer does.
type TagFollowed struct {
	Owner social.AccountID `json:"owner"`
	Tag   string           `json:"tag"` // the key
	Off   bool             `json:"off,omitempty"`
}

// Kind implements Fact.
func (TagFollowed) Kind() string { return "tag.followed" }

var _ = register[TagFollowed]()
