package auth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func TestSignUpAndConfirm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		facts := h.facts()
		f := form("ada")
		f.Username, f.Email = " @ada", " ada@Example.org "
		a, err := h.SignUp(h.ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		u := h.user(a.ID)
		if a.Username != "ada" || u.Email != "ada@Example.org" || u.Confirmed || !u.Approved || u.Role != social.Member || strings.Contains(u.Password, "horse") {
			t.Errorf("%+v, %+v", a, u)
		}
		if fs := facts(); len(fs) != 0 {
			t.Errorf("recorded %+v before the address was confirmed", fs)
		}
		by, _ := h.session(social.Actor{Account: a.ID})
		if by.Standing != social.Pending || h.account(a.ID).Standing != social.Pending {
			t.Errorf("%+v, want Pending", by)
		}
		wantKind(t, "act", by.MustAct(), errs.Forbidden)

		secret := h.secret(h.letter("ada@Example.org", "Confirm your e-mail address"), "/auth/confirmation")
		for range 2 { // mail programs open links, too
			if got, err := h.Confirm(h.ctx, secret); err != nil || got.ID != a.ID || got.Standing != social.Good {
				t.Errorf("confirm: %+v, %v", got, err)
			}
		}
		if got, want := fmt.Sprint(facts()), fmt.Sprint([]event.Fact{event.Joined{Account: a.ID}, event.ProfileChanged{Account: a.ID}}); got != want {
			t.Errorf("recorded %s, want %s", got, want)
		}
		_, session := h.session(social.Actor{Account: a.ID})
		if by, err := h.BySession(h.ctx, session); err != nil || by.MustAct() != nil {
			t.Errorf("%+v, %v, want Good", by, err)
		}
	})
}

func TestConfirmRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if _, err := h.SignUp(h.ctx, form("ada")); err != nil {
			t.Fatal(err)
		}
		first := h.secret(h.letters()[0], "/auth/confirmation")
		if err := h.ResendConfirmation(h.ctx, "ADA@example.org"); err != nil {
			t.Fatal(err)
		}
		second := h.secret(h.letter("ada@Example.org", "Confirm your e-mail address"), "/auth/confirmation")
		for what, secret := range map[string]string{"an earlier letter's": first, "nothing": "", "another": "x"} {
			_, err := h.Confirm(h.ctx, secret)
			wantKind(t, what, err, errs.NotFound)
		}
		_, err := h.ResetPassword(h.ctx, second, "correct horse")
		wantKind(t, "for another purpose", err, errs.NotFound)
		h.clock.Pass(7*24*time.Hour - time.Millisecond)
		if _, err := h.Confirm(h.ctx, second); err != nil {
			t.Error("just in time:", err)
		}
		h.clock.Pass(time.Millisecond)
		_, err = h.Confirm(h.ctx, second)
		wantKind(t, "too late", err, errs.NotFound)
	})
}

func TestSignUpProblems(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member("taken", social.Member)
		with := func(change func(*auth.SignUp)) auth.SignUp {
			f := form("ada")
			change(&f)
			return f
		}
		for want, f := range map[string]auth.SignUp{
			"username:ERR_BLANK email:ERR_BLANK password:ERR_BLANK agreement:ERR_ACCEPTED": {},
			"username:ERR_TAKEN email:ERR_TAKEN":                                           with(func(f *auth.SignUp) { f.Username, f.Email = "TAKEN", "TAKEN@example.org" }),
			"username:ERR_RESERVED":                                                        with(func(f *auth.SignUp) { f.Username = "Admin" }),
			"username:ERR_INVALID":                                                         with(func(f *auth.SignUp) { f.Username = "a b" }),
			"username:ERR_TOO_LONG":                                                        with(func(f *auth.SignUp) { f.Username = strings.Repeat("a", social.MaxUsername+1) }),
			"email:ERR_INVALID":                                                            with(func(f *auth.SignUp) { f.Email = "Ada <ada@example.org>" }),
			"email:ERR_TOO_LONG":                                                           with(func(f *auth.SignUp) { f.Email = strings.Repeat("a", auth.MaxEmail) + "@example.org" }),
			"password:ERR_TOO_SHORT":                                                       with(func(f *auth.SignUp) { f.Password = strings.Repeat("ä", auth.MinPassword-1) }),
			"password:ERR_TOO_LONG":                                                        with(func(f *auth.SignUp) { f.Password = strings.Repeat("a", auth.MaxPassword+1) }),
			"agreement:ERR_ACCEPTED":                                                       with(func(f *auth.SignUp) { f.Agreed = false }),
			"reason:ERR_TOO_LONG":                                                          with(func(f *auth.SignUp) { f.Reason = strings.Repeat("a", auth.MaxReason+1) }),
			"invite:ERR_INVALID":                                                           with(func(f *auth.SignUp) { f.Invite = "no such" }),
		} {
			_, err := h.SignUp(h.ctx, f)
			if got := codes(err); got != want {
				t.Errorf("%+v: %s, want %s", f, got, want)
			}
			wantKind(t, want, err, errs.Invalid)
		}
		for _, email := range []string{"x", "x@", "x@y", "x@.", "@example.org", "x@y\x00.org", "x@\xff.org", "x y@example.org", "x%y.org@example.org", "y.org!x@example.org", "x@[127.0.0.1]", "=?utf-8?q?x?=@example.org", `"x"@example.org`} {
			_, err := h.SignUp(h.ctx, with(func(f *auth.SignUp) { f.Email = email }))
			if got := codes(err); got != "email:ERR_INVALID" {
				t.Errorf("%q: %s", email, got)
			}
		}
		if ls := h.letters(); len(ls) != 0 {
			t.Errorf("wrote %+v", ls)
		}
		for name, f := range map[string]auth.SignUp{
			"longest":  {Username: strings.Repeat("a", social.MaxUsername), Email: "a@example.org", Password: strings.Repeat("a", auth.MaxPassword), Reason: strings.Repeat("ä", auth.MaxReason), Agreed: true},
			"shortest": {Username: "b", Email: "b@localhost", Password: strings.Repeat("ä", auth.MinPassword), Agreed: true, Locale: "\xff"},
		} {
			if _, err := h.SignUp(h.ctx, f); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestSignUpModes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		host := h.member("host", social.Member)
		i, err := h.Invite(h.ctx, host, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			mode           social.SignUps
			reason, invite string
			approved       bool
			problem        string
		}{
			{social.SignUpOpen, "", "", true, ""},
			{social.SignUpOpen, "", i.Code, true, ""},
			{social.SignUpApproval, "I like it.", "", false, ""},
			{social.SignUpApproval, "", "", false, "reason:ERR_BLANK"},
			{social.SignUpApproval, "", i.Code, true, ""},
			{social.SignUpInvite, "", "", false, "invite:ERR_BLANK"},
			{social.SignUpInvite, "", i.Code, true, ""},
			{social.SignUpClosed, "", "", false, "closed"},
			{social.SignUpClosed, "", i.Code, false, "closed"},
		} {
			h.mode(tt.mode)
			f := form(strings.ReplaceAll(fmt.Sprintf("%s_%v_%v", tt.mode, tt.reason != "", tt.invite != ""), "false", "no"))
			f.Reason, f.Invite = tt.reason, tt.invite
			a, err := h.SignUp(h.ctx, f)
			switch {
			case tt.problem == "closed":
				wantKind(t, f.Username, err, errs.Forbidden)
			case tt.problem != "":
				if got := codes(err); got != tt.problem {
					t.Errorf("%s: %s, want %s", f.Username, got, tt.problem)
				}
			case err != nil:
				t.Errorf("%s: %v", f.Username, err)
			default:
				if u := h.user(a.ID); u.Approved != tt.approved || u.Reason != tt.reason || (u.Invite != 0) != (tt.invite != "") {
					t.Errorf("%s: %+v, want approved %v", f.Username, u, tt.approved)
				}
			}
		}
	})
}

// Many who want the same name at the same time: one gets it.
func TestSignUpRace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				f := form("ada")
				f.Email = fmt.Sprintf("ada%d@example.org", i%2)
				_, errs[i] = h.SignUp(h.ctx, f)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if got := codes(err); !strings.Contains(got, "username:ERR_TAKEN") {
				t.Errorf("who lost: %s", got)
			}
		}
		if won != 1 || len(h.letters()) != 1 {
			t.Errorf("%d got the name, want one, and one letter", won)
		}
	})
}

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		facts := h.facts()
		a, password, err := h.Create(h.ctx, auth.SignUp{Username: "admin", Email: "admin@example.org"}, social.Admin)
		if err != nil {
			t.Fatal(err)
		}
		if fs := facts(); len(fs) != 1 || fs[0] != (event.Joined{Account: a.ID}) {
			t.Errorf("recorded %+v", fs)
		}
		in, _, err := h.SignIn(h.ctx, "admin", password, "")
		if err != nil {
			t.Fatal("with the password that was made:", err)
		}
		if by, err := h.BySession(h.ctx, in.Session); err != nil || by.MustAct() != nil || by.Role != social.Admin || by.Session == 0 || by.Scopes != nil {
			t.Errorf("%+v, %v", by, err)
		}
		_, _, err = h.Create(h.ctx, auth.SignUp{Username: "Admin", Email: "ADMIN@example.org", Password: "short"}, social.Member)
		if got := codes(err); got != "password:ERR_TOO_SHORT username:ERR_TAKEN email:ERR_TAKEN" {
			t.Errorf("again: %s", got)
		}
		_, _, err = h.Create(h.ctx, form("ben"), "king")
		wantKind(t, "no such role", err, errs.Invalid)
	})
}

func TestOwner(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.ClaimOwner(h.ctx, "", form("eve"))
		wantKind(t, "before there is a link", err, errs.Forbidden)
		old, needed, err := h.OwnerLink(h.ctx)
		if err != nil || !needed {
			t.Fatalf("needed %v, %v", needed, err)
		}
		link, _, err := h.OwnerLink(h.ctx)
		if err != nil {
			t.Fatal(err)
		}
		h.read(func(v *store.View) error {
			var kept string
			err := v.Setting(h.ctx, "owner_link", &kept)
			if kept == "" || strings.Contains(kept, link) {
				t.Errorf("%q is kept of the link", kept)
			}
			return err
		})
		_, err = h.ClaimOwner(h.ctx, old, form("eve"))
		wantKind(t, "an older link", err, errs.Forbidden)
		f := form("admin")
		f.Agreed = false
		_, err = h.ClaimOwner(h.ctx, link, f)
		if got := codes(err); got != "username:ERR_RESERVED" {
			t.Errorf("a reserved name: %s", got)
		}
		f.Username = "ada"
		var wg sync.WaitGroup
		won := make(chan social.AccountID, 2)
		for _, name := range []string{"ada", "ada2"} {
			wg.Go(func() {
				f := form(name)
				if a, err := h.ClaimOwner(h.ctx, link, f); err == nil {
					won <- a.ID
				} else if errs.KindOf(err) != errs.Forbidden {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d owners, want one", len(won))
		}
		if u := h.user(<-won); u.Role != social.Owner || !u.Confirmed || !u.Approved {
			t.Errorf("%+v", u)
		}
		if _, needed, err := h.OwnerLink(h.ctx); needed || err != nil {
			t.Errorf("with an owner: needed %v, %v", needed, err)
		}
		if needed, err := h.NeedsOwner(h.ctx); needed || err != nil {
			t.Errorf("with an owner: needs one %v, %v", needed, err)
		}
		_, err = h.ClaimOwner(h.ctx, link, form("eve"))
		wantKind(t, "once more", err, errs.Forbidden)
	})
}

func TestInvites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		host, other := h.member("host", social.Member), h.member("other", social.Member)
		h.mode(social.SignUpInvite)
		join := func(name, code string) error {
			f := form(name)
			f.Invite = code
			_, err := h.SignUp(h.ctx, f)
			return err
		}
		invite := func(uses int, hours int) social.Invite {
			t.Helper()
			h.clock.Pass(time.Millisecond) // ids sort by time
			i, err := h.Invite(h.ctx, host, uses, time.Duration(hours)*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		once, hour, ended := invite(1, 0), invite(0, 1), invite(0, 0)
		if err := join("a", once.Code); err != nil {
			t.Error(err)
		}
		if got := codes(join("b", once.Code)); got != "invite:ERR_INVALID" {
			t.Errorf("used up: %s", got)
		}
		if err := join("c", hour.Code); err != nil {
			t.Error(err)
		}
		h.clock.Pass(time.Hour)
		if got := codes(join("d", hour.Code)); got != "invite:ERR_INVALID" {
			t.Errorf("expired: %s", got)
		}
		if err := h.EndInvite(h.ctx, other, ended.ID); err != nil {
			t.Error(err)
		}
		if err := join("e", ended.Code); err != nil {
			t.Error("ended by somebody else:", err)
		}
		if all, err := h.Invites(h.ctx, host); err != nil || len(all) != 3 || all[0].ID != ended.ID || all[0].Uses != 1 {
			t.Errorf("%+v, %v", all, err)
		}
		if err := h.EndInvite(h.ctx, host, ended.ID); err != nil {
			t.Error(err)
		}
		if got := codes(join("f", ended.Code)); got != "invite:ERR_INVALID" {
			t.Errorf("ended: %s", got)
		}
		last := invite(0, 0)
		h.write(func(tx *store.Tx) error { return tx.SetStanding(h.ctx, host.Account, social.Suspended) })
		if got := codes(join("g", last.Code)); got != "invite:ERR_INVALID" {
			t.Errorf("of somebody suspended: %s", got)
		}
	})
}

func TestInviteRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		host := h.member("host", social.Member)
		for range auth.MaxInvites {
			if _, err := h.Invite(h.ctx, host, 1, 0); err != nil {
				t.Fatal(err)
			}
		}
		_, err := h.Invite(h.ctx, host, 1, 0)
		wantKind(t, "one too many", err, errs.Invalid)
		_, err = h.Invite(h.ctx, host, -1, 0)
		wantKind(t, "for fewer than nobody", err, errs.Invalid)
		_, err = h.Invite(h.ctx, host, 1, -1)
		wantKind(t, "for the past", err, errs.Invalid)
		_, err = h.Invite(h.ctx, social.Anyone, 1, 0)
		wantKind(t, "anyone", err, errs.Unauthenticated)
		_, err = h.Invite(h.ctx, social.Actor{Account: host.Account, Standing: social.Pending}, 1, 0)
		wantKind(t, "pending", err, errs.Forbidden)
		wantKind(t, "anyone ends", h.EndInvite(h.ctx, social.Anyone, 1), errs.Unauthenticated)
	})
}

func TestApproval(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mod, member := h.member("mo", social.Moderator), h.member("member", social.Member)
		h.mode(social.SignUpApproval)
		join := func(name string) social.Account {
			t.Helper()
			f := form(name)
			f.Reason = "I like it."
			h.clock.Pass(time.Millisecond) // ids sort by time
			a, err := h.SignUp(h.ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		facts := h.facts()
		facts()
		ada, ben, unconfirmed := join("ada"), join("ben"), join("lo")
		h.clock.Pass(time.Millisecond)
		for _, l := range h.letters() {
			if strings.HasPrefix(l.To, "lo@") {
				continue
			}
			if _, err := h.Confirm(h.ctx, h.secret(l, "/auth/confirmation")); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := fmt.Sprint(facts()), fmt.Sprint([]event.Fact{event.Joined{Account: ada.ID, Waiting: true}, event.Joined{Account: ben.ID, Waiting: true}}); got != want {
			t.Errorf("recorded %s, want %s", got, want)
		}
		by, session := h.session(social.Actor{Account: ada.ID})
		if by.Standing != social.Pending {
			t.Errorf("waiting: %+v, want Pending", by)
		}
		all, err := h.Waiting(h.ctx, mod, social.Page{Limit: 10})
		if err != nil || len(all) != 2 || all[0].Reason != "I like it." || all[0].Password != "" {
			t.Errorf("%+v, %v; want ada and ben, without passwords", all, err)
		}

		if err := h.Approve(h.ctx, mod, ada.ID); err != nil {
			t.Fatal(err)
		}
		h.letter("ada@Example.org", "Welcome")
		if by, err := h.BySession(h.ctx, session); err != nil || by.MustAct() != nil {
			t.Errorf("approved: %+v, %v", by, err)
		}
		if err := h.Reject(h.ctx, mod, ben.ID); err != nil {
			t.Fatal(err)
		}
		h.letter("ben@Example.org", "You asked to join")
		h.read(func(v *store.View) error {
			_, err := v.Account(h.ctx, ben.ID)
			wantKind(t, "the rejected account", err, errs.NotFound)
			return nil
		})
		want := []event.Fact{event.Joined{Account: ada.ID}, event.ProfileChanged{Account: ada.ID}, event.AccountDeleted{Account: ben.ID}}
		if got := facts(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("recorded %+v, want %+v", got, want)
		}

		for who, want := range map[social.AccountID]errs.Kind{ada.ID: errs.NotFound, ben.ID: errs.NotFound, unconfirmed.ID: errs.NotFound, member.Account: errs.NotFound} {
			wantKind(t, "approve", h.Approve(h.ctx, mod, who), want)
			wantKind(t, "reject", h.Reject(h.ctx, mod, who), want)
		}
		for _, by := range []social.Actor{member, {Account: mod.Account, Role: social.Moderator, Standing: social.Suspended}} {
			_, err := h.Waiting(h.ctx, by, social.Page{Limit: 10})
			wantKind(t, "waiting", err, errs.Forbidden)
			wantKind(t, "approve", h.Approve(h.ctx, by, unconfirmed.ID), errs.Forbidden)
			wantKind(t, "reject", h.Reject(h.ctx, by, unconfirmed.ID), errs.Forbidden)
		}
	})
}
