package auth_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		for _, login := range []string{"ada", "ADA", "@ada", " ada@example.org "} {
			in, a, err := h.SignIn(h.ctx, login, "correct horse", strings.Repeat("Firefox ", 99)+"\x00\xff")
			if err != nil || a.ID != ada.Account {
				t.Fatalf("%q: %+v, %v", login, a, err)
			}
			by, err := h.BySession(h.ctx, in.Session)
			if err != nil || by.Account != ada.Account || by.Session == 0 || by.Token != 0 || by.Standing != social.Good || by.Scopes != nil {
				t.Errorf("%q: %+v, %v", login, by, err)
			}
			_, err = h.ByToken(h.ctx, in.Session)
			wantKind(t, "a session as a token", err, errs.Unauthenticated)
		}
		for _, try := range [][2]string{{"ada", "Correct horse"}, {"ada", ""}, {"nobody", "correct horse"}, {"nobody@example.org", "x"}, {"", ""}, {"\x00\xff", "\xff"}, {"ada@example.org", "correct horse "}} {
			in, _, err := h.SignIn(h.ctx, try[0], try[1], "")
			wantKind(t, strings.Join(try[:], ":"), err, errs.Unauthenticated)
			if in != (auth.Entered{}) {
				t.Error("a secret all the same")
			}
		}
		h.read(func(v *store.View) error {
			all, err := v.Sessions(h.ctx, ada.Account)
			if len(all) != 4 || len(all[0].Agent) > 300 {
				t.Errorf("%d sessions, want 4: %+v", len(all), all)
			}
			return err
		})
	})
}

func TestSignInIsLimited(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member("ada", social.Member)
		for range 12 { // what is right does not count
			if _, _, err := h.SignIn(h.ctx, "ada", "correct horse", ""); err != nil {
				t.Fatal(err)
			}
		}
		for _, login := range []string{"ada", "nobody"} {
			for range 10 {
				_, _, err := h.SignIn(h.ctx, login, "wrong", "")
				wantKind(t, login, err, errs.Unauthenticated)
			}
			_, _, err := h.SignIn(h.ctx, login, "correct horse", "")
			wantKind(t, login+" past the limit", err, errs.Limited)
		}
		_, _, err := h.SignIn(h.ctx, "ada@example.org", "correct horse", "")
		wantKind(t, "by the other name", err, errs.Limited)
		if !strings.Contains(errs.Public(err), "Try again in 6 minutes.") {
			t.Error(err)
		}

		if err := h.ForgotPassword(h.ctx, "ada@example.org"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ResetPassword(h.ctx, h.secret(h.letters()[0], "/auth/password/edit"), "battery staple"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.SignIn(h.ctx, "ada", "battery staple", ""); err != nil {
			t.Error("with a new password:", err)
		}
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one, first := h.signedIn("ada")
		two, second := h.session(one)
		_, third := h.session(one)
		ben, bens := h.signedIn("ben")
		alive := func(what string, want ...bool) {
			t.Helper()
			for i, secret := range []string{first, second, third, bens} {
				_, err := h.BySession(h.ctx, secret)
				if (err == nil) != want[i] || err != nil && errs.KindOf(err) != errs.Unauthenticated {
					t.Errorf("%s: session %d: %v, want alive %v", what, i+1, err, want[i])
				}
			}
		}
		alive("at first", true, true, true, true)
		if all, err := h.Sessions(h.ctx, one); err != nil || len(all) != 3 {
			t.Errorf("%+v, %v", all, err)
		}
		if err := h.EndSession(h.ctx, ben, two.Session); err != nil {
			t.Fatal(err)
		}
		alive("ended by somebody else", true, true, true, true)
		facts := h.facts()
		facts()
		if err := h.EndSession(h.ctx, one, two.Session); err != nil {
			t.Fatal(err)
		}
		alive("one ended", true, false, true, true)
		if fs := facts(); len(fs) != 1 || fs[0] != (event.AccessChanged{Account: one.Account}) {
			t.Errorf("recorded %+v", fs)
		}
		if err := h.EndSession(h.ctx, one, 0); err != nil {
			t.Fatal(err)
		}
		alive("all others ended", true, false, false, true)
		if err := h.SignOut(h.ctx, one); err != nil {
			t.Fatal(err)
		}
		alive("signed out", false, false, false, true)
		wantKind(t, "anyone", h.EndSession(h.ctx, social.Anyone, 0), errs.Unauthenticated)
		if err := h.SignOut(h.ctx, social.Anyone); err != nil {
			t.Error("anyone signs out:", err)
		}
		_, err := h.StartSession(h.ctx, 99, "")
		wantKind(t, "nobody's", err, errs.NotFound)
	})
}

func TestSessionExpires(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, used := h.signedIn("ada")
		_, unused := h.signedIn("ben")
		const half = 90 * 24 * time.Hour
		h.clock.Pass(half)
		if _, err := h.BySession(h.ctx, used); err != nil {
			t.Error(err)
		}
		h.clock.Pass(half)
		if _, err := h.BySession(h.ctx, unused); err != nil {
			t.Error("on the last day:", err)
		}
		h.clock.Pass(half)
		if _, err := h.BySession(h.ctx, used); err != nil {
			t.Error("used in between:", err)
		}
		h.clock.Pass(180*24*time.Hour + time.Hour)
		_, err := h.BySession(h.ctx, used)
		wantKind(t, "after half a year", err, errs.Unauthenticated)
	})
}

// Use is written down on the first load and then once an hour.
func TestLastUse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		by, secret := h.signedIn("ada")
		token, err := h.TokenFor(h.ctx, by.Account, social.Scopes{"read"})
		if err != nil {
			t.Fatal(err)
		}
		want := func(when string, at time.Duration) {
			t.Helper()
			for range 2 {
				if _, err := h.BySession(h.ctx, secret); err != nil {
					t.Fatal(err)
				}
				if _, err := h.ByToken(h.ctx, token); err != nil {
					t.Fatal(err)
				}
			}
			ss, err := h.Sessions(h.ctx, by)
			if err != nil || !ss[0].UsedAt.Equal(storetest.Noon.Add(at)) {
				t.Errorf("%s: session used at %v, %v; want %v past noon", when, ss[0].UsedAt, err, at)
			}
			ts, err := h.Tokens(h.ctx, by)
			if err != nil || !ts[0].UsedAt.Equal(storetest.Noon.Add(at)) {
				t.Errorf("%s: token used at %v, %v; want %v past noon", when, ts[0].UsedAt, err, at)
			}
		}
		want("at once", 0)
		h.clock.Pass(59 * time.Minute)
		want("within the hour", 0)
		h.clock.Pass(time.Minute)
		want("after an hour", time.Hour)
		h.clock.Pass(30 * time.Minute)
		want("half an hour later", time.Hour)
	})
}

// Another process (here: another Service) ends what this one remembers.
func TestAccessChangesElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		other := open(t, h.store, h.clock, limit.New(h.clock.Now))
		by, secret := h.signedIn("ada")
		if _, err := other.BySession(h.ctx, secret); err != nil {
			t.Fatal(err)
		}
		if err := h.SignOut(h.ctx, by); err != nil {
			t.Fatal(err)
		}
		settle(t, h.store)
		_, err := other.BySession(h.ctx, secret)
		wantKind(t, "signed out elsewhere", err, errs.Unauthenticated)

		_, secret = h.signedIn("ben")
		h.write(func(tx *store.Tx) error {
			a, err := tx.AccountNamed(h.ctx, "ben", "")
			if err != nil {
				return err
			}
			tx.Record(event.AccessChanged{Account: a.ID})
			return tx.SetStanding(h.ctx, a.ID, social.Suspended)
		})
		settle(t, h.store)
		for _, svc := range []*house{h, other} {
			_, err := svc.BySession(h.ctx, secret)
			wantKind(t, "suspended elsewhere", err, errs.Forbidden)
		}
	})
}

// Whoever asks while access ends, it has ended for all when the command returns.
func TestNothingOldIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		by, _ := h.signedIn("ada")
		for range 10 {
			session, secret := h.session(by)
			var stop atomic.Bool
			done := make(chan struct{})
			go func() {
				defer close(done)
				for !stop.Load() {
					h.BySession(h.ctx, secret)
				}
			}()
			err := h.SignOut(h.ctx, session)
			_, after := h.BySession(h.ctx, secret)
			stop.Store(true)
			<-done
			if err != nil || errs.KindOf(after) != errs.Unauthenticated {
				t.Errorf("sign out: %v, then %v", err, after)
			}
			_, after = h.BySession(h.ctx, secret)
			wantKind(t, "later", after, errs.Unauthenticated)
		}
	})
}

func TestSelf(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada := h.member("ada", social.Member)
		if err := h.SetPrefs(h.ctx, ada, social.Prefs{Visibility: social.Followers, Language: "de", Sensitive: true}); err != nil {
			t.Fatal(err)
		}
		if err := h.SetLocale(h.ctx, ada, "pt-BR"); err != nil {
			t.Fatal(err)
		}
		u, err := h.Self(h.ctx, ada)
		if err != nil || u.Prefs != (social.Prefs{Visibility: social.Followers, Language: "de", Sensitive: true}) || u.Locale != "pt-BR" || u.Password != "" || u.Email != "ada@Example.org" {
			t.Errorf("%+v, %v", u, err)
		}
		if h.user(ada.Account).Password == "" {
			t.Error("the password is gone")
		}
		_, err = h.Self(h.ctx, social.Anyone)
		wantKind(t, "anyone", err, errs.Unauthenticated)
		pending := social.Actor{Account: ada.Account, Standing: social.Pending}
		if _, err := h.Self(h.ctx, pending); err != nil {
			t.Error("pending:", err)
		}
		wantKind(t, "pending sets", h.SetPrefs(h.ctx, pending, social.Prefs{}), errs.Forbidden)
		wantKind(t, "no such visibility", h.SetPrefs(h.ctx, ada, social.Prefs{Visibility: "x"}), errs.Invalid)
		wantKind(t, "no such language", h.SetPrefs(h.ctx, ada, social.Prefs{Language: "x\x00"}), errs.Invalid)
		wantKind(t, "no such locale", h.SetLocale(h.ctx, ada, "x\x00"), errs.Invalid)
		if err := h.SetLocale(h.ctx, ada, ""); err != nil || h.user(ada.Account).Locale != "" {
			t.Errorf("none any more: %q, %v", h.user(ada.Account).Locale, err)
		}
	})
}

func TestDeleteAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, session := h.signedIn("ada")
		token, err := h.TokenFor(h.ctx, ada.Account, social.Scopes{"read"})
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(h.DeleteAccount(h.ctx, ada, "wrong")); got != "password:ERR_INVALID" {
			t.Errorf("with a wrong password: %s", got)
		}
		wantKind(t, "anyone", h.DeleteAccount(h.ctx, social.Anyone, "correct horse"), errs.Unauthenticated)
		facts := h.facts()
		facts()
		if err := h.DeleteAccount(h.ctx, ada, "correct horse"); err != nil {
			t.Fatal(err)
		}
		h.letter("ada@Example.org", "Your account is deleted")
		if fs := facts(); !slices.Equal(fs, []event.Fact{event.AccessChanged{Account: ada.Account}, event.ProfileChanged{Account: ada.Account}, event.AccountLeft{Account: ada.Account}}) {
			t.Errorf("recorded %+v", fs)
		}
		_, err = h.BySession(h.ctx, session)
		wantKind(t, "the session", err, errs.Unauthenticated)
		_, err = h.ByToken(h.ctx, token)
		wantKind(t, "the token", err, errs.Unauthenticated)
		_, _, err = h.SignIn(h.ctx, "ada", "correct horse", "")
		wantKind(t, "sign in", err, errs.Unauthenticated)
		_, err = h.Self(h.ctx, ada)
		wantKind(t, "what we knew", err, errs.NotFound)
		if a := h.account(ada.Account); a.Standing != social.Suspended {
			t.Errorf("standing %s, want suspended until the job is done", a.Standing)
		}
		h.write(func(tx *store.Tx) error {
			js, err := tx.ClaimJobs(h.ctx, store.DeleteAccountJob, 9, time.Hour)
			if len(js) != 1 {
				t.Errorf("%d jobs, want one", len(js))
			}
			return err
		})
		if got := codes(func() error { _, err := h.SignUp(h.ctx, form("ada")); return err }()); got != "username:ERR_TAKEN" {
			t.Errorf("the name and address until the job is done: %s", got)
		}
	})
}

func TestWorksWithoutATitle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc := auth.New(s, auth.Config{CheapPasswords: true, BaseURL: base})
		if _, err := svc.SignUp(t.Context(), form("ada")); err != nil {
			t.Error(err)
		}
	})
}
