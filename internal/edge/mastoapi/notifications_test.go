package mastoapi

import (
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// A kind that is missing in one of these lists is never listed, or told badly.
func TestEachKindIsNamed(t *testing.T) {
	for kind := range noticeTypes {
		if !slices.Contains(social.NoticeKinds, kind) {
			t.Errorf("%s is not in social.NoticeKinds", kind)
		}
	}
	for _, kind := range social.NoticeKinds {
		if deeds[kind] == "" {
			t.Errorf("%s has no words for apps that do not know it", kind)
		}
	}
}
