package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestCopyFollows reads a copy while what it follows goes on: what the copy has
// in memory learns of it, feeds, faces, settings and who is let in.
func TestCopyFollows(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Owner), s.Join("ben", social.Member)
	ada.Follow(ben)
	regretted := ben.Post("Something to regret", "public")
	other := s.ReadOnly(t)
	on := func(path string) string { return string(send(t, other, "GET", path, bearer(ada.Token)).Body) }
	home, told, instance := "/api/v1/timelines/home", "/api/v1/notifications", "/api/v2/instance"
	if !strings.Contains(on(home), regretted.ID) || strings.Contains(on(told), "mention") || !strings.Contains(on(instance), `"title":"Plaza"`) {
		t.Fatalf("at first: %s %s %s", on(home), on(told), on(instance))
	}
	leaving := ben.TokenWith("read")
	if err := s.Renew(t, other); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "somebody who came later", send(t, other, "GET", home, bearer(leaving)), 200)

	said := ben.Post("@ada good morning", "public")
	ben.Must("DELETE", "/api/v1/statuses/"+regretted.ID, nil, nil)
	ben.Must("PATCH", "/api/v1/accounts/update_credentials", "display_name=Benedict", nil)
	if err := s.Decide(t.Context(), func(now *social.Settings) { now.Title = "The Arcade" }); err != nil {
		t.Fatal(err)
	}
	s.Eventually("ada to be told", func() bool { return strings.Contains(string(ada.Call("GET", told, nil).Body), said.ID) })
	if strings.Contains(on(home), said.ID) {
		t.Error("the copy knows what nobody has told it")
	}
	if err := s.Renew(t, other); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{home: said.ID, told: said.ID, instance: `"title":"The Arcade"`, "/@ben": "Benedict", "/": "The Arcade"} {
		s.Eventually(path+" to tell of it", func() bool { return strings.Contains(on(path), want) })
	}
	s.Eventually("the deleted post to be gone", func() bool { return !strings.Contains(on(home), regretted.ID) })
	wantStatus(t, "the deleted post", send(t, other, "GET", "/api/v1/statuses/"+regretted.ID), 404)
}
