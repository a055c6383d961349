package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// appendQuote appends what a post quotes as its reader is given it, or null,
// and who may quote the post.
func (r renderer) appendQuote(b []byte, _ *view.Seen, _ social.AccountID) []byte {
	return append(b, `,"quote":null`...)
}
