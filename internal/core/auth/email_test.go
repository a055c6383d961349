package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

func TestForgotPassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, session := h.signedIn("ada")
		token, err := h.TokenFor(h.ctx, ada.Account, social.Scopes{"read"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ByToken(h.ctx, token); err != nil {
			t.Fatal(err)
		}
		for _, email := range []string{"ADA@example.org", "nobody@example.org"} {
			for range 3 {
				if err := h.ForgotPassword(h.ctx, email); err != nil {
					t.Errorf("%s: %v", email, err)
				}
			}
			wantKind(t, "a fourth letter", h.ForgotPassword(h.ctx, strings.ToLower(email)), errs.Limited)
		}
		ls := h.letters()
		if len(ls) != 3 || ls[2].To != "ada@Example.org" {
			t.Fatalf("%+v, want three to ada", ls)
		}
		var secret string
		worked := 0
		for _, l := range ls { // only the newest works; which that is, the jobs do not tell
			s := h.secret(l, "/auth/password/edit")
			if _, err := h.ResetPassword(h.ctx, s, "short"); codes(err) != "password:ERR_TOO_SHORT" {
				t.Error(err)
			}
			a, err := h.ResetPassword(h.ctx, s, "battery staple")
			if err == nil {
				secret = s
				worked++
				if a.ID != ada.Account {
					t.Errorf("%+v", a)
				}
			} else {
				wantKind(t, "an earlier link", err, errs.NotFound)
			}
		}
		if worked != 1 {
			t.Fatalf("%d links worked, want one", worked)
		}
		h.letter("ada@Example.org", "Your password was changed")
		_, err = h.ResetPassword(h.ctx, secret, "battery staple")
		wantKind(t, "once more", err, errs.NotFound)
		_, err = h.BySession(h.ctx, session)
		wantKind(t, "the session", err, errs.Unauthenticated)
		_, err = h.ByToken(h.ctx, token)
		wantKind(t, "the token", err, errs.Unauthenticated)
		_, _, err = h.SignIn(h.ctx, "ada", "correct horse", "")
		wantKind(t, "the old password", err, errs.Unauthenticated)
		if _, _, err := h.SignIn(h.ctx, "ada", "battery staple", ""); err != nil {
			t.Error("the new password:", err)
		}
		wantKind(t, "no address", h.ForgotPassword(h.ctx, "\xff"), errs.Invalid)

		h.clock.Pass(time.Hour)
		if err := h.ForgotPassword(h.ctx, "ada@example.org"); err != nil {
			t.Fatal("an hour later:", err)
		}
		secret = h.secret(h.letter("ada@Example.org", "Choose a new password"), "/auth/password/edit")
		h.clock.Pass(6 * time.Hour)
		_, err = h.ResetPassword(h.ctx, secret, "battery staple")
		wantKind(t, "too late", err, errs.NotFound)
	})
}

// Who reads the letter has the address.
func TestResetConfirms(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, err := h.SignUp(h.ctx, form("ada"))
		if err != nil {
			t.Fatal(err)
		}
		h.letters()
		if err := h.ForgotPassword(h.ctx, "ada@example.org"); err != nil {
			t.Fatal(err)
		}
		facts := h.facts()
		if got, err := h.ResetPassword(h.ctx, h.secret(h.letters()[0], "/auth/password/edit"), "battery staple"); err != nil || got.Standing != social.Good {
			t.Errorf("%+v, %v", got, err)
		}
		if fs := facts(); len(fs) == 0 || fs[0] != (event.Joined{Account: a.ID}) || !h.user(a.ID).Confirmed {
			t.Errorf("recorded %+v, user %+v", fs, h.user(a.ID))
		}
	})
}

func TestResendConfirmation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member("ben", social.Member)
		if _, err := h.SignUp(h.ctx, form("ada")); err != nil {
			t.Fatal(err)
		}
		h.letters()
		for email, want := range map[string]int{"ada@example.org": 3, "ben@example.org": 0, "nobody@example.org": 0} {
			for range 3 {
				if err := h.ResendConfirmation(h.ctx, email); err != nil {
					t.Errorf("%s: %v", email, err)
				}
			}
			wantKind(t, email+" once more", h.ResendConfirmation(h.ctx, email), errs.Limited)
			if ls := h.letters(); len(ls) != want {
				t.Errorf("%s: %d letters, want %d", email, len(ls), want)
			}
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, session := h.signedIn("ada")
		_, other := h.session(ada)
		token, err := h.TokenFor(h.ctx, ada.Account, social.Scopes{"read"})
		if err != nil {
			t.Fatal(err)
		}
		for want, try := range map[string][2]string{
			"current_password:ERR_INVALID": {"wrong", "battery staple"},
			"password:ERR_BLANK":           {"correct horse", ""},
			"password:ERR_TOO_SHORT":       {"correct horse", "short"},
			"password:ERR_TOO_LONG":        {"correct horse", strings.Repeat("a", auth.MaxPassword+1)},
		} {
			if got := codes(h.ChangePassword(h.ctx, ada, try[0], try[1])); got != want {
				t.Errorf("%q: %s, want %s", try, got, want)
			}
		}
		wantKind(t, "anyone", h.ChangePassword(h.ctx, social.Anyone, "correct horse", "battery staple"), errs.Unauthenticated)
		facts := h.facts()
		facts()
		if err := h.ChangePassword(h.ctx, ada, "correct horse", "battery staple"); err != nil {
			t.Fatal(err)
		}
		h.letter("ada@Example.org", "Your password was changed")
		if fs := facts(); len(fs) != 1 || fs[0] != (event.AccessChanged{Account: ada.Account}) {
			t.Errorf("recorded %+v", fs)
		}
		if _, err := h.BySession(h.ctx, session); err != nil {
			t.Error("the session it was done with:", err)
		}
		_, err = h.BySession(h.ctx, other)
		wantKind(t, "another session", err, errs.Unauthenticated)
		_, err = h.ByToken(h.ctx, token)
		wantKind(t, "a token", err, errs.Unauthenticated)
		if _, _, err := h.SignIn(h.ctx, "ada", "battery staple", ""); err != nil {
			t.Error(err)
		}
		for range 10 {
			h.ChangePassword(h.ctx, ada, "wrong", "battery staple")
		}
		wantKind(t, "after many guesses", h.ChangePassword(h.ctx, ada, "battery staple", "correct horse"), errs.Limited)
	})
}

func TestChangeEmail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		h.member("ben", social.Member)
		for want, try := range map[string][2]string{
			"password:ERR_INVALID": {"wrong", "new@example.org"},
			"email:ERR_BLANK":      {"correct horse", " "},
			"email:ERR_INVALID":    {"correct horse", "x"},
			"email:ERR_TAKEN":      {"correct horse", "BEN@example.org"},
		} {
			if got := codes(h.ChangeEmail(h.ctx, ada, try[0], try[1])); got != want {
				t.Errorf("%q: %s, want %s", try, got, want)
			}
		}
		wantKind(t, "anyone", h.ChangeEmail(h.ctx, social.Anyone, "correct horse", "new@example.org"), errs.Unauthenticated)
		if err := h.ForgotPassword(h.ctx, "ada@example.org"); err != nil {
			t.Fatal(err)
		}
		reset := h.secret(h.letters()[0], "/auth/password/edit")
		if err := h.ChangeEmail(h.ctx, ada, "correct horse", " New@example.org "); err != nil {
			t.Fatal(err)
		}
		ls := h.letters()
		if len(ls) != 2 || ls[0].To != "New@example.org" || ls[1].To != "ada@Example.org" || !strings.Contains(ls[1].Text, "New@example.org") || strings.Contains(ls[1].Text, "?token=") {
			t.Fatalf("%+v, want the link to the new address and a notice to the old", ls)
		}
		if u := h.user(ada.Account); u.Email != "ada@Example.org" || !u.Confirmed {
			t.Errorf("before it is confirmed: %+v", u)
		}
		secret := h.secret(ls[0], "/auth/confirmation")
		for range 2 {
			if a, err := h.Confirm(h.ctx, secret); err != nil || a.ID != ada.Account {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if u := h.user(ada.Account); u.Email != "New@example.org" {
			t.Errorf("%+v", u)
		}
		_, err := h.ResetPassword(h.ctx, reset, "battery staple")
		wantKind(t, "a link that went to the old address", err, errs.NotFound)
		if err := h.ChangeEmail(h.ctx, ada, "correct horse", "New@example.org"); err != nil || len(h.letters()) != 0 {
			t.Errorf("to the same: %v", err)
		}
	})
}

// Who has not confirmed an address yet corrects it without a password.
func TestCorrectEmail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member("ben", social.Member)
		who, err := h.SignUp(h.ctx, auth.SignUp{Username: "cleo", Email: "typo@example.org", Password: "correct horse", Agreed: true})
		if err != nil {
			t.Fatal(err)
		}
		old := h.secret(h.letters()[0], "/auth/confirmation")
		cleo := social.Actor{Account: who.ID, Standing: social.Pending, Role: social.Member}
		for want, email := range map[string]string{"email:ERR_INVALID": "x", "email:ERR_TAKEN": "BEN@example.org"} {
			if got := codes(h.CorrectEmail(h.ctx, cleo, email)); got != want {
				t.Errorf("%q: %s, want %s", email, got, want)
			}
		}
		if err := h.CorrectEmail(h.ctx, cleo, "cleo@example.org"); err != nil {
			t.Fatal(err)
		}
		_, err = h.Confirm(h.ctx, old)
		wantKind(t, "the link that went astray", err, errs.NotFound)
		ls := h.letters()
		if len(ls) != 1 || ls[0].To != "cleo@example.org" {
			t.Fatalf("%+v", ls)
		}
		if _, err := h.Confirm(h.ctx, h.secret(ls[0], "/auth/confirmation")); err != nil {
			t.Fatal(err)
		}
		if u := h.user(cleo.Account); u.Email != "cleo@example.org" || !u.Confirmed {
			t.Errorf("%+v", u)
		}
		wantKind(t, "confirmed", h.CorrectEmail(h.ctx, cleo, "other@example.org"), errs.Forbidden)
		wantKind(t, "anyone", h.CorrectEmail(h.ctx, social.Anyone, "other@example.org"), errs.Unauthenticated)
	})
}

func TestChangeEmailOvertaken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		change := func() string {
			t.Helper()
			if err := h.ChangeEmail(h.ctx, ada, "correct horse", "ben@example.org"); err != nil {
				t.Fatal(err)
			}
			return h.secret(h.letters()[1], "/auth/confirmation")
		}
		secret := change()
		if err := h.ChangePassword(h.ctx, ada, "correct horse", "battery staple"); err != nil {
			t.Fatal(err)
		}
		h.letters()
		_, err := h.Confirm(h.ctx, secret)
		wantKind(t, "after a new password", err, errs.NotFound)
		if err := h.ChangePassword(h.ctx, ada, "battery staple", "correct horse"); err != nil {
			t.Fatal(err)
		}
		h.letters()
		secret = change()
		h.member("ben", social.Member)
		_, err = h.Confirm(h.ctx, secret)
		if got := codes(err); got != "email:ERR_TAKEN" {
			t.Errorf("an address that somebody else took meanwhile: %s", got)
		}
		if err := h.ChangeEmail(h.ctx, ada, "correct horse", "victim@example.org"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			h.ChangeEmail(h.ctx, ada, "correct horse", "victim@example.org")
		}
		wantKind(t, "many letters to a stranger", h.ChangeEmail(h.ctx, ada, "correct horse", "Victim@example.org"), errs.Limited)
	})
}

// Somebody who mistyped their address can correct it.
func TestChangeEmailBeforeConfirming(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := form("ada")
		f.Email = "adda@example.org"
		a, err := h.SignUp(h.ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		h.letters()
		by, _ := h.session(social.Actor{Account: a.ID})
		if err := h.ChangeEmail(h.ctx, by, "correct horse", "ada@example.org"); err != nil {
			t.Fatal(err)
		}
		if got, err := h.Confirm(h.ctx, h.secret(h.letter("ada@example.org", "Confirm your new e-mail address"), "/auth/confirmation")); err != nil || got.Standing != social.Good {
			t.Errorf("%+v, %v", got, err)
		}
		if u := h.user(a.ID); u.Email != "ada@example.org" || !u.Confirmed {
			t.Errorf("%+v", u)
		}
	})
}
