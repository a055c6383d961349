package families

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// dial opens a socket and tells how that was answered.
func dial(t *testing.T, s *apptest.Server, path string, h http.Header) (*websocket.Conn, int) {
	t.Helper()
	ws, resp, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path, &websocket.DialOptions{HTTPHeader: h})
	if err == nil {
		t.Cleanup(func() { ws.CloseNow() })
	}
	if resp == nil {
		t.Fatal(err)
	}
	return ws, resp.StatusCode
}

var streams = []string{"user", "user:notification", "public", "public:local", "public:remote", "public:media", "hashtag&tag=x", "direct", "list&list=1"}

// Streams ask for the same scopes as everything else.
func TestStreamsAskForScopes(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	for _, scope := range []string{"profile", "write", "follow", "push"} {
		token := ada.TokenWith(scope)
		for _, stream := range streams {
			path := "/api/v1/streaming?stream=" + stream
			if a := s.Call("GET", path, token, nil); a.Status != 403 && a.Status != 404 {
				t.Errorf("events of %s with %s: %d", stream, scope, a.Status)
			}
			if _, got := dial(t, s, path, http.Header{"Authorization": {"Bearer " + token}}); got != 403 && got != 404 {
				t.Errorf("a socket for %s with %s: %d", stream, scope, got)
			}
		}
		ws, got := dial(t, s, "/api/v1/streaming?access_token="+token, nil)
		if got != 101 {
			continue // refused at once
		}
		for _, stream := range []string{"user", "direct", "public"} {
			if err := ws.Write(t.Context(), websocket.MessageText, []byte(fmt.Sprintf(`{"type":"subscribe","stream":%q}`, stream))); err != nil {
				break
			}
		}
		ada.Post("@ada overheard", "direct")
		ada.Post("overheard", "public")
		ctx, leave := context.WithCancel(t.Context())
		go func() { // what comes of a subscription comes before what is asked after it
			ws.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","stream":"nothing"}`))
		}()
		for {
			_, b, err := ws.Read(ctx)
			if err != nil || strings.Contains(string(b), "nothing") || strings.Contains(string(b), "nknown") {
				break
			}
			if strings.Contains(string(b), "overheard") {
				t.Errorf("with %s is heard %s", scope, b)
			}
		}
		leave()
	}
}

// A page of another site cannot listen for whoever is signed in, and what is too
// large for a command ends the socket and nothing else.
func TestSocketsOfOtherSites(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	cookie := signIn(t, s, ada).cookie
	for _, origin := range []string{"https://evil.example", "null", s.URL + ".evil.example", ""} {
		h := http.Header{"Cookie": {"plaza_session=" + cookie}}
		if origin != "" {
			h.Set("Origin", origin)
		}
		if _, got := dial(t, s, "/api/v1/streaming?stream=user", h); got != 401 && got != 403 {
			t.Errorf("with a cookie from %q: %d", origin, got)
		}
	}
	ws, got := dial(t, s, "/api/v1/streaming?stream=user", http.Header{"Authorization": {"Bearer " + ada.Token}})
	if got != 101 {
		t.Fatal(got)
	}
	bomb := []byte(`{"type":"subscribe","stream":"` + strings.Repeat("x", 1<<20) + `"}`)
	ws.Write(t.Context(), websocket.MessageText, bomb)
	for {
		if _, _, err := ws.Read(t.Context()); err != nil {
			break
		}
	}
	wantStatus(t, "afterwards", ada.Call("GET", "/api/v1/timelines/home", nil), 200)
}

// Who signed out is out on all pages, those of the staff too, with what the
// browser kept.
func TestSignedOutIsOut(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mona, olaf := staff(s)
		for _, p := range []*apptest.Person{mona, olaf} {
			b := signIn(t, s, p)
			again := signIn(t, s, p) // another browser
			paths := []string{"/moderation", "/moderation/next", "/moderation/matters", "/moderation/appeals", "/settings/account", "/settings/export/follows.csv", "/settings/record"}
			if p == olaf {
				paths = append(paths, "/settings/house", "/settings/hosts", "/settings/hosts/blocks.csv")
			}
			for _, path := range paths {
				if a := b.get(path); a.Status != 200 {
					t.Errorf("before: %s for %s: %d", path, p.Name, a.Status)
				} else if kept := a.Header.Get("Cache-Control"); !strings.Contains(kept, "no-store") {
					t.Errorf("%s may be kept: %q", path, kept)
				}
			}
			a := b.post("/auth/sign_out")
			if !strings.Contains(a.Header.Get("Clear-Site-Data"), `"cache"`) {
				t.Errorf("signing out leaves what was kept: %v", a.Header)
			}
			for _, path := range paths {
				if a := b.get(path); a.Status == 200 {
					t.Errorf("after: %s for %s: %.200s", path, p.Name, a.Body)
				}
				wantStatus(t, path+" in the other browser", again.get(path), 200)
			}
			wantStatus(t, "a call with the cookie", b.get("/api/v1/timelines/home"), 401)
		}
	})
}

var resetLink = regexp.MustCompile(`/auth/password/edit\?[^\s]*token=([\w-]+)`)

// An account is not taken over on the ways by which it is given back: each link
// works once, for the newest wish, and ends what was open.
func TestAccountsAreNotTakenOver(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada := s.Join("ada", social.Member)
		stranger, open := browser{t: t, s: s}, signIn(t, s, ada)
		link := func() string {
			t.Helper()
			a := stranger.post("/auth/password", "user[email]", "ada@example.com")
			if a.Status != 303 && a.Status != 200 {
				t.Fatalf("a link: %d", a.Status)
			}
			var found []string
			s.Eventually("a link", func() bool {
				found = resetLink.FindStringSubmatch(s.Letter("ada@example.com").Text)
				return found != nil
			})
			return found[1]
		}
		token := link()
		reset := func(token, password string) apptest.Answer {
			return stranger.post("/auth/password/edit", "token", token, "user[password]", password)
		}
		refused := func(what string, a apptest.Answer) {
			t.Helper()
			if a.Status == 303 || cookieOf(a) != "" {
				t.Errorf("%s: %d, and a cookie %t", what, a.Status, cookieOf(a) != "")
			}
		}
		refused("a guess", reset(strings.Repeat("x", len(token)), "a stolen house"))
		refused("half a token", reset(token[:len(token)-1], "a stolen house"))
		refused("a short password", reset(token, "short"))
		wantStatus(t, "a link", reset(token, "a new password here"), 303)
		refused("the same again", reset(token, "a stolen house"))
		if a := open.get("/settings/account"); a.Status == 200 {
			t.Error("a browser that was signed in before is signed in still")
		}
		wantStatus(t, "an app from before", ada.Call("GET", "/api/v1/timelines/home", nil), 401)
		in := func(password string) bool {
			return cookieOf(stranger.post("/auth/sign_in", "user[email]", "ada@example.com", "user[password]", password)) != ""
		}
		if in(ada.Password) || in("a stolen house") || !in("a new password here") {
			t.Error("the wrong password opens")
		}
		for what, name := range map[string]string{"a letter added": "ada@example.com,eve@evil.example", "a line added": "ada@example.com\r\nBcc: eve@evil.example", "a route": "ada%evil.example@example.com"} {
			if a := stranger.post("/auth/password", "user[email]", name); a.Status >= 500 {
				t.Errorf("%s: %d", what, a.Status)
			}
		}
		app := newApp(t, s)
		n := 0
		for what, email := range map[string]string{"two addresses": "a@ok.example,b@evil.example", "a header": "a@ok.example\r\nBcc: b@evil.example", "quotes": `"a b"@ok.example`, "a route": "a%evil.example@ok.example",
			"a source route": "@evil.example:a@ok.example", "an encoded word": "=?utf-8?q?a?=@ok.example", "a comment": "a(b)@ok.example", "brackets": "<a@ok.example>", "a space": "a @ok.example", "two at signs": "a@b@ok.example", "a null": "a\x00@ok.example", "an address of a host": "a@[127.0.0.1]"} {
			n++ // or the name is what is wrong
			a := s.Call("POST", "/api/v1/accounts", app, url.Values{"username": {fmt.Sprintf("eve%d", n)}, "email": {email}, "password": {"correct horse battery"}, "agreement": {"true"}}.Encode())
			if a.Status != 422 {
				t.Errorf("sign-up with %s: %d %s", what, a.Status, a.Body)
			}
		}
	})
}

// Whoever guesses from many places is limited by whom they guess at, on every
// spelling of the address.
func TestLimitsHold(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.WithLimits)
	s.Join("ada", social.Member)
	guess := func(path, from string) apptest.Answer {
		b := browser{t: t, s: s, from: from}
		return b.post(path, "user[email]", "ada@example.com", "user[password]", "guess", "_method", "put")
	}
	limited := -1
	for i := range 200 {
		a := guess("/auth/sign_in", fmt.Sprintf("198.51.%d.%d", 100+i%100, i))
		if a.Status == 429 {
			limited = i
			break
		}
	}
	if limited < 0 {
		t.Fatal("200 guesses from 200 places are not too many")
	}
	t.Logf("guesses from other places each were too many after %d", limited)
	for _, path := range []string{"/auth/sign_in", "/auth/sign_in/", "//auth/sign_in", "/auth//sign_in", "/auth/sign_in.json", "/AUTH/sign_in", "/auth/./sign_in", "/auth/sign_in?x=1", "/auth/sign_in;x", "/auth/%73ign_in"} {
		for _, from := range []string{"203.0.113.9", "2001:db8:7::1", "127.0.0.1", "10.0.0.1", "203.0.113.8, 203.0.113.9"} {
			a := guess(path, from)
			if a.Status == 200 || a.Status == 422 || a.Status == 303 && !strings.Contains(a.Header.Get("Location"), "/auth/sign_in") || cookieOf(a) != "" {
				t.Errorf("%s from %s goes on: %d", path, from, a.Status)
			}
		}
	}
	s.Join("ben", social.Member)
	letters := 0
	for i := range 40 {
		b := browser{t: t, s: s, from: fmt.Sprintf("198.51.100.%d", i)}
		if a := b.post("/auth/password", "user[email]", "ben@example.com"); a.Status != 429 {
			letters++
		}
	}
	t.Logf("%d of 40 wishes for a letter to one person were taken", letters)
}

// One household is one, however many addresses it has; what a stranger writes
// before the address that our proxy saw is believed by nobody.
func TestOneHouseholdIsOne(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.WithLimits)
	ben := s.Join("ben", social.Member)
	post := ben.Post("Watches", "public")
	for what, from := range map[string]func(i int) string{"one /64": func(i int) string { return fmt.Sprintf("2001:db8:1:1::%x", i+1) },
		"an address behind what is made up": func(i int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.77", i) }} {
		limited := false
		for i := range 60 {
			b := browser{t: t, s: s, from: from(i)}
			if a := b.post("/@ben/"+post.ID+"/report", "harm", "scam", "good", "1", "comment", "x"); a.Status == 429 {
				limited = true
				break
			}
		}
		if !limited {
			t.Errorf("%s reports as often as it likes", what)
		}
	}
	b := browser{t: t, s: s, from: "192.0.2.1"}
	wantStatus(t, "somebody else", b.post("/@ben/"+post.ID+"/report", "harm", "scam", "good", "1", "comment", "x"), 200)
}

// What is said twice in one body is not read at all: others could read the other
// one.
func TestNothingIsSaidTwice(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	post := ben.Post("Hello", "public")
	for _, call := range []struct{ path, body string }{
		{"/api/v1/statuses", `{"status":"one","status":"two"}`},
		{"/api/v1/statuses", `{"status":"one","visibility":"direct","visibility":"public"}`},
		{"/api/v1/statuses", `{"status":"one","poll":{"options":["a","b"],"options":["c","d"],"expires_in":600}}`},
		{"/api/v1/statuses", "{\"status\":\"\xff\xfe\"}"},
		{"/api/v1/statuses", `{"status":"one"}{"status":"two"}`},
		{"/api/v1/statuses", `{"status":"one"} x`},
		{"/api/v1/reports", `{"account_id":"` + num(ben.ID) + `","account_id":"` + num(ada.ID) + `"}`},
		{"/api/v1/reports", `{"account_id":"` + num(ben.ID) + `","status_ids":["` + post.ID + `"],"status_ids":[]}`},
		{"/api/v1/apps", `{"client_name":"a","redirect_uris":"https://a.example","redirect_uris":"https://b.example"}`},
		{"/oauth/token", `{"grant_type":"client_credentials","grant_type":"authorization_code"}`},
		{"/api/plaza/v1/notices", `{"xarf_version":"4.2.0","xarf_version":"4.2.0"}`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+call.path, strings.NewReader(call.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+ada.Token)
		if a := s.Do(r); a.Status != 400 && a.Status != 422 {
			t.Errorf("%s %q: %d %s", call.path, call.body, a.Status, a.Body)
		}
	}
	a := ada.Call("GET", "/api/v1/accounts/"+num(ada.ID)+"/statuses", nil)
	if string(a.Body) != "[]" {
		t.Errorf("said all the same: %s", a.Body)
	}
}
