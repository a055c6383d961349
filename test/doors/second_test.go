package doors

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// cookieOf is a cookie that an answer sets, or empty.
func cookieOf(a apptest.Answer, name string) string {
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// TestAppsGoThroughTheSecondStep: who lets an app in has come in whole, and a
// password alone gets no token.
func TestAppsGoThroughTheSecondStep(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, c := s.Join("ada", social.Member), newClient(t, s, "read write")
	_, codes := ada.SecondFactor()
	if g := c.token(t, 400, "grant_type", "password", "username", "ada", "password", ada.Password, "scope", "read"); g.Error != "invalid_grant" {
		t.Errorf("a password: %+v", g)
	}
	asks := "/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {auth.OutOfBand}, "scope": {"read"}}.Encode()
	a := send(t, s, "GET", asks, session(""))
	next, err := url.Parse(a.Header.Get("Location"))
	if err != nil || next.Path != "/auth/sign_in" {
		t.Fatalf("%d, to %s", a.Status, next)
	}
	a = send(t, s, "POST", "/auth/sign_in", form("user[email]", "ada", "user[password]", ada.Password, "next", next.Query().Get("next")))
	step := cookieOf(a, "plaza_step")
	if to := a.Header.Get("Location"); cookieOf(a, "plaza_session") != "" || step == "" || !strings.HasPrefix(to, "/auth/second?next=") {
		t.Fatalf("after the password: %d, to %s", a.Status, to)
	}
	halfway := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "plaza_step", Value: step}) }
	if to := send(t, s, "GET", asks, halfway, session(step)).Header.Get("Location"); !strings.HasPrefix(to, "/auth/sign_in") {
		t.Errorf("half way it asks: to %q", to)
	}
	wantStatus(t, "half way, as a token", send(t, s, "GET", "/api/v1/accounts/verify_credentials", bearer(step)), 401)
	a = send(t, s, "POST", "/auth/second", halfway, form("code", codes[0], "next", next.Query().Get("next")))
	if to := a.Header.Get("Location"); to != next.Query().Get("next") {
		t.Errorf("after the second step: %d, to %q", a.Status, to)
	}
	wantStatus(t, "then", send(t, s, "GET", asks+"&again=1", session(cookieOf(a, "plaza_session"))), 200)
}

// TestAppsOfWhoLacksTheSecondStep stand still until there is one.
func TestAppsOfWhoLacksTheSecondStep(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	olga, ada := s.Join("olga", social.Owner), s.Join("ada", social.Member)
	in, err := s.Auth.StartSession(t.Context(), ada.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	house := s.Instance.Settings()
	house.Factors = social.FactorEverybody
	if err := s.Instance.SetSettings(t.Context(), social.Actor{Account: olga.ID, Standing: social.Good, Role: social.Owner}, house); err != nil {
		t.Fatal(err)
	}
	me := func() int { return send(t, s, "GET", "/api/v1/accounts/verify_credentials", bearer(ada.Token)).Status }
	s.Eventually("her app stands still", func() bool { return me() == 403 })
	c := newClient(t, s, "read")
	asks := "/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {auth.OutOfBand}, "scope": {"read"}}.Encode()
	a := send(t, s, "GET", asks, session(in))
	if to := a.Header.Get("Location"); !strings.HasPrefix(to, "/auth/sign_in?") {
		t.Errorf("she lets an app in: %d, to %q", a.Status, to)
	}
	a = send(t, s, "GET", a.Header.Get("Location"), session(in))
	if to, onward := a.Header.Get("Location"), cookieOf(a, "plaza_onward"); to != "/settings/security" || !strings.Contains(onward, "authorize") {
		t.Errorf("she signs in: to %q, and then to %q", to, onward)
	}
	ada.SecondFactor()
	s.Eventually("her app goes on", func() bool { return me() == 200 })
	wantStatus(t, "she lets an app in", send(t, s, "GET", asks, session(in)), 200)
}
