package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// What a stranger writes privately waits in a request, is not streamed, and
// comes among the notices when it is accepted, which apps are told of.
func TestNoticeRequests(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
	e := events(t, s, "/api/v1/streaming/user/notification", ada.Token)
	ben.Post("@ada psst", "direct")
	cleo.Post("@ada hello", "public")
	s.Eventually("the public mention in the stream", func() bool { return e.has("", "notification", "hello") })
	if e.has("", "notification", "psst") {
		t.Error("what is kept apart was streamed")
	}
	var rs []struct {
		ID    string
		Count string `json:"notifications_count"`
	}
	s.Eventually("the request", func() bool {
		ada.Must("GET", "/api/v1/notifications/requests", nil, &rs)
		return len(rs) == 1
	})
	if rs[0].Count != "1" {
		t.Errorf("the request is %+v", rs[0])
	}
	for _, path := range []string{"/api/v1/notifications", "/api/v2/notifications"} {
		if a := ada.Call("GET", path, nil); strings.Contains(string(a.Body), "psst") {
			t.Errorf("%s tells what is kept apart", path)
		}
	}
	wantStatus(t, "accept", ada.Call("POST", "/api/v1/notifications/requests/"+rs[0].ID+"/accept", nil), 200)
	s.Eventually("that they are merged", func() bool { return e.has("", "notifications_merged", "1") })
	if a := ada.Call("GET", "/api/v2/notifications", nil); !strings.Contains(string(a.Body), "psst") {
		t.Errorf("accepted, and not told: %s", a.Body)
	}
	wantStatus(t, "a policy that is none", ada.Call("PATCH", "/api/v2/notifications/policy", "for_bots=perhaps"), 422)
	var p struct {
		Bots  string `json:"for_bots"`
		Fresh bool   `json:"filter_new_accounts"`
	}
	ada.Must("PUT", "/api/v2/notifications/policy", "for_bots=drop&for_new_accounts=filter", &p)
	ada.Must("GET", "/api/v1/notifications/policy", nil, &p)
	if p.Bots != "drop" || !p.Fresh {
		t.Errorf("the policy is %+v", p)
	}
}
