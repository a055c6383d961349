package auth_test

import (
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func (h *house) held(t *testing.T, name string) social.HeldName {
	t.Helper()
	held, _, err := h.HoldName(h.ctx, social.Console, name, "a note")
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func TestHeldName(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mode(social.SignUpClosed) // and still who has the link gets in
		held := h.held(t, " @Person_X ")
		if held.Username != "Person_X" || held.Claimable(h.clock.Now()) {
			t.Errorf("held is %+v", held)
		}
		secret, err := h.LinkName(h.ctx, social.Console, held.ID, 7*24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Held(h.ctx, secret); err != nil || got.Username != "Person_X" || !got.Claimable(h.clock.Now()) {
			t.Errorf("the link is for %+v, %v", got, err)
		}
		f := form("whoever")
		f.Agreed = false
		_, err = h.ClaimName(h.ctx, secret, f)
		if got := codes(err); got != "agreement:"+auth.Accepted {
			t.Errorf("without agreeing: %s", got)
		}
		f.Agreed = true
		a, err := h.ClaimName(h.ctx, secret, f)
		if err != nil {
			t.Fatal(err)
		}
		u := h.user(a.ID)
		if a.Username != "Person_X" || u.Role != social.Member || !u.Approved || u.Confirmed || a.Standing != social.Pending {
			t.Errorf("claimed is %+v, %+v", a, u)
		}
		l := h.letter(f.Email, "Confirm your e-mail address")
		f.Email = "other@example.org"
		_, err = h.ClaimName(h.ctx, secret, f)
		wantKind(t, "a second time", err, errs.Forbidden)
		if _, err := h.Service.Confirm(h.ctx, h.secret(l, "/auth/confirmation")); err != nil {
			t.Fatal(err)
		}
		if all, err := h.HeldNames(h.ctx, social.Console); err != nil || len(all) != 0 {
			t.Errorf("still held: %+v, %v", all, err)
		}
	})
}

// TestHeldFromOthers is how else somebody could get the name.
func TestHeldFromOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mode(social.SignUpOpen)
		held := h.held(t, "bill_of_x")
		for _, name := range []string{"bill_of_x", "BILL_OF_X", "b1ll_of_x", "bilI_of_x", "billofx", "b_i_l_l_0fx"} {
			_, err := h.SignUp(h.ctx, form(name))
			if got := codes(err); got != "username:"+auth.Reserved {
				t.Errorf("sign up as %s: %s, %v", name, got, err)
			}
			_, _, err = h.Create(h.ctx, form(name), social.Member)
			if got := codes(err); got != "username:"+auth.Reserved {
				t.Errorf("create %s: %s, %v", name, got, err)
			}
		}
		if _, err := h.SignUp(h.ctx, form("bill")); err != nil {
			t.Errorf("another name: %v", err)
		}
		first, err := h.LinkName(h.ctx, social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.LinkName(h.ctx, social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for what, secret := range map[string]string{"the link before": first, "none": "", "another": "x"} {
			_, err := h.ClaimName(h.ctx, secret, form("eve"))
			wantKind(t, what, err, errs.Forbidden)
		}
		if err := h.UnlinkName(h.ctx, social.Console, held.ID); err != nil {
			t.Fatal(err)
		}
		_, err = h.ClaimName(h.ctx, second, form("eve"))
		wantKind(t, "one that was taken back", err, errs.Forbidden)
		third, err := h.LinkName(h.ctx, social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Pass(time.Hour)
		_, err = h.ClaimName(h.ctx, third, form("eve"))
		wantKind(t, "one that has ended", err, errs.Forbidden)
		if err := h.ReleaseName(h.ctx, social.Console, held.ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "release it twice", h.ReleaseName(h.ctx, social.Console, held.ID), errs.NotFound)
		if _, err := h.SignUp(h.ctx, form("billofx")); err != nil {
			t.Errorf("after it was released: %v", err)
		}
	})
}

func TestWhoMayHold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		held := h.held(t, "person_x")
		for what, x := range map[string]struct {
			by   social.Actor
			want errs.Kind
		}{
			"a stranger": {social.Anyone, errs.Unauthenticated}, "a member": {h.member("mia", social.Member), errs.Forbidden},
			"a moderator": {h.member("mona", social.Moderator), errs.Forbidden}, "an admin": {h.member("amy", social.Admin), errs.Forbidden},
		} {
			_, _, err := h.HoldName(h.ctx, x.by, "somebody", "")
			wantKind(t, what+" holds", err, x.want)
			_, err = h.HeldNames(h.ctx, x.by)
			wantKind(t, what+" looks", err, x.want)
			_, err = h.LinkName(h.ctx, x.by, held.ID, time.Hour)
			wantKind(t, what+" makes a link", err, x.want)
			wantKind(t, what+" takes it back", h.UnlinkName(h.ctx, x.by, held.ID), x.want)
			wantKind(t, what+" releases", h.ReleaseName(h.ctx, x.by, held.ID), x.want)
		}
		owner := h.member("olga", social.Owner)
		for what, x := range map[string]struct {
			name, note string
			want       errs.Kind
		}{
			"taken": {"MONA", "", errs.Conflict}, "held": {"Person_X", "", errs.Conflict}, "none": {"", "", errs.Invalid}, "no name": {"a b", "", errs.Invalid},
			"a long note": {"xaver", strings.Repeat("x", social.MaxHeldNote+1), errs.Invalid},
		} {
			_, _, err := h.HoldName(h.ctx, owner, x.name, x.note)
			wantKind(t, what, err, x.want)
		}
		for _, lasts := range []time.Duration{0, -time.Hour, social.MaxClaimTime + 1} {
			_, err := h.LinkName(h.ctx, owner, held.ID, lasts)
			wantKind(t, "a link for "+lasts.String(), err, errs.Invalid)
		}
		if _, like, err := h.HoldName(h.ctx, owner, "m0na", ""); err != nil || len(like) != 1 || like[0].Username != "mona" {
			t.Errorf("who is like it: %+v, %v", like, err)
		}
		if _, _, err := h.HoldName(h.ctx, owner, "admin", ""); err != nil {
			t.Errorf("a name of the house: %v", err)
		}
	})
}

// TestClaimTwice has two with one link ask at once.
func TestClaimTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, err := h.LinkName(h.ctx, social.Console, h.held(t, "person_x").ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		got := make([]error, 2)
		for i, name := range []string{"eva", "eve"} {
			wg.Go(func() { _, got[i] = h.ClaimName(h.ctx, secret, form(name)) })
		}
		wg.Wait()
		if (got[0] == nil) == (got[1] == nil) {
			t.Errorf("claimed by two: %v, %v", got[0], got[1])
		}
	})
}

// TestSignUpLikeStaff has somebody look first who joins under a name like that of
// who is of the staff, or is confirmed; one like a name of the house is refused.
func TestSignUpLikeStaff(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mode(social.SignUpOpen)
		h.member("mona", social.Moderator)
		b := h.member("berta", social.Member)
		for name, approved := range map[string]bool{"m0na": false, "rnona": false, "mo_na": false, "bertha": true, "8erta": true} {
			a, err := h.SignUp(h.ctx, form(name))
			if err != nil || h.user(a.ID).Approved != approved {
				t.Errorf("%s: approved is not %v, %v", name, approved, err)
			}
		}
		h.write(func(tx *store.Tx) error {
			p, err := tx.AddEvidence(store.Evidence{Type: "config", Outcome: "confirm", Body: struct{}{}})
			if err != nil {
				return err
			}
			return tx.Confirm(h.ctx, social.Confirmation{Account: b.Account, Name: "berta", Role: social.Moderator, Reason: "x", At: tx.Now}, p)
		})
		if a, err := h.SignUp(h.ctx, form("ber_ta")); err != nil || h.user(a.ID).Approved {
			t.Errorf("ber_ta is let in: %v", err)
		}
		for _, name := range []string{"adm1n", "supp0rt", "rnoderator", "pl_aza"} {
			_, err := h.SignUp(h.ctx, form(name))
			if got := codes(err); got != "username:"+auth.Reserved {
				t.Errorf("%s: %s, %v", name, got, err)
			}
		}
	})
}

// Who is turned away gets no kept name either, with the words of the front door, and the
// link is still good for whom it was for.
func TestHeldNameIsScreened(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mode(social.SignUpOpen)
		lists := screen.New(h.store)
		badNet, never := "198.51.100.0/24", social.IPNoSignUp
		if _, err := lists.AddNet(h.ctx, social.Console, netip.Addr{}, screen.NetWish{Net: &badNet, Severity: &never}); err != nil {
			t.Fatal(err)
		}
		block, err := lists.AddMail(h.ctx, social.Console, "throwaway.example", nil, false)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := h.LinkName(h.ctx, social.Console, h.held(t, "Person_X").ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for what, change := range map[string]func(f *auth.SignUp){
			"from a network that may not join":  func(f *auth.SignUp) { f.From = netip.MustParseAddr("198.51.100.7") },
			"with an address that is not taken": func(f *auth.SignUp) { f.Email = "x@mail.throwaway.example" },
		} {
			f := form("xena")
			change(&f)
			_, usual := h.SignUp(h.ctx, f)
			_, err := h.ClaimName(h.ctx, secret, f)
			if usual == nil || err == nil || errs.KindOf(err) != errs.KindOf(usual) || errs.Public(err) != errs.Public(usual) {
				t.Errorf("%s: claim %v, sign up %v", what, err, usual)
			}
		}
		if b, err := lists.Mail(h.ctx, social.Console, block.ID); err != nil || b.Days[0].Uses != 2 {
			t.Errorf("tries: %+v, %v; want 2 today, of the sign-up and of the claim", b.Days, err)
		}
		if _, err := h.ClaimName(h.ctx, secret, form("xena")); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
	})
}
