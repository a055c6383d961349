package doors

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	callback = "https://app.example/done?x=1"
	verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789"
)

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// client is an app as its author knows it.
type client struct {
	server *apptest.Server
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

func newClient(t *testing.T, s *apptest.Server, scopes string) *client {
	t.Helper()
	c := &client{server: s}
	a := send(t, s, "POST", "/api/v1/apps", form("client_name", "Tusky", "redirect_uris", callback+"\n"+oob, "scopes", scopes))
	wantStatus(t, "register", a, 200)
	a.JSON(t, c)
	return c
}

// ask is where a person is asked; pairs change or add parameters.
func (c *client) ask(pairs ...string) string {
	v := values([]string{"client_id", c.ID, "redirect_uri", callback, "response_type", "code", "scope", "read write", "state", "s t&"})
	for i := 0; i+1 < len(pairs); i += 2 { // the last one counts
		v.Set(pairs[i], pairs[i+1])
	}
	return "/oauth/authorize?" + v.Encode()
}

// grant is what comes of an exchange.
type grant struct {
	Token       string `json:"access_token"`
	Type        string `json:"token_type"`
	Scope       string `json:"scope"`
	CreatedAt   int64  `json:"created_at"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// token calls for one.
func (c *client) token(t *testing.T, want int, pairs ...string) grant {
	t.Helper()
	a := send(t, c.server, "POST", "/oauth/token", form(append([]string{"client_id", c.ID, "client_secret", c.Secret}, pairs...)...))
	wantStatus(t, strings.Join(pairs, " "), a, want)
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a token may be kept by a cache, or not be read by an app: %v", a.Header)
	}
	var g grant
	a.JSON(t, &g)
	if want == 200 && (g.Type != "Bearer" || g.Token == "" || g.CreatedAt == 0) || want != 200 && (g.Error == "" || g.Description == "") {
		t.Errorf("%v: %s", pairs, a.Body)
	}
	return g
}

// allow goes through the pages to a code.
func (c *client) allow(t *testing.T, b *browser, pairs ...string) string {
	t.Helper()
	b.open(t, c.ask(pairs...))
	if b.status != 200 || !strings.Contains(b.page, "Tusky") {
		t.Fatalf("no consent page: %d %s", b.status, b.page)
	}
	b.submit(t, "/oauth/authorize", "decision", "allow")
	return b.at.Query().Get("code")
}

func worth(t *testing.T, s *apptest.Server, token string) int {
	t.Helper()
	return send(t, s, "GET", "/api/v1/accounts/verify_credentials", bearer(token)).Status
}

// TestSignInWithApp is the way of most apps: sign in, consent, code, token.
func TestSignInWithApp(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, c, b := s.Join("ada", social.Member), newClient(t, s, "read write follow"), newBrowser(t, s)
		b.open(t, c.ask("code_challenge", challenge(), "code_challenge_method", "S256"))
		if b.at.Path != "/auth/sign_in" {
			t.Fatalf("a stranger is at %s", b.at)
		}
		b.signIn(t, ada)
		if b.at.Path != "/oauth/authorize" || b.status != 200 {
			t.Fatalf("after signing in: %d at %s", b.status, b.at)
		}
		b.submit(t, "/oauth/authorize", "decision", "allow")
		q := b.at.Query()
		if !strings.HasPrefix(b.at.String(), "https://app.example/done?") || q.Get("x") != "1" || q.Get("state") != "s t&" || q.Get("code") == "" {
			t.Fatalf("sent to %s", b.at)
		}
		exchange := []string{"grant_type", "authorization_code", "code", q.Get("code"), "redirect_uri", callback, "code_verifier", verifier}
		g := c.token(t, 200, exchange...)
		if g.Scope != "read write" || worth(t, s, g.Token) != 200 {
			t.Errorf("%+v is worth %d", g, worth(t, s, g.Token))
		}
		var said struct{ Application struct{ Name string } }
		send(t, s, "POST", "/api/v1/statuses", bearer(g.Token), form("status", "Hi")).JSON(t, &said)
		if said.Application.Name != "Tusky" {
			t.Errorf("the post was written with %q", said.Application.Name)
		}
		if g := c.token(t, 400, exchange...); g.Error != "invalid_grant" { // somebody stole it
			t.Errorf("a code used again: %+v", g)
		}
		if w := worth(t, s, g.Token); w != 401 {
			t.Errorf("a code came twice, and its token is worth %d", w)
		}
	})
}

// TestCodes are good for one app, one address, one verifier.
func TestCodes(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, c, other, b := s.Join("ada", social.Member), newClient(t, s, "read write"), newClient(t, s, "read write"), newBrowser(t, s)
	b.open(t, "/auth/sign_in")
	b.signIn(t, ada)
	pkce := []string{"code_challenge", challenge(), "code_challenge_method", "S256"}
	for what, do := range map[string]func(code string) grant{
		"another verifier": func(code string) grant {
			return c.token(t, 400, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier+"x")
		},
		"no verifier": func(code string) grant {
			return c.token(t, 400, "grant_type", "authorization_code", "code", code, "redirect_uri", callback)
		},
		"another address": func(code string) grant {
			return c.token(t, 400, "grant_type", "authorization_code", "code", code, "redirect_uri", oob, "code_verifier", verifier)
		},
		"another app": func(code string) grant {
			return other.token(t, 400, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier)
		},
	} {
		code := c.allow(t, b, pkce...)
		if g := do(code); g.Error != "invalid_grant" {
			t.Errorf("%s: %+v", what, g)
		}
		if g := c.token(t, 400, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier); g.Error != "invalid_grant" {
			t.Errorf("after %s the code is still good: %+v", what, g)
		}
	}
	c.token(t, 400, "grant_type", "authorization_code", "code", c.allow(t, b), "redirect_uri", callback, "code_verifier", verifier) // none was announced
	if g := c.token(t, 200, "grant_type", "authorization_code", "code", c.allow(t, b), "redirect_uri", callback); worth(t, s, g.Token) != 200 {
		t.Error("without PKCE no token")
	}

	code := c.allow(t, b, "redirect_uri", oob)
	shown := regexp.MustCompile(`<code id="code"[^>]*>([^<]+)</code>`).FindStringSubmatch(b.page)
	if shown == nil || shown[1] != code || b.status != 200 {
		t.Fatalf("the page shows no code: %d %s", b.status, b.page)
	}
	c.token(t, 200, "grant_type", "authorization_code", "code", shown[1], "redirect_uri", oob)

	b.open(t, c.ask())
	b.submit(t, "/oauth/authorize", "decision", "deny")
	if q := b.at.Query(); q.Get("error") != "access_denied" || q.Get("state") != "s t&" || q.Get("code") != "" {
		t.Errorf("who says no is sent to %s", b.at)
	}
	b.open(t, c.ask("force_login", "true"))
	if b.status != 200 {
		t.Errorf("force_login: %d at %s", b.status, b.at)
	}
}

// TestUnsafeAsks end on a page, and never send anybody elsewhere.
func TestUnsafeAsks(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, c := s.Join("ada", social.Member), newClient(t, s, "read")
	cookie := signIn(t, s, ada)
	for what, pairs := range map[string][]string{
		"another address":       {"redirect_uri", "https://evil.example/"},
		"a part of the address": {"redirect_uri", "https://app.example/done"},
		"more of the address":   {"redirect_uri", callback + "&y=2"},
		"no address of two":     {"redirect_uri", ""},
		"another app":           {"client_id", "unknown"},
		"more than registered":  {"scope", "read write"},
		"what there is not":     {"scope", "everything"},
		"a token at once":       {"response_type", "token", "scope", "read"},
		"plain PKCE":            {"scope", "read", "code_challenge", verifier, "code_challenge_method", "plain"},
		"PKCE without a method": {"scope", "read", "code_challenge", challenge()},
	} {
		for _, method := range []string{"GET", "POST"} {
			path := c.ask(append([]string{"scope", "read"}, pairs...)...)
			options := []option{session(cookie)}
			if method == "POST" {
				_, fields, _ := strings.Cut(path, "?")
				path, options = "/oauth/authorize", append(options, text("application/x-www-form-urlencoded", fields+"&decision=allow"))
			}
			a := send(t, s, method, path, options...)
			wantStatus(t, method+" "+what, a, http.StatusBadRequest)
			if a.Header.Get("Location") != "" {
				t.Errorf("%s: sent to %s", what, a.Header.Get("Location"))
			}
		}
	}
	a := send(t, s, "GET", c.ask("scope", "read"), session(cookie))
	if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the consent page may be framed: %s", csp)
	}
	a = send(t, s, "POST", "/oauth/authorize", session(cookie), header("Sec-Fetch-Site", "cross-site"), form("decision", "allow"))
	wantStatus(t, "a consent from another site", a, 403)
}
