package doors

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestContract fills a house with one of everything and checks every answer of
// every route of the client API against the published schema.
func TestContract(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	c := readContract(t, s)
	w := &crowd{contract: c, olga: s.Join("olga", social.Owner), ada: s.Join("ada", social.Member), ben: s.Join("ben", social.Member), cleo: s.Join("cleo", social.Member)}
	w.apps(t)
	w.people(t)
	w.posts(t)
	w.marks(t)
	w.notices(t)
	w.told(t)
	w.lists(t)
	w.found(t)
	w.streams(t)
	w.endings(t)
	w.phones(t)
	w.pictures(t)
	w.discovered(t)
	w.house(t)
	w.emojis(t)
	w.linked(t)
	w.embedded(t)
	w.filtered(t)
	w.tagged(t)
	w.shut(t)
	w.collected(t)
	w.blocked(t)
	w.reviewed(t)
	w.counted(t)
	w.quoted(t)
	w.repliedTo(t)
	w.announced(t)
	w.moderated(t)
	w.named(t)
	w.foreign(t)
	w.reacted(t)
	w.ruled(t)
	w.moving(t)
	for _, r := range s.Routes() {
		route := r.Method + " " + r.Path
		if r.Off != "" { // it has nothing to show
			continue
		}
		if r.Edge != "web" && c.schema(r.Method, r.Path) != nil && !c.met[route] {
			t.Errorf("%s is in the schema, and its answer was not checked", route)
		}
	}
}

// crowd is the people of the house and what they made.
type crowd struct {
	*contract
	olga, ada, ben, cleo *apptest.Person
	app                  string // a token of an app
	post, reply, boost   apptest.Status
}

var (
	confirmation = regexp.MustCompile(`/auth/confirmation\S+`)
	oob          = "urn:ietf:wg:oauth:2.0:oob"
)

// apps registers one, and signs up and in through it.
func (w *crowd) apps(t *testing.T) {
	t.Helper()
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	w.call(t, nil, "POST /api/v1/apps", nil, form("client_name", "Tusky", "redirect_uris", oob, "scopes", "read write follow profile", "website", "https://tusky.app")).JSON(t, &app)
	client := []string{"client_id", app.ID, "client_secret", app.Secret, "scope", "read write follow profile"}
	var token struct {
		Token string `json:"access_token"`
	}
	w.call(t, nil, "POST /oauth/token", nil, form(append(client, "grant_type", "client_credentials")...)).JSON(t, &token)
	w.app = token.Token
	w.call(t, nil, "GET /api/v1/apps/verify_credentials", nil, bearer(w.app))
	w.call(t, nil, "POST /api/v1/accounts", nil, bearer(w.app), form("username", "dora", "email", "dora@example.com", "password", "correct horse battery", "agreement", "true"))
	letter := w.server.Letter("dora@example.com").Text
	link := confirmation.FindString(letter)
	wantStatus(t, "confirmation", send(t, w.server, "GET", link), 303)
	w.call(t, nil, "POST /oauth/token", nil, form(append(client, "grant_type", "password", "username", "ada@example.com", "password", w.ada.Password)...)).JSON(t, &token)
	w.ada.Token = token.Token // posts tell the app
	w.call(t, w.ada, "GET /oauth/userinfo", nil)
	w.call(t, nil, "GET /.well-known/oauth-authorization-server", nil)
}

// people have profiles and stand to each other in every way.
func (w *crowd) people(t *testing.T) {
	t.Helper()
	w.olga.Must("PATCH", "/api/v1/accounts/update_credentials", "note=I look after this place.", nil)
	w.call(t, w.ada, "PATCH /api/v1/accounts/update_credentials", nil, form("display_name", "Ada :)", "note", "See https://example.com #bio @ben", "bot", "true",
		"discoverable", "true", "indexable", "true", "fields_attributes[0][name]", "Site", "fields_attributes[0][value]", "https://example.com",
		"source[privacy]", "unlisted", "source[language]", "de", "source[sensitive]", "false"))
	w.ben.Must("PATCH", "/api/v1/accounts/update_credentials", "locked=true", nil)
	w.call(t, w.ada, "GET /api/v1/preferences", nil)
	w.call(t, w.ada, "GET /api/v1/accounts/verify_credentials", nil)
	w.call(t, w.cleo, "POST /api/v1/accounts/{id}/follow", []any{w.ada.ID}, form("notify", "true", "reblogs", "false", "languages[]", "de"))
	w.call(t, w.ada, "POST /api/v1/accounts/{id}/follow", []any{w.ben.ID})
	w.call(t, w.cleo, "POST /api/v1/accounts/{id}/follow", []any{w.ben.ID})
	w.call(t, w.ben, "GET /api/v1/follow_requests", nil)
	w.ben.Must("GET", "/api/v1/accounts/verify_credentials", nil, nil)
	w.call(t, w.ben, "POST /api/v1/follow_requests/{id}/authorize", []any{w.ada.ID})
	w.call(t, w.ben, "POST /api/v1/follow_requests/{id}/reject", []any{w.cleo.ID})
	w.call(t, w.ben, "POST /api/v1/accounts/{id}/follow", []any{w.ada.ID})
	w.call(t, w.ada, "POST /api/v1/accounts/{id}/note", []any{w.ben.ID}, form("comment", "Knows bread."))
	w.call(t, w.olga, "POST /api/v1/accounts/{id}/mute", []any{w.cleo.ID}, form("duration", "3600"))
	w.call(t, w.olga, "POST /api/v1/accounts/{id}/block", []any{w.ben.ID})
	w.call(t, w.olga, "POST /api/v1/accounts/{id}/follow", []any{w.ada.ID})
	w.call(t, w.olga, "GET /api/v1/mutes", nil)
	w.call(t, w.olga, "GET /api/v1/blocks", nil)
	w.call(t, w.ada, "GET /api/v1/accounts/relationships?id[]={id}&id[]={id}", []any{w.ben.ID, w.cleo.ID})
	w.call(t, w.cleo, "GET /api/v1/accounts/familiar_followers?id[]={id}", []any{w.ben.ID})
	w.call(t, w.cleo, "GET /api/v1/accounts?id[]={id}", []any{w.ada.ID})
	w.call(t, nil, "GET /api/v1/accounts/{id}", []any{w.ada.ID})
	w.call(t, nil, "GET /api/v1/accounts/{id}/followers", []any{w.ada.ID})
	w.call(t, nil, "GET /api/v1/accounts/{id}/following", []any{w.ada.ID})
	w.call(t, nil, "GET /api/v1/accounts/lookup?acct=ada", nil)
	w.call(t, w.ben, "GET /api/v1/accounts/search?q=ada", nil)
}

// posts are of every kind, and in every list.
func (w *crowd) posts(t *testing.T) {
	t.Helper()
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "Hello @ben @olga, read https://example.com/a?b=c #Bread #Salt", "spoiler_text", "bread",
		"language", "de", "visibility", "public")).JSON(t, &w.post)
	w.call(t, w.ben, "POST /api/v1/statuses", nil, form("status", "Indeed, @ada", "in_reply_to_id", w.post.ID, "visibility", "public")).JSON(t, &w.reply)
	w.call(t, w.ben, "POST /api/v1/statuses/{id}/reblog", []any{w.post.ID}).JSON(t, &w.boost)
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "@ben A word", "visibility", "direct"))
	w.call(t, w.ada, "PUT /api/v1/statuses/{id}", []any{w.post.ID}, form("status", "Hello @ben, #Bread is done", "spoiler_text", "", "language", "en"))
	w.call(t, nil, "GET /api/v1/statuses/{id}", []any{w.boost.ID})
	w.call(t, w.ben, "GET /api/v1/statuses?id[]={id}&id[]={id}", []any{w.post.ID, w.boost.ID})
	w.call(t, w.cleo, "GET /api/v1/statuses/{id}/context", []any{w.reply.ID})
	w.call(t, w.cleo, "GET /api/v1/statuses/{id}/context", []any{w.post.ID})
	w.call(t, w.ada, "GET /api/v1/statuses/{id}/source", []any{w.post.ID})
	w.call(t, w.ben, "GET /api/v1/statuses/{id}/history", []any{w.post.ID})
	w.call(t, w.ben, "GET /api/v1/timelines/home", nil)
	w.call(t, nil, "GET /api/v1/timelines/public", nil)
	w.call(t, nil, "GET /api/v1/timelines/tag/{hashtag}", []any{"bread"})
	w.call(t, w.cleo, "GET /api/v1/accounts/{id}/statuses", []any{w.ben.ID})
}

// marks are put on posts, and taken off.
func (w *crowd) marks(t *testing.T) {
	t.Helper()
	for _, mark := range []string{"favourite", "bookmark"} {
		w.call(t, w.ben, "POST /api/v1/statuses/{id}/"+mark, []any{w.post.ID})
	}
	w.call(t, w.ada, "POST /api/v1/statuses/{id}/pin", []any{w.post.ID})
	w.call(t, nil, "GET /api/v1/accounts/{id}/statuses?pinned=true", []any{w.ada.ID})
	w.call(t, w.ben, "GET /api/v1/favourites", nil)
	w.call(t, w.ben, "GET /api/v1/bookmarks", nil)
	w.call(t, nil, "GET /api/v1/statuses/{id}/favourited_by", []any{w.post.ID})
	w.call(t, nil, "GET /api/v1/statuses/{id}/reblogged_by", []any{w.post.ID})
}

// noticeKinds are all that people are told of here, in Mastodon's words.
var noticeKinds = []string{"mention", "follow", "follow_request", "reblog", "favourite", "update", "status", "admin.sign_up"}

func (w *crowd) notices(t *testing.T) {
	t.Helper()
	w.cleo.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", w.ben.ID), nil, nil)
	seen := map[string]bool{}
	w.server.Eventually("notices of every kind", func() bool {
		for _, p := range []*apptest.Person{w.olga, w.ada, w.ben, w.cleo} {
			var all []struct{ ID, Type string }
			p.Must("GET", "/api/v1/notifications", nil, &all)
			for _, n := range all {
				if !seen[n.Type] {
					seen[n.Type] = true
					w.call(t, p, "GET /api/v1/notifications/{id}", []any{n.ID})
				}
			}
		}
		return !slices.ContainsFunc(noticeKinds, func(k string) bool { return !seen[k] })
	})
	for _, p := range []*apptest.Person{w.ada, w.ben, w.cleo} {
		w.call(t, p, "GET /api/v1/notifications", nil)
	}
	w.call(t, w.ben, "POST /api/v1/statuses/{id}/mute", []any{w.post.ID}) // not before: who mutes is told no more
	w.call(t, w.ben, "GET /api/v1/notifications/unread_count", nil)
	w.call(t, w.ben, "POST /api/v1/markers", nil, form("home[last_read_id]", w.post.ID, "notifications[last_read_id]", w.post.ID))
	w.call(t, w.ben, "GET /api/v1/markers?timeline[]=home&timeline[]=notifications", nil)
}

func (w *crowd) lists(t *testing.T) {
	t.Helper()
	var list struct{ ID string }
	w.call(t, w.ben, "POST /api/v1/lists", nil, form("title", "Bakers")).JSON(t, &list)
	w.call(t, w.ben, "PUT /api/v1/lists/{id}", []any{list.ID}, form("title", "Bakers", "exclusive", "true", "replies_policy", "none"))
	w.call(t, w.ben, "POST /api/v1/lists/{id}/accounts", []any{list.ID}, form("account_ids[]", fmt.Sprint(w.ada.ID)))
	w.call(t, w.ben, "GET /api/v1/lists", nil)
	w.call(t, w.ben, "GET /api/v1/lists/{id}", []any{list.ID})
	w.call(t, w.ben, "GET /api/v1/lists/{id}/accounts", []any{list.ID})
	w.call(t, w.ben, "GET /api/v1/timelines/list/{id}", []any{list.ID})
	w.call(t, w.ben, "GET /api/v1/accounts/{id}/lists", []any{w.ada.ID})
}

// found is what is looked for, and what the house says of itself.
func (w *crowd) found(t *testing.T) {
	t.Helper()
	w.server.Eventually("the index of words", func() bool {
		return strings.Contains(string(w.ben.Call("GET", "/api/v2/search?q=bread&type=statuses", nil).Body), w.post.ID)
	})
	for _, q := range []string{"bread", "ada", "#bread", w.server.URL + "/@ada"} {
		w.call(t, w.ben, "GET /api/v2/search?q={q}", []any{url.QueryEscape(q)})
	}
	w.call(t, nil, "GET /api/v1/tags/{hashtag}", []any{"bread"})
	ctx := t.Context()
	settings := w.server.Instance.Settings()
	settings.Description, settings.Contact, settings.Rules = "A square.", "olga@example.com", []social.Rule{{ID: "1", Text: "Be kind.", Hint: "Always."}}
	if err := w.server.Instance.SetSettings(ctx, social.Actor{Account: w.olga.ID, Standing: social.Good, Role: social.Owner}, settings); err != nil {
		t.Fatal(err)
	}
	for _, route := range []string{"/api/v1/instance", "/api/v2/instance", "/api/v1/instance/rules", "/api/v1/instance/extended_description"} {
		w.call(t, nil, "GET "+route, nil)
	}
	for _, route := range []string{"/api/v1/instance/peers"} {
		w.call(t, nil, "GET "+route+"?empty", nil)
	}
}

// streams bring the same entities.
func (w *crowd) streams(t *testing.T) {
	t.Helper()
	e := socket(t, w.server, "/api/v1/streaming?stream=user", withToken(w.ada.Token))
	e.tell(t, map[string]string{"type": "subscribe", "stream": "direct"})
	e.settle(t)
	w.ben.Post("@ada Streamed to all", "public")
	w.ben.Post("@ada Streamed to you", "direct")
	w.server.Eventually("events of every kind", func() bool {
		return e.has("user", "update", "Streamed") && e.has("user", "notification", "Streamed") && e.has("direct", "conversation", "Streamed")
	})
	for _, m := range e.all() {
		if name := map[string]string{"update": "Status", "notification": "Notification", "conversation": "Conversation"}[m.Event]; name != "" {
			w.entity(t, name, m.Payload)
		}
	}
}

// endings undo what was done.
func (w *crowd) endings(t *testing.T) {
	t.Helper()
	for _, mark := range []string{"unfavourite", "unbookmark", "unmute", "unreblog"} {
		w.call(t, w.ben, "POST /api/v1/statuses/{id}/"+mark, []any{w.post.ID})
	}
	w.call(t, w.ada, "POST /api/v1/statuses/{id}/unpin", []any{w.post.ID})
	w.call(t, w.ada, "DELETE /api/v1/statuses/{id}", []any{w.post.ID})
	for _, end := range []string{"unblock", "unfollow", "unmute", "remove_from_followers"} {
		w.call(t, w.olga, "POST /api/v1/accounts/{id}/"+end, []any{w.ben.ID})
	}
	w.call(t, w.ada, "DELETE /api/v1/profile/avatar", nil)
	w.call(t, w.ada, "DELETE /api/v1/profile/header", nil)
}
