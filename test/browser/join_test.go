package browser

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// slow is by how much a processor is held back to be like that of a phone.
const slow = 6

// People join a house that has browsers work for it without noticing; without
// JavaScript somebody looks first.
func TestJoinWithWork(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada := s.Join("ada", social.Owner)
	to := s.Instance.Settings()
	to.Work = true
	if err := s.Instance.SetSettings(t.Context(), social.Actor{Account: ada.ID, Standing: social.Good, Role: social.Owner}, to); err != nil {
		t.Fatal(err)
	}
	b := open(t, s.URL)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slow})
		return err
	}))
	join := func(name string) {
		t.Helper()
		b.visit("/auth/sign_up")
		b.fill("#user_username", name)
		b.fill("#user_email", name+"@x.example")
		b.fill("#user_password", "correct horse battery")
		b.click("#user_agreement")
		b.press("main form .button")
		b.says("We sent a letter")
	}
	join("ben")
	b.visit("/auth/sign_up")
	b.until(`"done" in document.querySelector("form[data-challenge]").dataset`)
	if took, err := eval[float64](b, "performance.now()"); err == nil {
		t.Logf("the work was done %.1f s after the page began to load, on a processor held back by %d", took/1000, slow)
	}
	b.script(false)
	join("cleo")
	for name, want := range map[string]bool{"ben": true, "cleo": false} {
		if err := s.Store.Read(t.Context(), func(v *store.View) error {
			who, err := v.AccountNamed(t.Context(), name, "")
			if err != nil {
				return err
			}
			u, err := v.User(t.Context(), who.ID)
			if u.Approved != want {
				t.Errorf("%s is let in without a look: %v, want %v", name, u.Approved, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
