package as2

import (
	"mime"
	"slices"
	"strings"
)

// IsActivity reports whether a Content-Type is one of the two of ActivityPub.
// Under another one a server may keep files of anybody's.
func IsActivity(header string) bool {
	kind, params, err := mime.ParseMediaType(header)
	if err != nil {
		return false
	}
	return kind == "application/activity+json" ||
		kind == "application/ld+json" && slices.Contains(strings.Fields(params["profile"]), activityStreams)
}
