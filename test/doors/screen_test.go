package doors

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// proxied is a server that believes this machine who calls.
func proxied(c *conf.Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

func from(address string) option { return header("X-Forwarded-For", address) }

// Who comes from where nobody is answered is not, on any road; everybody else is.
func TestTurnedAwayAtTheDoor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		olga := s.Join("olga", social.Owner)
		olga.Token = olga.TokenWith(auth.Scopes.String())
		var block thing
		olga.Must("POST", "/api/v1/admin/ip_blocks", "ip=198.51.100.0/24&severity=no_access", &block)
		olga.Must("POST", "/api/v1/admin/ip_blocks", "ip=2001:db8:1:2::1&severity=no_access", nil)
		for path, want := range map[string]int{"/": 200, "/api/v2/instance": 200, "/api/v1/streaming/health": 200, "/healthz": 200, "/media/x": 404, "/oauth/authorize": 400} {
			for _, at := range []string{"198.51.100.7", "2001:db8:1:2:ffff::2", "203.0.113.9, 198.51.100.7"} {
				wantStatus(t, path+" from "+at, send(t, s, "GET", path, from(at)), 403)
			}
			for _, at := range []string{"203.0.113.9", "2001:db8:1:3::1", "198.51.100.7, 203.0.113.9"} {
				if got := send(t, s, "GET", path, from(at)).Status; got == 403 || got != want && want == 200 {
					t.Errorf("%s from %s: %d, want %d", path, at, got, want)
				}
			}
		}
		wantStatus(t, "with a token", send(t, s, "GET", "/api/v1/timelines/home", bearer(olga.Token), from("198.51.100.7")), 403)
		a := send(t, s, "POST", "/api/v1/admin/ip_blocks", bearer(olga.Token), from("203.0.113.9"), form("ip", "203.0.113.0/24", "severity", "no_access"))
		wantStatus(t, "shutting oneself out", a, 422)
		var mild thing
		olga.Must("POST", "/api/v1/admin/ip_blocks", "ip=203.0.113.0/24&severity=sign_up_block", &mild)
		a = send(t, s, "PUT", "/api/v1/admin/ip_blocks/"+mild.ID, bearer(olga.Token), from("203.0.113.9"), form("severity", "no_access"))
		wantStatus(t, "shutting oneself out in two steps", a, 422)
		olga.Must("DELETE", "/api/v1/admin/ip_blocks/"+block.ID, nil, nil)
		wantStatus(t, "after the end of the block", send(t, s, "GET", "/", from("198.51.100.7")), 200)
	}, proxied)
}

// The lists hold for those who want to join, on the pages and through apps.
func TestTurnedAwayAtSignUp(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		olga := s.Join("olga", social.Owner)
		olga.Token = olga.TokenWith(auth.Scopes.String())
		olga.Must("POST", "/api/v1/admin/ip_blocks", "ip=198.51.100.0/24&severity=sign_up_block", nil)
		olga.Must("POST", "/api/v1/admin/ip_blocks", "ip=203.0.113.0/24&severity=sign_up_requires_approval", nil)
		var spam struct {
			ID      string
			History []struct{ Uses, Accounts string }
		}
		olga.Must("POST", "/api/v1/admin/email_domain_blocks", "domain=spam.example", &spam)
		olga.Must("POST", "/api/v1/admin/canonical_email_blocks", "email=troll@fine.example", nil)
		client, _, err := s.Auth.RegisterApp(t.Context(), social.App{Name: "Doors", Redirects: []string{oob}, Scopes: auth.Scopes})
		if err != nil {
			t.Fatal(err)
		}
		app, _, err := s.Auth.AppToken(t.Context(), client, auth.Scopes)
		if err != nil {
			t.Fatal(err)
		}
		const elsewhere = "192.0.2.1"
		for i, tt := range []struct {
			from, email string
			api, page   int
			says        string
		}{
			{"198.51.100.7", "a@fine.example", 403, 403, "from where you are"},
			{elsewhere, "a@spam.example", 422, 422, "e-mail provider"},
			{elsewhere, "T.Roll+new@fine.example", 422, 422, "e-mail provider"},
			{elsewhere, "welcome%d@fine.example", 200, 303, ""},
			{"203.0.113.4", "looked%d@fine.example", 200, 303, ""},
		} {
			email := func(n int) string {
				if strings.Contains(tt.email, "%d") {
					return fmt.Sprintf(tt.email, n)
				}
				return tt.email
			}
			a := send(t, s, "POST", "/api/v1/accounts", bearer(app), from(tt.from), form("username", fmt.Sprint("a", i), "email", email(1), "password", "correct horse battery", "agreement", "true"))
			wantStatus(t, "app: "+tt.email, a, tt.api)
			b := send(t, s, "POST", "/auth/sign_up", from(tt.from), form("user[username]", fmt.Sprint("b", i), "user[email]", email(2), "user[password]", "correct horse battery", "user[agreement]", "1"))
			wantStatus(t, "page: "+tt.email, b, tt.page)
			if !strings.Contains(string(a.Body), tt.says) || !strings.Contains(string(b.Body), tt.says) {
				t.Errorf("%s is not told why: %s", tt.email, a.Body)
			}
		}
		for name, waits := range map[string]bool{"welcome1": false, "welcome2": false, "looked1": true, "looked2": true} {
			link := confirmation.FindString(s.Letter(name + "@fine.example").Text)
			wantStatus(t, "confirmation", send(t, s, "GET", link), 303)
			found := false
			waiting, err := s.Auth.Waiting(t.Context(), social.Keyboard, social.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range waiting {
				found = found || u.Email == name+"@fine.example"
			}
			if found != waits {
				t.Errorf("%s waits to be looked at: %v, want %v", name, found, waits)
			}
		}
		olga.Must("GET", "/api/v1/admin/email_domain_blocks/"+spam.ID, nil, &spam)
		if h := spam.History[0]; h.Uses != "2" || h.Accounts != "1" {
			t.Errorf("tries in spite of the block: %+v", h)
		}
	}, proxied)
}
