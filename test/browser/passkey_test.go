package browser

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

// named has a house be reached by a name: passkeys are made for one.
func named(c *conf.Config) {
	c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1)
	c.HandleHost = strings.TrimPrefix(c.URL, "http://")
}

// authenticator gives the tab a device that makes passkeys.
func (b *tab) authenticator() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
}

// Somebody makes a passkey, signs in with it after the password and without one;
// who has none signs in with a recovery code, also without JavaScript.
func TestPasskeyInABrowser(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t, named)
	ada := s.Join("ada", social.Member)
	b := open(t, s.Config.URL)
	b.authenticator()
	b.signIn("ada", ada.Password)
	b.visit("/settings/security")
	b.fill("#passkey_name", "My phone")
	b.fill("#passkey_password", ada.Password)
	b.press(`form[action="/settings/security/passkeys"] .button`)
	b.says("Make a passkey")
	b.press("form[data-passkey] .button")
	b.says("recovery codes", "never again")
	code, err := eval[string](b, `document.querySelector(".codes code").innerText`)
	if err != nil || len(code) != 23 {
		t.Fatalf("the first code is %q, %v", code, err)
	}
	b.press("main a.button")
	b.says("My phone", "10 of 10 are left")

	out := func() {
		t.Helper()
		b.visit("/menu")
		b.press(`form[action="/auth/sign_out"] button`)
		b.says("You are signed out")
	}
	out()
	b.signIn("ada", ada.Password)
	b.says("Second step")
	b.press("form[data-passkey] .button")
	b.says("What is on your mind?")
	out()
	b.visit("/auth/sign_in?next=/bookmarks")
	b.press("form[data-passkey] .button")
	b.says("Bookmarks")
	if at, err := eval[string](b, "location.pathname"); err != nil || at != "/bookmarks" {
		t.Errorf("at %s, %v", at, err)
	}

	other := open(t, s.Config.URL)
	other.script(false)
	other.signIn("ada", ada.Password)
	other.says("Second step")
	if n, err := eval[int](other, `[...document.querySelectorAll("form[data-passkey]")].filter((f) => f.checkVisibility()).length`); err != nil || n != 0 {
		t.Errorf("%d forms are shown that need a script, %v", n, err)
	}
	other.fill("#code", strings.ToUpper(code))
	other.press("main form:not([data-passkey]) .button")
	other.says("What is on your mind?")
}

// The pages that no address leads to are as good as the others.
func TestSecondStepIsAccessible(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t, named)
	ada := s.Join("ada", social.Member)
	b := open(t, s.Config.URL)
	b.authenticator()
	look := func(name string) {
		t.Helper()
		b.examine(page{name, "ada", "shown now"})
		b.size(1280, 900)
	}
	b.signIn("ada", ada.Password)
	b.visit("/settings/security")
	look("factors-none")
	b.fill("#app_password", ada.Password)
	b.press(`form[action="/settings/security/app"] .button`)
	look("factors-app")
	secret, err := eval[string](b, `document.querySelector(".copyable").innerText`)
	if err != nil {
		t.Fatal(err)
	}
	b.fill("#code", "000000")
	b.press("main .button:not(.quiet):not(.plain)")
	look("factors-app-wrong")
	b.fill("#code", apptest.AppCode(t, secret, time.Now()))
	b.press("main .button:not(.quiet):not(.plain)")
	b.says("recovery codes")
	look("factors-codes")
	b.visit("/settings/security")
	b.fill("#passkey_name", "The phone with the cracked screen that I carry around")
	b.fill("#passkey_password", ada.Password)
	b.press(`form[action="/settings/security/passkeys"] .button`)
	look("factors-passkey")
	b.press("form[data-passkey] .button")
	b.says("cracked screen")
	look("factors-both")
	b.visit("/menu")
	b.press(`form[action="/auth/sign_out"] button`)
	b.signIn("ada", ada.Password)
	look("factors-second")
	b.visit("/auth/sign_in")
	look("factors-sign-in")
}
