package auth_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// meanwhile has do run while a transaction that did first is not yet committed. Where
// do waits for that, the commit comes without it.
func (h *house) meanwhile(first func(tx *store.Tx) error, do func() error) (err error) {
	h.t.Helper()
	patience := 10 * time.Millisecond // writes take turns anyway
	if h.store.Engine() == "postgres" {
		patience = time.Second
	}
	began, done := make(chan struct{}), make(chan error, 1)
	h.write(func(tx *store.Tx) error {
		if err := first(tx); err != nil {
			return err
		}
		select {
		case <-began: // it was run before
		default:
			close(began)
			go func() { done <- do() }()
		}
		select {
		case err := <-done:
			done <- err
		case <-time.After(patience): // it waits, or takes long: then this shows nothing, and is not wrong
		}
		return nil
	})
	return <-done
}

// TestHeldAtOnce has somebody join under a name while it, or one that looks like it,
// comes to be kept; and the other way round. One of them gets it.
func TestHeldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mode(social.SignUpOpen)
		keep := func(name string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				if err := tx.HoldNames(h.ctx); err != nil {
					return err
				}
				return tx.AddHeldName(h.ctx, social.HeldName{ID: social.HeldNameID(len(name)), Username: name, CreatedAt: tx.Now})
			}
		}
		join := func(id social.AccountID, name string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				if err := tx.NoNewHeldNames(h.ctx); err != nil {
					return err
				}
				return tx.AddAccount(h.ctx, social.Account{ID: id, Username: name, Standing: social.Good, CreatedAt: tx.Now})
			}
		}
		signUp := func(name string) func() error {
			return func() error { _, err := h.SignUp(h.ctx, form(name)); return err }
		}
		if got := codes(h.meanwhile(keep("bill_x"), signUp("b1llx"))); got != "username:"+auth.Reserved {
			t.Errorf("who joined while a name that looks like it came to be kept: %q", got)
		}
		if got := codes(h.meanwhile(keep("william"), signUp("william"))); got != "username:"+auth.Reserved {
			t.Errorf("who joined while the name came to be kept: %q", got)
		}
		if got := codes(h.meanwhile(keep("wilhelmina"), func() error {
			_, _, err := h.Create(h.ctx, form("wi1helmina"), social.Member)
			return err
		})); got != "username:"+auth.Reserved {
			t.Errorf("whom the command line made: %q", got)
		}
		hold := func(name string) func() error {
			return func() error { _, _, err := h.HoldName(h.ctx, social.Console, name, ""); return err }
		}
		wantKind(t, "a name that somebody joins under", h.meanwhile(join(71, "otto"), hold("otto")), errs.Conflict)
		wantKind(t, "a name while one that looks like it comes to be kept", h.meanwhile(keep("ottilie_x"), hold("ott1liex")), errs.Conflict)
	})
}

// TestHeldLikeHeld keeps no two names that look alike: nobody could claim either.
func TestHeldLikeHeld(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		held := h.held(t, "person_x")
		for _, name := range []string{"person_x", "PERSON_X", "personx", "pers0nx"} {
			_, _, err := h.HoldName(h.ctx, social.Console, name, "")
			wantKind(t, "hold "+name, err, errs.Conflict)
		}
		secret, err := h.LinkName(h.ctx, social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ClaimName(h.ctx, secret, form("xena")); err != nil {
			t.Errorf("claim: %v", err)
		}
	})
}

// TestClaimedAndLeft keeps a name for whom it is for also if they mistyped their
// address: what nobody confirms is nobody's.
func TestClaimedAndLeft(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.mode(social.SignUpOpen)
		held := h.held(t, "person_x")
		link := func() (string, error) { return h.LinkName(h.ctx, social.Console, held.ID, time.Hour) }
		secret, err := link()
		if err != nil {
			t.Fatal(err)
		}
		xena, err := h.ClaimName(h.ctx, secret, form("xena"))
		if err != nil {
			t.Fatal(err)
		}
		if all, err := h.HeldNames(h.ctx, social.Console); err != nil || len(all) != 1 || !all[0].Claimed || all[0].Claimable(h.clock.Now()) {
			t.Errorf("claimed, and kept until it is confirmed: %+v, %v", all, err)
		}
		_, err = link()
		wantKind(t, "a second link meanwhile", err, errs.Conflict)
		_, err = h.ClaimName(h.ctx, secret, form("zoe"))
		wantKind(t, "the first one again", err, errs.Forbidden)

		h.clock.Pass(8 * 24 * time.Hour)
		if err := h.Tidy(h.ctx); err != nil {
			t.Fatal(err)
		}
		h.write(func(tx *store.Tx) error { return tx.DeleteAccount(h.ctx, xena.ID) }) // as the work that Tidy asked for does
		_, err = h.SignUp(h.ctx, form("personx"))
		if got := codes(err); got != "username:"+auth.Reserved {
			t.Errorf("whoever comes after: %q, %v", got, err)
		}
		_, err = h.ClaimName(h.ctx, secret, form("zoe"))
		wantKind(t, "the first one after that", err, errs.Forbidden)
		if secret, err = link(); err != nil {
			t.Fatal(err)
		}
		h.letters()
		f := form("xenia")
		a, err := h.ClaimName(h.ctx, secret, f)
		if err != nil || a.Username != "person_x" {
			t.Fatalf("claimed again: %+v, %v", a, err)
		}
		if _, err := h.Confirm(h.ctx, h.secret(h.letter(f.Email, "Confirm your e-mail address"), "/auth/confirmation")); err != nil {
			t.Fatal(err)
		}
		if all, err := h.HeldNames(h.ctx, social.Console); err != nil || len(all) != 0 {
			t.Errorf("kept although it is somebody's: %+v, %v", all, err)
		}
		_, err = h.SignUp(h.ctx, form("person_x"))
		if got := codes(err); got != "username:"+auth.Taken {
			t.Errorf("once it is theirs: %q, %v", got, err)
		}
	})
}

// TestMostHeld bounds how many names are kept, and for how long a note is.
func TestMostHeld(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.write(func(tx *store.Tx) error {
			for i := range social.MaxHeldNames {
				if err := tx.AddHeldName(h.ctx, social.HeldName{ID: social.HeldNameID(i + 1), Username: manyth(i), CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		})
		_, _, err := h.HoldName(h.ctx, social.Console, "one_more", "")
		wantKind(t, "one more", err, errs.Invalid)
		if err := h.ReleaseName(h.ctx, social.Console, 7); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.HoldName(h.ctx, social.Console, "one_more", ""); err != nil {
			t.Errorf("after one was released: %v", err)
		}
	})
}

// manyth is one of many names, none of which looks like another.
func manyth(i int) string {
	const letters = "abcdefghjk"
	return "name_" + string([]byte{letters[i/100%10], letters[i/10%10], letters[i%10]})
}

// TestHeldInTheLog has each deed stand in the log of evidence, and no name.
func TestHeldInTheLog(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		held := h.held(t, "person_x")
		secret, err := h.LinkName(h.ctx, social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.UnlinkName(h.ctx, social.Console, held.ID); err != nil {
			t.Fatal(err)
		}
		_, err = h.ClaimName(h.ctx, secret, form("eve"))
		wantKind(t, "a link that was ended", err, errs.Forbidden)
		if secret, err = h.LinkName(h.ctx, social.Console, held.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ClaimName(h.ctx, secret, form("xena")); err != nil {
			t.Fatal(err)
		}
		if err := h.ReleaseName(h.ctx, social.Console, held.ID); err != nil {
			t.Fatal(err)
		}
		var deeds, aliases []string
		h.read(func(v *store.View) error {
			all, err := v.Evidence(h.ctx, 0, 1000)
			for _, r := range all {
				l, err := evidence.ParseLeaf([]byte(r.Leaf))
				if err != nil {
					return err
				}
				var c evidence.Configured
				if l.Type != evidence.TypeConfig || json.Unmarshal(r.Body, &c) != nil || !strings.HasSuffix(c.What, "_name") {
					continue
				}
				deeds = append(deeds, l.Outcome)
				if !slices.Contains(aliases, c.To) {
					aliases = append(aliases, c.To)
				}
				if strings.Contains(string(r.Body)+r.Leaf, "person_x") {
					t.Errorf("the log names whom it is kept for: %s", r.Body)
				}
			}
			return err
		})
		want := []string{"hold_name", "link_name", "unlink_name", "link_name", "claim_name", "release_name"}
		if !slices.Equal(deeds, want) || len(aliases) != 1 {
			t.Errorf("the log has %q of %q, want %q of one", deeds, aliases, want)
		}
	})
}

// TestReleasedWithLink has the link of a name end with it, also when the name comes
// to be kept again.
func TestReleasedWithLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		held := h.held(t, "person_x")
		secret, err := h.LinkName(h.ctx, social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.ReleaseName(h.ctx, social.Console, held.ID); err != nil {
			t.Fatal(err)
		}
		_, err = h.ClaimName(h.ctx, secret, form("eve"))
		wantKind(t, "of a name that was released", err, errs.Forbidden)
		h.held(t, "person_x")
		_, err = h.ClaimName(h.ctx, secret, form("eve"))
		wantKind(t, "of a name that is kept again", err, errs.Forbidden)
	})
}
