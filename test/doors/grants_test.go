package doors

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestOtherGrants are those without a browser.
func TestOtherGrants(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, c, other := s.Join("ada", social.Member), newClient(t, s, "read write"), newClient(t, s, "read")
	own := c.token(t, 200, "grant_type", "client_credentials", "scope", "read")
	wantStatus(t, "an app's token", send(t, s, "GET", "/api/v1/apps/verify_credentials", bearer(own.Token)), 200)
	wantStatus(t, "an app's token for a person", send(t, s, "GET", "/api/v1/timelines/home", bearer(own.Token)), 422)
	for _, login := range []string{"ada@example.com", "ada", "ADA@EXAMPLE.COM"} {
		if g := c.token(t, 200, "grant_type", "password", "username", login, "password", ada.Password, "scope", "read write"); worth(t, s, g.Token) != 200 {
			t.Errorf("the password grant for %s is worth nothing", login)
		}
	}
	for what, x := range map[string]struct {
		status int
		error  string
		pairs  []string
	}{
		"a wrong password": {400, "invalid_grant", []string{"grant_type", "password", "username", "ada", "password", "guess"}},
		"nobody":           {400, "invalid_grant", []string{"grant_type", "password", "username", "nobody", "password", "guess"}},
		"too much":         {400, "invalid_scope", []string{"grant_type", "client_credentials", "scope", "admin:write"}},
		"no such grant":    {400, "unsupported_grant_type", []string{"grant_type", "refresh_token"}},
		"no grant":         {400, "unsupported_grant_type", nil},
	} {
		if g := c.token(t, x.status, x.pairs...); g.Error != x.error {
			t.Errorf("%s: %+v, want %s", what, g, x.error)
		}
	}
	wrong := *c
	wrong.Secret = "guess"
	if g := wrong.token(t, 401, "grant_type", "client_credentials"); g.Error != "invalid_client" {
		t.Errorf("a wrong secret: %+v", g)
	}
	a := send(t, s, "POST", "/oauth/token", func(r *http.Request) { r.SetBasicAuth(c.ID, c.Secret) }, form("grant_type", "client_credentials"))
	wantStatus(t, "the client in the header", a, 200)
	a = send(t, s, "POST", "/oauth/token", object(t, map[string]string{"client_id": c.ID, "client_secret": c.Secret, "grant_type": "client_credentials"}))
	wantStatus(t, "JSON", a, 200)
	a = send(t, s, "POST", "/oauth/token", parts(t, "client_id", c.ID, "client_secret", c.Secret, "grant_type", "client_credentials"))
	wantStatus(t, "parts", a, 200)

	revoke := func(by *client, token string) int {
		return send(t, s, "POST", "/oauth/revoke", form("client_id", by.ID, "client_secret", by.Secret, "token", token)).Status
	}
	g := c.token(t, 200, "grant_type", "password", "username", "ada", "password", ada.Password)
	if got := revoke(other, g.Token); got != 403 || worth(t, s, g.Token) != 200 {
		t.Errorf("another app revokes: %d, and it is worth %d", got, worth(t, s, g.Token))
	}
	if got := revoke(c, g.Token); got != 200 || worth(t, s, g.Token) != 401 {
		t.Errorf("revoke: %d, and it is worth %d", got, worth(t, s, g.Token))
	}
	for _, token := range []string{g.Token, "unknown", ""} {
		if got := revoke(c, token); got != 200 {
			t.Errorf("revoke %q: %d, want 200", token, got)
		}
	}
}

// TestDiscovery reads what there is and goes there.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	var d map[string]any
	send(t, s, "GET", "/.well-known/oauth-authorization-server").JSON(t, &d)
	for name, want := range map[string]string{"issuer": "/", "authorization_endpoint": "/oauth/authorize", "token_endpoint": "/oauth/token", "revocation_endpoint": "/oauth/revoke",
		"userinfo_endpoint": "/oauth/userinfo", "app_registration_endpoint": "/api/v1/apps"} {
		if d[name] != s.URL+want {
			t.Errorf("%s is %v", name, d[name])
		}
		u, _ := url.Parse(s.URL + want)
		if a := send(t, s, "GET", u.Path); a.Status == 404 {
			t.Errorf("%s is not there", name)
		}
	}
	for name, want := range map[string]string{"scopes_supported": "read:statuses", "response_types_supported": "code", "grant_types_supported": "authorization_code",
		"code_challenge_methods_supported": "S256", "token_endpoint_auth_methods_supported": "client_secret_post"} {
		list, _ := d[name].([]any)
		found := false
		for _, x := range list {
			found = found || x == want
		}
		if !found {
			t.Errorf("%s has no %s: %v", name, want, d[name])
		}
	}
}
