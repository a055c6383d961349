package doors

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// foreign is somebody of another server, of whom ben is told, what they say,
// and where one of ours moved to.
func (w *crowd) foreign(t *testing.T) {
	t.Helper()
	ctx, s := t.Context(), w.server
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	id := func(p string) social.AccountID {
		which, err := s.Accounts.Lookup(ctx, s.URL+"/@"+p)
		must(err)
		return which
	}
	home := "https://remote.example"
	cat := []social.ForeignEmoji{{Shortcode: "cat", Image: home + "/cat.png"}}
	zoe, err := s.Accounts.Meet(ctx, social.Stranger{Emojis: cat, Contact: social.Contact{Inbox: home + "/inbox"},
		Account: social.Account{Username: "zoe", Host: "remote.example", URI: home + "/actors/1", Page: home + "/@zoe", DisplayName: "Zoe :cat:", Bio: "<p>hi</p>",
			Aliases: []string{s.View.ActorURI(id("cleo"))}}})
	must(err)
	p, err := s.Posts.Receive(ctx, social.Actor{Account: zoe.ID, Standing: social.Good, Remote: true}, social.ForeignPost{URI: home + "/notes/1", Page: home + "/@zoe/1",
		HTML: "<p>:cat:</p>", Visibility: social.Public, At: time.Now(), ReplyTo: home + "/notes/0", Mentions: []social.Mention{{Account: id("ben")}}, Emojis: cat,
		Poll: &social.Poll{Options: []social.PollOption{{Title: ":cat:", Votes: 2}, {Title: "dog"}}, Voters: 2}})
	must(err)
	var status struct {
		URI, URL  string
		ReplyTo   *string `json:"in_reply_to_id"`
		ReplyWhom *string `json:"in_reply_to_account_id"`
		Emojis    []struct{ URL string }
		Poll      struct{ Emojis []struct{ Shortcode string } }
		Account   struct {
			URI, URL string
			Emojis   []struct{ Shortcode string }
		}
	}
	w.call(t, w.ben, "GET /api/v1/statuses/{id}", []any{int64(p.ID)}).JSON(t, &status)
	if status.URI != home+"/notes/1" || status.URL != home+"/@zoe/1" || status.Account.URI != home+"/actors/1" || status.Account.URL != home+"/@zoe" {
		t.Errorf("it is at %s and %s, by %s and %s", status.URI, status.URL, status.Account.URI, status.Account.URL)
	}
	if status.ReplyTo != nil || status.ReplyWhom != nil || len(status.Emojis) != 1 || !strings.HasPrefix(status.Emojis[0].URL, s.URL+"/proxy/") || len(status.Poll.Emojis) != 1 || len(status.Account.Emojis) != 1 {
		t.Errorf("it says %+v", status)
	}
	must(s.Accounts.Move(ctx, social.Actor{Account: id("cleo"), Standing: social.Good}, zoe.ID))
	var moved struct {
		URI, URL string
		Moved    struct{ URI string }
	}
	w.call(t, nil, "GET /api/v1/accounts/{id}", []any{w.cleo.ID}).JSON(t, &moved)
	if moved.Moved.URI != zoe.URI || moved.URL != s.URL+"/@cleo" || moved.URI != s.View.ActorURI(id("cleo")) {
		t.Errorf("cleo is at %s and %s, and moved to %s", moved.URI, moved.URL, moved.Moved.URI)
	}
	wantStatus(t, "a post by who moved", w.cleo.Call("POST", "/api/v1/statuses", "status=still+here"), 403)
	must(s.Accounts.Stay(ctx, social.Actor{Account: id("cleo"), Standing: social.Good}))
	page := string(send(t, s, "GET", "/@zoe@remote.example").Body)
	if !strings.Contains(page, `alt=":cat:"`) || strings.Contains(page, `src="`+home) {
		t.Error("the page does not show the emojis of other servers, or from there")
	}
}
