package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestErrors are JSON that a browser's app may read, whatever is wrong.
func TestErrors(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	reader := ada.TokenWith("read")
	for _, c := range []struct {
		what, method, path string
		options            []option
		want               int
	}{
		{"no token", "GET", "/api/v1/timelines/home", nil, 401},
		{"a wrong token", "GET", "/api/v1/timelines/public", []option{bearer("wrong")}, 401},
		{"another scope", "POST", "/api/v1/statuses", []option{bearer(reader), form("status", "Hi")}, 403},
		{"not there", "GET", "/api/v1/statuses/1", nil, 404},
		{"no such route", "GET", "/api/v1/nowhere", nil, 404},
		{"no such route at all", "GET", "/api/", nil, 404},
		{"no such method", "DELETE", "/api/v1/timelines/home", []option{bearer(ada.Token)}, 405},
		{"nothing said", "POST", "/api/v1/statuses", []option{bearer(ada.Token)}, 422},
		{"no JSON", "POST", "/api/v1/statuses", []option{bearer(ada.Token), text("application/json", `{"status":`)}, 400},
		{"a list", "POST", "/api/v1/statuses", []option{bearer(ada.Token), text("application/json", `["status"]`)}, 400},
		{"no multipart", "POST", "/api/v1/statuses", []option{bearer(ada.Token), text("multipart/form-data; boundary=x", "hello")}, 400},
		{"no boundary", "POST", "/api/v1/statuses", []option{bearer(ada.Token), text("multipart/form-data", "hello")}, 400},
		{"no form", "POST", "/api/v1/statuses", []option{bearer(ada.Token), text("application/x-www-form-urlencoded", "%zz=%")}, 400},
		{"another kind", "POST", "/api/v1/statuses", []option{bearer(ada.Token), text("image/png", "\x89PNG")}, 400},
		{"a wrong visibility", "POST", "/api/v1/statuses", []option{bearer(ada.Token), form("status", "Hi", "visibility", "secret")}, 422},
		{"pictures", "POST", "/api/v1/statuses", []option{bearer(ada.Token), form("status", "Hi", "media_ids[]", "1")}, 422},
		{"a picture that is none", "PATCH", "/api/v1/accounts/update_credentials", []option{bearer(ada.Token), parts(t, "display_name", strings.Repeat("a", 500))}, 422},
		{"a wrong list", "POST", "/api/v1/lists", []option{bearer(ada.Token), form("title", "a", "replies_policy", "some")}, 422},
		{"oneself", "POST", "/api/v1/accounts/" + num(ada.ID) + "/follow", []option{bearer(ada.Token)}, 422},
		{"no client", "POST", "/oauth/token", []option{form("grant_type", "password")}, 401},
		{"no such grant", "POST", "/oauth/revoke", []option{form("token", "x")}, 403},
		{"nobody", "GET", "/oauth/userinfo", nil, 401},
		{"no stream", "GET", "/api/v1/streaming?stream=nothing", nil, 400},
		{"no tag", "GET", "/api/v1/streaming/hashtag", nil, 400},
		{"no token for a stream", "GET", "/api/v1/streaming/user", nil, 401},
	} {
		a := send(t, s, c.method, c.path, append(c.options, header("Origin", "https://app.example"))...)
		wantStatus(t, c.what, a, c.want)
		wantError(t, c.what, a)
		if kind := a.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
			t.Errorf("%s: %s", c.what, kind)
		}
		if strings.Contains(strings.ToLower(string(a.Body)), "sql") {
			t.Errorf("%s tells of our insides: %s", c.what, a.Body)
		}
	}
}

// TestPreflight is what browsers ask before they call for an app.
func TestPreflight(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	for _, path := range []string{"/api/v1/statuses", "/api/v1/timelines/home", "/api/v2/search", "/api/v1/streaming", "/oauth/token", "/oauth/revoke", "/oauth/userinfo",
		"/.well-known/oauth-authorization-server", "/api/v1/nowhere"} {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			a := send(t, s, "OPTIONS", path, header("Origin", "https://app.example"), header("Access-Control-Request-Method", method),
				header("Access-Control-Request-Headers", "authorization, content-type, idempotency-key"))
			if a.Status/100 != 2 || a.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.Header.Get("Access-Control-Allow-Methods"), method) {
				t.Errorf("OPTIONS %s for %s: %d %v", path, method, a.Status, a.Header)
			}
			for _, h := range []string{"authorization", "content-type", "idempotency-key"} {
				if !strings.Contains(strings.ToLower(a.Header.Get("Access-Control-Allow-Headers")), h) {
					t.Errorf("OPTIONS %s: %s is not allowed", path, h)
				}
			}
		}
	}
	a := send(t, s, "GET", "/api/v1/timelines/public", header("Origin", "https://app.example"))
	for _, h := range []string{"Link", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"} {
		if !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), h) {
			t.Errorf("%s is hidden from apps", h)
		}
	}
	if a.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error("cookies are let in")
	}
	for _, path := range []string{"/", "/public", "/settings", "/auth/sign_in", "/oauth/authorize"} { // pages are for browsers, not for apps in them
		if a := send(t, s, "GET", path, header("Origin", "https://app.example")); a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be read from other sites", path)
		}
	}
}

// TestForeignForms are not taken: pages of other sites cannot act for whoever
// is signed in.
func TestForeignForms(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	cookie := signIn(t, s, ada)
	for _, r := range s.Routes() {
		if r.Edge != "web" && r.Path != "/oauth/authorize" || r.Method != "POST" {
			continue
		}
		path := variable.ReplaceAllString(r.Path, "1")
		for _, h := range []option{header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example")} {
			wantStatus(t, "a form of another site to "+r.Path, send(t, s, "POST", path, session(cookie), h, form("text", "Mine", "status", "Mine")), 403)
		}
	}
}
