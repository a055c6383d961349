package mastoapi

import "github.com/plaza-social/plaza/internal/social"

// previewCard is the preview of a post's link, or null.
func (r renderer) previewCard(*social.Link) raw { return raw(`null`) }
