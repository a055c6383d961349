package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Everybody who looks after the house is written to about appeals that wait, but not
// who made them, and about none that is answered.
func TestLettersAboutAppeals(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ben, mona, adam := h.member("ben", social.Member).Account, h.member("mona", social.Moderator).Account, h.member("adam", social.Admin).Account
		h.letters()
		rings := func(which ...social.AppealID) {
			t.Helper()
			h.write(func(tx *store.Tx) error {
				return h.Follower().Follow(h.ctx, tx, event.Record{Fact: event.AppealsAlarmed{Appeals: which, Percent: 75}})
			})
		}
		h.write(func(tx *store.Tx) error {
			for i, by := range []social.AccountID{ben, mona} {
				if err := tx.AddAppeal(h.ctx, social.Appeal{ID: social.AppealID(i + 1), Decision: social.DecisionID(i + 1), By: by, Text: "why", State: social.AppealPending}); err != nil {
					return err
				}
			}
			return nil
		})
		rings(1)
		all := h.letters()
		if to(all, h.user(mona).Email) != 1 || to(all, h.user(adam).Email) != 1 || len(all) != 2 {
			t.Fatalf("the letters are %v, want one to each of the staff", all)
		}
		if l := all[0]; !strings.Contains(l.Subject, "75 % of the time is over: An appeal") || !strings.Contains(l.Text, "/moderation/appeals") || strings.Contains(l.Text, "ben") {
			t.Errorf("the letter is %+v", l)
		}
		rings(2)
		if all := h.letters(); len(all) != 1 || all[0].To != h.user(adam).Email {
			t.Errorf("of an appeal of one of the staff tell %v", all)
		}
		rings(1, 2)
		if all := h.letters(); len(all) != 2 || !strings.Contains(all[0].Subject, "2 appeals") {
			t.Errorf("of two tell %v", all)
		}
		h.write(func(tx *store.Tx) error {
			return tx.SetAppeal(h.ctx, social.Appeal{ID: 1, State: social.AppealRejected})
		})
		rings(1)
		if all := h.letters(); len(all) != 0 {
			t.Errorf("of what is answered tell %v", all)
		}
	})
}

// That somebody of the staff is shown the addresses of those who ask to be let in is
// written down, once a day.
func TestWhoLooksAtApplicants(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mona := h.member("mona", social.Moderator)
		looks := func() (n int) {
			t.Helper()
			for range 2 {
				if _, err := h.Waiting(h.ctx, mona, social.Page{Limit: 10}); err != nil {
					t.Fatal(err)
				}
			}
			h.read(func(v *store.View) error {
				all, err := v.LeavesOf(h.ctx, evidence.TypeAccess, 0, 10)
				n = len(all)
				return err
			})
			return n
		}
		if n := looks(); n != 0 {
			t.Errorf("nobody waits, and %d times somebody was shown addresses", n)
		}
		h.mode(social.SignUpApproval)
		f := form("zoe")
		f.Reason = "to bake"
		if _, err := h.SignUp(h.ctx, f); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Confirm(h.ctx, h.secret(h.letters()[0], "/auth/confirmation")); err != nil {
			t.Fatal(err)
		}
		if n := looks(); n != 1 {
			t.Errorf("%d times, want once", n)
		}
		h.clock.Pass(24 * time.Hour)
		if n := looks(); n != 2 {
			t.Errorf("a day later %d times, want twice", n)
		}
	})
}
