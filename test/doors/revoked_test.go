package doors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// A revocation is one way in which somebody loses what they listen with.
type revocation struct {
	name string
	want int // what the token is answered afterwards
	end  func(t *testing.T, s *apptest.Server, p *apptest.Person, c *client, token string)
}

var revocations = []revocation{
	{"token revoked", 401, func(t *testing.T, s *apptest.Server, _ *apptest.Person, c *client, token string) {
		wantStatus(t, "revoke", send(t, s, "POST", "/oauth/revoke", form("client_id", c.ID, "client_secret", c.Secret, "token", token)), 200)
	}},
	{"app ended by its person", 401, func(t *testing.T, s *apptest.Server, p *apptest.Person, _ *client, token string) {
		by, err := s.Auth.ByToken(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		wantStatus(t, "end", send(t, s, "POST", "/settings/apps/"+num(by.Token)+"/end", session(signIn(t, s, p))), 303)
	}},
	{"password changed", 401, func(t *testing.T, s *apptest.Server, p *apptest.Person, _ *client, _ string) {
		p.Password = forgetful(t, s, p)
	}},
	{"account deleted", 401, func(t *testing.T, s *apptest.Server, p *apptest.Person, _ *client, _ string) {
		wantStatus(t, "delete", send(t, s, "POST", "/settings/delete", session(signIn(t, s, p)), form("password", p.Password)), 303)
	}},
	{"account leaving", 403, func(t *testing.T, s *apptest.Server, p *apptest.Person, _ *client, _ string) {
		wantStatus(t, "leave", send(t, s, "POST", "/settings/delete", session(signIn(t, s, p)), form("password", p.Password, "when", "later")), 303)
	}},
	{"account disabled", 403, act("disable")},
	{"account suspended", 403, act("suspend")},
}

// act has the owner do something about an account.
func act(kind string) func(*testing.T, *apptest.Server, *apptest.Person, *client, string) {
	return func(t *testing.T, s *apptest.Server, p *apptest.Person, _ *client, _ string) {
		t.Helper()
		owner := s.Join("o"+kind, social.Owner)
		a := s.Call("POST", fmt.Sprintf("/api/v1/admin/accounts/%d/action", p.ID), owner.TokenWith("admin:write"), "type="+kind)
		wantStatus(t, kind, a, 200)
	}
}

// TestRevoked takes away what somebody listens with, in every way there is:
// each stream ends within two seconds, and cannot be opened again.
func TestRevoked(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := newClient(t, s, "read write follow")
		for i, way := range revocations {
			p := s.Join(fmt.Sprintf("p%d", i), social.Member)
			token := c.token(t, 200, "grant_type", "password", "username", p.Name, "password", p.Password, "scope", "read").Token
			open := map[string]*ear{"WebSocket": socket(t, s, "/api/v1/streaming?stream=user", withToken(token)), "public WebSocket": socket(t, s, "/api/v1/streaming?stream=public", withToken(token)),
				"SSE": events(t, s, "/api/v1/streaming/user", token), "public SSE": events(t, s, "/api/v1/streaming/public", token)}
			way.end(t, s, p, c, token)
			done := time.Now()
			late := time.After(soon)
			for kind, e := range open {
				select {
				case <-e.ended:
					t.Logf("%s: the %s ended %v after", way.name, kind, time.Since(done).Round(time.Millisecond))
				case <-late:
					t.Fatalf("%s: the %s goes on", way.name, kind)
				}
			}
			closedFor(t, s, way, token)
			for kind, e := range open {
				if e.has("", "update", "Afterwards") {
					t.Errorf("%s: the %s brought something afterwards", way.name, kind)
				}
			}
		}
	})
}

// closedFor tries to come back with a token, through every stream.
func closedFor(t *testing.T, s *apptest.Server, way revocation, token string) {
	t.Helper()
	if got := worth(t, s, token); got != way.want {
		t.Errorf("%s: the token is answered %d, want %d", way.name, got, way.want)
	}
	for _, path := range []string{"/api/v1/streaming/user", "/api/v1/streaming/public", "/api/v1/streaming?stream=public", "/api/v1/streaming"} {
		wantStatus(t, way.name+": "+path, send(t, s, "GET", path, bearer(token)), way.want)
		_, resp, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path, &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
		if err == nil || resp == nil || resp.StatusCode != way.want {
			t.Errorf("%s: a WebSocket to %s: %v, want %d", way.name, path, err, way.want)
		}
	}
}

// TestSuspensionIsTakenBack has everything work again, with the same token.
func TestSuspensionIsTakenBack(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		olga, ada, ben := s.Join("olga", social.Owner), s.Join("ada", social.Member), s.Join("ben", social.Member)
		said := ada.Post("Hello", "public")
		admin := olga.TokenWith("admin:read admin:write")
		about := fmt.Sprintf("/api/v1/admin/accounts/%d", ada.ID)
		for _, turn := range []struct {
			on, off, text string
			shown         int
		}{{"suspend", "unsuspend", "Too loud", 404}, {"disable", "enable", "Too late", 200}} {
			wantStatus(t, turn.on, s.Call("POST", about+"/action", admin, "type="+turn.on+"&text="+strings.ReplaceAll(turn.text, " ", "+")), 200)
			wantStatus(t, "what ada said", ben.Call("GET", "/api/v1/statuses/"+said.ID, nil), turn.shown)
			wantStatus(t, "ada's token", ada.Call("GET", "/api/v1/preferences", nil), 403)
			a := send(t, s, "POST", "/auth/sign_in", form("user[email]", "ada@example.com", "user[password]", ada.Password))
			if a.Status == 303 {
				t.Errorf("%s: ada can sign in", turn.on)
			}
			s.Eventually("a letter with the reason", func() bool { return strings.Contains(s.Letter("ada@example.com").Text, turn.text) })
			wantStatus(t, turn.off, s.Call("POST", about+"/"+turn.off, admin, nil), 200)
			wantStatus(t, "what ada said", ben.Call("GET", "/api/v1/statuses/"+said.ID, nil), 200)
			wantStatus(t, "ada's token", ada.Call("GET", "/api/v1/preferences", nil), 200)
		}
	})
}

// TestLimited hides an account from those who do not follow it, unasked.
func TestLimited(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		olga, ada, fan, other := s.Join("olga", social.Owner), s.Join("ada", social.Member), s.Join("fan", social.Member), s.Join("other", social.Member)
		fan.Follow(ada)
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true&indexable=true", nil)
		said := ada.Post("Limited #quokka", "public")
		s.Eventually("the index of words", func() bool {
			return strings.Contains(string(fan.Call("GET", "/api/v2/search?q=limited&type=statuses", nil).Body), said.ID)
		})
		wantStatus(t, "limit", s.Call("POST", fmt.Sprintf("/api/v1/admin/accounts/%d/action", ada.ID), olga.TokenWith("admin:write"), "type=silence"), 200)
		for _, path := range []string{"/api/v1/timelines/public", "/api/v1/timelines/tag/quokka", "/api/v2/search?type=statuses&q=limited", "/api/v2/search?type=accounts&q=ad", "/api/v1/directory",
			"/api/v1/timelines/home", "/api/v1/statuses/" + said.ID, fmt.Sprintf("/api/v1/accounts/%d/statuses", ada.ID)} {
			asked := strings.Contains(path, "statuses/") || strings.Contains(path, "/statuses") && strings.Contains(path, "accounts/")
			there := strings.Contains(string(other.Call("GET", path, nil).Body), `"acct":"ada"`)
			if there != asked {
				t.Errorf("%s: who does not follow ada finds her: %v, want %v", path, there, asked)
			}
			if path == "/api/v1/directory" {
				continue
			}
			if !strings.Contains(string(fan.Call("GET", path, nil).Body), `"acct":"ada"`) {
				t.Errorf("%s: her follower does not find ada", path)
			}
		}
	})
}
