package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// A registered is an app that a server knows.
type registered struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

func register(t *testing.T, s *apptest.Server, redirect string) (app registered) {
	t.Helper()
	s.Call("POST", "/api/v1/apps", "", map[string]string{"client_name": "Lantern", "redirect_uris": redirect, "scopes": "read write", "website": "https://lantern.example"}).JSON(t, &app)
	return app
}

func authorize(app registered, redirect string) string {
	return "/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {app.ID}, "redirect_uri": {redirect}, "scope": {"read write"}, "state": {"a b&c"}}.Encode()
}

// whoami exchanges a code for a token and asks whom it speaks for.
func (app registered) whoami(t *testing.T, s *apptest.Server, redirect, code string) string {
	t.Helper()
	var token struct {
		Token string `json:"access_token"`
	}
	s.Call("POST", "/oauth/token", "", url.Values{"grant_type": {"authorization_code"}, "client_id": {app.ID}, "client_secret": {app.Secret}, "redirect_uri": {redirect}, "code": {code}}.Encode()).JSON(t, &token)
	var me struct {
		Acct string `json:"acct"`
	}
	s.Call("GET", "/api/v1/accounts/verify_credentials", token.Token, nil).JSON(t, &me)
	return me.Acct
}

// An app is let in by a person at their browser: with a code to paste, with a
// redirect to where the app listens, or not at all. The pages' policy does not
// stand in the way.
func TestAppConsent(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	b := open(t, s.URL)
	app := register(t, s, auth.OutOfBand)

	b.visit(authorize(app, auth.OutOfBand)) // a stranger signs in first
	b.fill("#user_email", "ada")
	b.fill("#user_password", ada.Password)
	b.press("main form .button")
	b.says("Lantern asks to come in", "ada", "post and act in your name")
	b.press(`button[value="allow"]`)
	code, err := eval[string](b, `document.querySelector("#code").innerText`)
	if err != nil {
		t.Fatal(err)
	}
	if got := app.whoami(t, s, auth.OutOfBand, strings.TrimSpace(code)); got != "ada" {
		t.Errorf("the pasted code is for %q, want ada", got)
	}

	called := make(chan url.Values, 2)
	device := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/done" {
			called <- r.URL.Query()
		}
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<!DOCTYPE html><link rel="icon" href="data:,"><title>Lantern</title><body>Back in the app.`))
	}))
	t.Cleanup(device.Close)
	b.also = strings.TrimPrefix(device.URL, "http://")
	redirect := device.URL + "/done?from=plaza"
	app = register(t, s, redirect)
	for decision, want := range map[string]string{"allow": "code", "deny": "error"} {
		b.visit(authorize(app, redirect))
		b.press(`button[value="` + decision + `"]`)
		b.says("Back in the app.")
		answer := <-called
		if answer.Get(want) == "" || answer.Get("state") != "a b&c" || answer.Get("from") != "plaza" {
			t.Errorf("%s: the app was told %v, want a %s", decision, answer, want)
		}
		if decision == "allow" {
			if got := app.whoami(t, s, redirect, answer.Get("code")); got != "ada" {
				t.Errorf("the code sent is for %q, want ada", got)
			}
		}
	}
}
