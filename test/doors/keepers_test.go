package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestKeepersPages is the site for who looks after somebody's threads, for whose they
// are, for who waits, and for anybody else.
func TestKeepersPages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	house := s.Instance.Settings()
	house.ReplyAppeals = true
	if err := s.Instance.SetSettings(t.Context(), social.Keyboard, house); err != nil {
		t.Fatal(err)
	}
	ada, ben, cleo, kim := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member), s.Join("kim", social.Member)
	ada.Must("POST", "/api/plaza/v1/accounts/"+num(kim.ID)+"/thread_keeper", nil, nil)
	s.Eventually("kim to be told that she is asked", func() bool {
		var all []struct{ Account struct{ Username string } }
		kim.Must("GET", "/api/v1/notifications?types[]=plaza:thread_keeper_asked", nil, &all)
		return len(all) == 1 && all[0].Account.Username == "ada"
	})
	page := func(path string, p *apptest.Person) (int, string) {
		a := send(t, s, "GET", path, session(signIn(t, s, p)), header("Accept", "text/html"))
		return a.Status, string(a.Body)
	}
	if _, body := page("/notifications", kim); !strings.Contains(body, "asks you to look after their threads") || !strings.Contains(body, "/settings/threads#kept") {
		t.Error("the page of notices does not say what is asked")
	}
	kim.Must("POST", "/api/plaza/v1/accounts/"+num(ada.ID)+"/keep_threads", nil, nil)

	var root, reply apptest.Status
	ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Ask me", "visibility": "public", "reply_policy": "approval"}, &root)
	ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "May I", "visibility": "public", "in_reply_to_id": root.ID}, &reply)
	of := "/replies?of=" + num(ada.ID)
	if status, body := page(of, kim); status != 200 || !strings.Contains(body, "May I") || !strings.Contains(body, `name="of" value="`+num(ada.ID)+`"`) || !strings.Contains(body, of+"&amp;state=refused") && !strings.Contains(body, of+"&state=refused") {
		t.Errorf("kim's page of what waits for ada: %d %s", status, body)
	}
	if _, body := page("/settings/threads", kim); !strings.Contains(body, of) {
		t.Error("it is not linked to")
	}
	for _, p := range []*apptest.Person{ben, cleo} {
		if status, body := page(of, p); status != 404 || strings.Contains(body, "May I") {
			t.Errorf("%s's page of what waits for ada: %d", p.Name, status)
		}
	}
	at := "/@ben/" + reply.ID
	for p, want := range map[*apptest.Person]string{ada: "It waits for your approval.", kim: "It waits for your approval.", ben: "It waits for approval."} {
		if status, body := page(at, p); status != 200 || !strings.Contains(body, "Others do not see this reply yet. "+want) {
			t.Errorf("%s is not told %q: %d", p.Name, want, status)
		}
	}
	if status, _ := page(at, cleo); status != 404 {
		t.Errorf("cleo is given what waits: %d", status)
	}

	kim.Must("POST", "/api/plaza/v1/replies/refuse", map[string]any{"ids": []string{reply.ID}}, nil)
	const asks = "/appeal_hiding"
	if _, body := page(at, ben); !strings.Contains(body, "it was not let through") || !strings.Contains(body, asks) {
		t.Error("ben is not told that it was refused, or that he may ask the moderators")
	}
	if _, body := page(at, kim); strings.Contains(body, asks) {
		t.Error("kim may ask the moderators for ben")
	}
	ben.Must("POST", "/api/plaza/v1/statuses/"+reply.ID+"/appeal_hiding", map[string]any{"comment": "Please"}, nil)
	mona := s.Join("mona", social.Moderator)
	if _, body := page(at, mona); !strings.Contains(body, "May I") || !strings.Contains(body, "The moderators were asked about it.") || !strings.Contains(body, "/unhide") {
		t.Error("mona, who was asked, is not shown it, or not with what she may do")
	}
	if _, body := page(at, ben); strings.Contains(body, asks) {
		t.Error("ben may ask twice")
	}
}
