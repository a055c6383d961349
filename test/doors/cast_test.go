package doors

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var roles = []string{"member", "moderator", "admin", "owner"}

// cast is everybody who calls, and ben, to whom things belong.
type cast struct {
	server           *apptest.Server
	member, ben      *apptest.Person
	moderator, owner *apptest.Person
	app, waiting     string            // tokens
	scopes           []string          // one at a time
	tokens           map[string]string // the member's, by scope
	sessions         map[string]string // by role
	client           social.App
	things           map[string]string // ben's, by what a path calls them
	friends          url.Values        // whom ada follows, for a list
	hidden           string            // a post of ben's that is for nobody here
}

func newCast(t *testing.T, s *apptest.Server) *cast {
	t.Helper()
	c := &cast{server: s, tokens: map[string]string{}, sessions: map[string]string{}}
	c.owner, c.moderator = s.Join("olga", social.Owner), s.Join("mona", social.Moderator)
	admin := s.Join("adam", social.Admin)
	c.member, c.ben = s.Join("ada", social.Member), s.Join("ben", social.Member)
	for role, p := range map[string]*apptest.Person{"member": c.member, "moderator": c.moderator, "admin": admin, "owner": c.owner} {
		c.sessions[role] = signIn(t, s, p)
	}
	c.register(t)
	c.belongings(t)
	return c
}

// register makes the app, its token and those of one scope each.
func (c *cast) register(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	var err error
	if c.client, _, err = c.server.Auth.RegisterApp(ctx, social.App{Name: "Doors", Redirects: []string{"https://app.example/done"}, Scopes: auth.Scopes}); err != nil {
		t.Fatal(err)
	}
	if c.app, _, err = c.server.Auth.AppToken(ctx, c.client, auth.Scopes); err != nil {
		t.Fatal(err)
	}
	var joined struct {
		Token string `json:"access_token"`
	}
	a := send(t, c.server, "POST", "/api/v1/accounts", bearer(c.app), form("username", "wanda", "email", "wanda@example.com", "password", "correct horse battery", "agreement", "true"))
	wantStatus(t, "sign-up", a, 200)
	a.JSON(t, &joined)
	c.waiting = joined.Token
	c.scopes = []string{"read", "write", "follow", "push", "profile", "admin:read", "admin:write"}
	for _, r := range c.server.Routes() {
		if r.Scope != "" && !slices.Contains(c.scopes, r.Scope) {
			c.scopes = append(c.scopes, r.Scope)
		}
	}
	for _, s := range c.scopes {
		c.tokens[s] = c.member.TokenWith(s)
	}
	for _, p := range []*apptest.Person{c.moderator, c.owner} { // with what their role is for, too
		p.Token = p.TokenWith(auth.Scopes.String())
	}
}

// belongings are one of everything, of ben's.
func (c *cast) belongings(t *testing.T) {
	t.Helper()
	ctx, ben := t.Context(), c.ben.Actor()
	said := c.ben.Post("Anybody there?", "public")
	c.hidden = c.ben.Post("Only for me", "direct").ID
	var list, notice struct{ ID string }
	c.ben.Must("POST", "/api/v1/lists", "title=mine", &list)
	c.owner.Post("@ben Hello", "public")
	c.server.Eventually("a notice", func() bool {
		var all []struct{ ID string }
		c.ben.Must("GET", "/api/v1/notifications", nil, &all)
		if len(all) > 0 {
			notice = all[0]
		}
		return len(all) > 0
	})
	var filter struct {
		ID                 string
		Keywords, Statuses []struct{ ID string }
	}
	c.ben.Must("POST", "/api/v2/filters", "title=mine&context[]=home&keywords_attributes[0][keyword]=mine", &filter)
	c.ben.Must("POST", "/api/v2/filters/"+filter.ID+"/statuses", "status_id="+said.ID, nil)
	c.ben.Must("GET", "/api/v2/filters/"+filter.ID, nil, &filter)
	var collected struct {
		Collection struct {
			ID    string
			Items []struct{ ID string }
		}
	}
	c.ben.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
	c.ben.Must("POST", "/api/v1/collections", "name=mine&account_ids[]="+fmt.Sprint(c.ben.ID), &collected)
	var featured struct{ ID string }
	c.ben.Must("POST", "/api/v1/featured_tags", "name=mine", &featured)
	request := c.request(t)
	signIn(t, c.server, c.ben)
	sessions, err := c.server.Auth.Sessions(ctx, ben)
	if err != nil || len(sessions) == 0 {
		t.Fatal(sessions, err)
	}
	tokens, err := c.server.Auth.Tokens(ctx, ben)
	if err != nil || len(tokens) == 0 {
		t.Fatal(tokens, err)
	}
	invite, err := c.server.Auth.Invite(ctx, ben, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	var report struct{ ID string }
	c.member.Must("POST", "/api/v1/reports", "account_id="+num(c.ben.ID), &report)
	c.things = map[string]string{"report": report.ID, "post": said.ID, "list": list.ID, "notice": notice.ID, "request": request, "session": fmt.Sprint(sessions[0].ID), "token": fmt.Sprint(tokens[0].ID),
		"invite": fmt.Sprint(invite.ID), "code": "unknown", "secret": "unknown", "n": "1", "thread": said.ID, "quoting": said.ID, "tag": "tag", "hashtag": "tag",
		"filter": filter.ID, "keyword": filter.Keywords[0].ID, "filtered": filter.Statuses[0].ID, "featured": featured.ID, "collection": collected.Collection.ID, "item": collected.Collection.Items[0].ID, "account": fmt.Sprint(c.ben.ID), "name": "ben", "*": "unknown"}
}

// request is that of somebody who wrote to ben, whom ben does not know.
func (c *cast) request(t *testing.T) string {
	t.Helper()
	c.member.Post("@ben psst", "direct")
	var all []struct{ ID string }
	c.server.Eventually("a request", func() bool {
		c.ben.Must("GET", "/api/v1/notifications/requests", nil, &all)
		return len(all) > 0
	})
	return all[0].ID
}

// stillThere checks that nothing of ben's is gone.
func (c *cast) stillThere(t *testing.T) {
	t.Helper()
	for what, path := range map[string]string{"post": "/api/v1/statuses/" + c.things["post"], "message": "/api/v1/statuses/" + c.hidden,
		"list": "/api/v1/lists/" + c.things["list"], "notice": "/api/v1/notifications/" + c.things["notice"], "request": "/api/v1/notifications/requests/" + c.things["request"], "token": "/api/v1/preferences",
		"filter": "/api/v2/filters/" + c.things["filter"], "keyword": "/api/v2/filters/keywords/" + c.things["keyword"], "filtered post": "/api/v2/filters/statuses/" + c.things["filtered"]} {
		wantStatus(t, "ben's "+what, c.ben.Call("GET", path, nil), 200)
	}
	sessions, err := c.server.Auth.Sessions(t.Context(), c.ben.Actor())
	if err != nil || len(sessions) != 1 {
		t.Errorf("ben's sessions: %v, %v", sessions, err)
	}
	invites, err := c.server.Auth.Invites(t.Context(), c.ben.Actor())
	if err != nil || len(invites) != 1 {
		t.Errorf("ben's invites: %v, %v", invites, err)
	}
}

// stranger is somebody new, to be followed or blocked without an effect on
// other calls.
func (c *cast) stranger(t *testing.T) social.Account {
	t.Helper()
	ctx := t.Context()
	var a social.Account
	err := c.server.Store.Write(ctx, func(tx *store.Tx) error {
		a = social.Account{ID: social.AccountID(id.New(tx.Now)), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
		a.Username = fmt.Sprintf("x%d", a.ID)
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		return tx.AddUser(ctx, social.User{Account: a.ID, Email: a.Username + "@example.com", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now})
	})
	if err != nil {
		t.Error(err)
	}
	return a
}

// A subject is what a call is about.
type subject struct {
	name   string
	things map[string]string // what stands for {id} and the like
	query  url.Values
}

func (s subject) path(pattern string) string {
	for name, thing := range s.things {
		pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, "{"+name+"}", thing), "/*", "/"+s.things["*"])
	}
	if len(s.query) > 0 {
		pattern += "?" + s.query.Encode()
	}
	return pattern
}

// about is what a route is called about: of posts, one that may be seen and
// one that may not.
func (c *cast) about(t *testing.T, r app.Route) []subject {
	things := map[string]string{}
	for k, v := range c.things {
		things[k] = v
	}
	one := subject{things: things, query: url.Values{}}
	switch {
	case strings.Contains(r.Path, "/v1/statuses/{id}"), strings.Contains(r.Path, "/{post}"):
		hidden := subject{"hidden", map[string]string{}, url.Values{}}
		for k, v := range things {
			hidden.things[k] = v
		}
		if r.Method == "PUT" || r.Method == "PATCH" {
			one.query.Set("status", "Mine now")
			hidden.query.Set("status", "Mine now")
		}
		said, err := c.server.Posts.Publish(t.Context(), c.ben.Actor(), social.Draft{Text: "Anybody?", Visibility: social.Public})
		if err != nil {
			t.Error(err)
		}
		one.name, things["id"], things["post"] = "public", fmt.Sprint(said.ID), fmt.Sprint(said.ID)
		hidden.things["id"], hidden.things["post"] = c.hidden, c.hidden
		return []subject{one, hidden}
	case strings.Contains(r.Path, "/accounts/{id}"), strings.Contains(r.Path, "/follow_requests/{id}"), strings.HasPrefix(r.Path, "/@{name}"):
		x := c.stranger(t)
		things["id"], things["name"] = fmt.Sprint(x.ID), x.Username
	case strings.Contains(r.Path, "/lists/{id}"), strings.Contains(r.Path, "/list/{id}"):
		things["id"] = things["list"]
	case strings.Contains(r.Path, "/reports/{id}"):
		things["id"] = things["report"]
	case strings.Contains(r.Path, "/conversations/{id}"):
		things["id"] = c.hidden // a message's id is that of its conversation
	case strings.Contains(r.Path, "/notifications/requests/{id}"):
		things["id"] = things["request"]
	case strings.Contains(r.Path, "/notifications/{id}"):
		things["id"] = things["notice"]
	case strings.HasPrefix(r.Path, "/api/v2/filters/keywords/{id}"), strings.HasPrefix(r.Path, "/api/v1/filters/{id}"):
		things["id"] = things["keyword"]
	case strings.HasPrefix(r.Path, "/api/v2/filters/statuses/{id}"):
		things["id"] = things["filtered"]
	case strings.HasPrefix(r.Path, "/api/v1/collections/{id}"):
		things["id"] = things["collection"]
	case strings.HasPrefix(r.Path, "/api/v1/featured_tags/{id}"):
		things["id"] = things["featured"]
	case strings.HasPrefix(r.Path, "/api/v2/filters/{id}"):
		things["id"] = things["filter"]
	case strings.Contains(r.Path, "/notifications/{group_key}"):
		things["group_key"] = "ungrouped-" + things["notice"]
	}
	one.query = c.queries(r)
	return []subject{one}
}

// queries are what some routes need to be told before they look who asks.
func (c *cast) queries(r app.Route) url.Values {
	switch r.Path {
	case "/api/v1/notifications/dismiss":
		return url.Values{"id": {c.things["notice"]}}
	case "/api/v1/notifications/requests/accept", "/api/v1/notifications/requests/dismiss":
		return url.Values{"id[]": {c.things["request"]}}
	case "/api/v1/notifications/destroy_multiple":
		return url.Values{"ids[]": {c.things["notice"]}}
	case "/api/v1/statuses":
		return url.Values{"id[]": {c.hidden}}
	case "/api/v1/accounts", "/api/v1/accounts/relationships", "/api/v1/accounts/familiar_followers":
		return url.Values{"id[]": {c.things["account"]}}
	case "/api/v1/accounts/lookup":
		return url.Values{"acct": {"ben"}}
	case "/api/v1/accounts/search", "/api/v1/search", "/api/v2/search", "/search":
		return url.Values{"q": {"ben"}}
	case "/.well-known/webfinger":
		return url.Values{"resource": {"acct:ben@" + c.server.Config.HandleHost}}
	case "/authorize_interaction":
		return url.Values{"uri": {"acct:ben@" + c.server.Config.HandleHost}}
	case "/api/v1/streaming", "/api/v1/streaming/":
		return url.Values{"stream": {"user"}}
	case "/api/v1/streaming/list":
		return url.Values{"list": {c.things["list"]}}
	case "/api/v1/streaming/hashtag", "/api/v1/streaming/hashtag/local":
		return url.Values{"tag": {"tag"}}
	case "/oauth/authorize":
		return url.Values{"client_id": {c.client.ClientID}, "redirect_uri": {"https://app.example/done"}, "response_type": {"code"}, "scope": {"read"}}
	}
	return nil
}

// sessionFor is the session of somebody with a role: one of its own where the
// route ends it.
func (c *cast) sessionFor(t *testing.T, r app.Route, role string) string {
	if r.Path == "/auth/sign_out" {
		who := map[string]*apptest.Person{"member": c.member, "moderator": c.moderator, "owner": c.owner}[role]
		if who == nil {
			return ""
		}
		return signIn(t, c.server, who)
	}
	return c.sessions[role]
}
