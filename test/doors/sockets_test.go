package doors

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestSockets opens streams in every way that apps do.
func TestSockets(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ways := map[string]*ear{
		"header":      socket(t, s, "/api/v1/streaming?stream=user", withToken(ada.Token)),
		"address":     socket(t, s, "/api/v1/streaming?stream=user&access_token="+ada.Token, nil),
		"subprotocol": socket(t, s, "/api/v1/streaming?stream=user", &websocket.DialOptions{Subprotocols: []string{ada.Token}}),
		"with slash":  socket(t, s, "/api/v1/streaming/?stream=user", withToken(ada.Token)),
		"own path":    socket(t, s, "/api/v1/streaming/user", withToken(ada.Token)),
		"from a page": socket(t, s, "/api/v1/streaming?stream=user&access_token="+ada.Token, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://app.example"}}}),
		"events":      events(t, s, "/api/v1/streaming/user", ada.Token),
		"events, too": events(t, s, "/api/v1/streaming?stream=user", ada.Token),
	}
	if got := ways["subprotocol"].ws.Subprotocol(); got != ada.Token {
		t.Errorf("the subprotocol is not said again: %q", got)
	}
	said := ben.Post("Straight away", "public") // what follows the opening is not missed
	for way, e := range ways {
		s.Eventually("the post by "+way, func() bool { return e.has("", "update", said.ID) })
	}
	if m := ways["header"].all()[0]; !slices.Equal(m.Stream, []string{"user"}) {
		t.Errorf("the message is for %v", m.Stream)
	}
	for path, want := range map[string]int{"/api/v1/streaming?stream=user": 401, "/api/v1/streaming?stream=user&access_token=wrong": 401, "/api/v1/streaming?stream=nothing": 400,
		"/api/v1/streaming?stream=hashtag": 400, "/api/v1/streaming?stream=list&list=1&access_token=" + ada.Token: 404,
		"/api/v1/streaming?stream=user&access_token=" + ada.TokenWith("write"): 403} {
		_, resp, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path, nil)
		if err == nil || resp == nil || resp.StatusCode != want {
			t.Errorf("%s: %v, want %d", path, err, want)
		}
	}
	a := send(t, s, "GET", "/api/v1/streaming/health")
	if a.Status != 200 || string(a.Body) != "OK" {
		t.Errorf("health: %d %s", a.Status, a.Body)
	}
}

// TestMany subscribes and unsubscribes on one socket.
func TestMany(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	e := socket(t, s, "/api/v1/streaming", withToken(ada.Token))
	command := func(kind, stream, tag string) {
		e.tell(t, map[string]string{"type": kind, "stream": stream, "tag": tag})
	}
	command("subscribe", "hashtag", "Brot")
	command("subscribe", "hashtag", "salz")
	command("subscribe", "hashtag", "salz") // twice is once
	command("subscribe", "public", "")
	e.settle(t)
	count := func(word, stream string) (n int) {
		for _, m := range e.all() {
			if m.Stream != nil && m.Stream[0] == stream && strings.Contains(m.Payload, word) {
				n++
			}
		}
		return n
	}
	ben.Post("Eins #brot #salz", "public")
	s.Eventually("both tags", func() bool { return count("Eins", "hashtag") == 2 && count("Eins", "public") == 1 })
	if got := tagsOf(e); !slices.Equal(got, []string{"Brot", "salz"}) {
		t.Errorf("the tags are called %v, want them as they were asked for", got)
	}
	command("unsubscribe", "hashtag", "brot")
	command("unsubscribe", "public", "")
	command("unsubscribe", "user", "") // was not subscribed to
	e.settle(t)
	ben.Post("Zwei #brot", "public")
	ben.Post("Drei #salz", "public")
	s.Eventually("the tag that is left", func() bool { return count("Drei", "hashtag") == 1 })
	if count("Zwei", "hashtag") != 0 || count("Zwei", "public") != 0 || count("Eins", "hashtag") != 2 {
		t.Errorf("what was unsubscribed goes on: %+v", e.all())
	}
	wrongCommands(t, e)
	ben.Post("Vier #salz", "public")
	s.Eventually("the socket to go on", func() bool { return count("Vier", "hashtag") == 1 })
	for i := range 60 {
		command("subscribe", "hashtag", fmt.Sprint("tag", i))
	}
	s.Eventually("too many to be refused", func() bool {
		return slices.ContainsFunc(e.all(), func(m message) bool { return m.Status == 429 })
	})
}

func tagsOf(e *ear) (out []string) {
	for _, m := range e.all() {
		if len(m.Stream) == 2 {
			out = append(out, m.Stream[1])
		}
	}
	slices.Sort(out)
	return out
}

// wrongCommands are answered, and change nothing.
func wrongCommands(t *testing.T, e *ear) {
	t.Helper()
	for raw, want := range map[string]int{`{"type":"subscribe","stream":"hashtag"}`: 400, `{"type":"subscribe","stream":"nothing"}`: 400, `{"type":"subscribe","stream":"list"}`: 400,
		`{"type":"subscribe","stream":"list","list":"7"}`: 404, `{"type":"subscribe"}`: 400, `hello`: 400, `[]`: 400, `{"type":"subscribe","stream":7}`: 400} {
		before := len(e.errors())
		if err := e.ws.Write(t.Context(), websocket.MessageText, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		e.server.Eventually("an answer to "+raw, func() bool { return len(e.errors()) > before })
		all := e.all()
		if got := all[len(all)-1]; got.Status != want || got.Error == "" {
			t.Errorf("%s: %+v, want %d", raw, got, want)
		}
	}
}

// TestAccessEnds ends a token in every way there is: no call is answered any
// more, and no stream goes on.
func TestAccessEnds(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, c := s.Join("ada", social.Member), newClient(t, s, "read write follow")
		login := []string{"grant_type", "password", "username", "ada", "password", ada.Password, "scope", "read"}
		kept := c.token(t, 200, login...).Token
		for _, way := range []struct {
			name string
			end  func(token string)
		}{
			{"revoked by the app", func(token string) {
				wantStatus(t, "revoke", send(t, s, "POST", "/oauth/revoke", form("client_id", c.ID, "client_secret", c.Secret, "token", token)), 200)
			}},
			{"ended on the page of apps", func(token string) {
				by, err := s.Auth.ByToken(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				a := send(t, s, "POST", "/settings/apps/"+num(by.Token)+"/end", session(signIn(t, s, ada)))
				wantStatus(t, "end", a, 303)
			}},
		} {
			token := c.token(t, 200, login...).Token
			open := listenAll(t, s, token)
			way.end(token)
			gone(t, way.name, s, token, open)
			if w := worth(t, s, kept); w != 200 {
				t.Errorf("%s: another token is worth %d", way.name, w)
			}
		}
		app := c.token(t, 200, "grant_type", "client_credentials").Token
		open := []*ear{socket(t, s, "/api/v1/streaming?stream=public", withToken(app)), events(t, s, "/api/v1/streaming/public", app)}
		wantStatus(t, "revoke", send(t, s, "POST", "/oauth/revoke", form("client_id", c.ID, "client_secret", c.Secret, "token", app)), 200)
		gone(t, "an app's own", s, app, open)

		open, cookie := listenAll(t, s, kept), signIn(t, s, ada)
		ada.Password = forgetful(t, s, ada)
		gone(t, "of somebody who chose a new password", s, kept, open)
		if a := send(t, s, "GET", "/settings", session(cookie)); a.Status != 303 {
			t.Errorf("a session goes on after a new password: %d", a.Status)
		}

		kept = c.token(t, 200, "grant_type", "password", "username", "ada", "password", ada.Password, "scope", "read").Token
		open = listenAll(t, s, kept)
		wantStatus(t, "delete", send(t, s, "POST", "/settings/delete", session(signIn(t, s, ada)), form("password", ada.Password)), 303)
		gone(t, "of an account that is deleted", s, kept, open)
	})
}

var resetLink = regexp.MustCompile(`/auth/password/edit\?token=(\S+)`)

// forgetful chooses a new password through a letter.
func forgetful(t *testing.T, s *apptest.Server, p *apptest.Person) string {
	t.Helper()
	wantStatus(t, "forgotten", send(t, s, "POST", "/auth/password", form("user[email]", p.Name+"@example.com")), 200)
	token := resetLink.FindStringSubmatch(s.Letter(p.Name + "@example.com").Text)
	const chosen = "another horse battery"
	wantStatus(t, "reset", send(t, s, "POST", "/auth/password/edit", form("token", token[1], "user[password]", chosen)), 303)
	return chosen
}

func listenAll(t *testing.T, s *apptest.Server, token string) []*ear {
	t.Helper()
	return []*ear{socket(t, s, "/api/v1/streaming?stream=user", withToken(token)), socket(t, s, "/api/v1/streaming?stream=public", withToken(token)),
		events(t, s, "/api/v1/streaming/user", token)}
}

// soon is how long what is over may go on.
const soon = 2 * time.Second

func gone(t *testing.T, what string, s *apptest.Server, token string, open []*ear) {
	t.Helper()
	if w := worth(t, s, token); w != 401 {
		t.Errorf("a token %s is worth %d", what, w)
	}
	late := time.After(soon)
	for _, e := range open {
		select {
		case <-e.ended:
		case <-late:
			t.Fatalf("a stream of a token %s goes on", what)
		}
	}
}
