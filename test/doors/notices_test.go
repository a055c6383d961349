package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// An app that says which types it knows is told of others in words, which are
// safe on a page.
func TestFallback(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ben.Must("PATCH", "/api/v1/accounts/update_credentials", "display_name=<b>Ben", nil)
	ben.Post("@ada <i>hello", "public")
	type told struct {
		ID       string
		Type     string
		Fallback *struct{ Title, Summary, Details string }
	}
	var all []told
	s.Eventually("the mention", func() bool {
		ada.Must("GET", "/api/v1/notifications?supported_types[]=follow", nil, &all)
		return len(all) == 1
	})
	f := all[0].Fallback
	if f == nil || !strings.Contains(f.Title, "&lt;b&gt;Ben</a> mentioned you") || f.Summary == "" || !strings.Contains(f.Details, "&lt;i&gt;hello") {
		t.Errorf("the fallback is %+v", f)
	}
	for path, want := range map[string]bool{"?supported_types[]=mention": false, "": false, "?supported_types[]=follow&supported_types[]=poll": true} {
		var one told
		ada.Must("GET", "/api/v1/notifications/"+all[0].ID+path, nil, &one)
		if (one.Fallback != nil) != want {
			t.Errorf("%q: the fallback is %+v", path, one.Fallback)
		}
		var groups struct {
			Groups []told `json:"notification_groups"`
		}
		ada.Must("GET", "/api/v2/notifications"+path, nil, &groups)
		if len(groups.Groups) != 1 || (groups.Groups[0].Fallback != nil) != want {
			t.Errorf("%q: the groups are %+v", path, groups.Groups)
		}
	}
}
