package auth_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestLeaveLater has somebody ask to be deleted: nobody sees them, they can do
// nothing but stay, and are gone when the time is over, not before.
func TestLeaveLater(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, session := h.signedIn("ada")
		if _, err := h.LeaveLater(h.ctx, ada, "wrong"); codes(err) != "password:ERR_INVALID" {
			t.Errorf("with a wrong password: %v", err)
		}
		wantKind(t, "stays without leaving", h.Stay(h.ctx, ada), errs.Conflict)
		facts := h.facts()
		facts()
		at, err := h.LeaveLater(h.ctx, ada, "correct horse")
		if err != nil || !at.Equal(h.clock.Now().Add(social.LeaveGrace)) {
			t.Fatalf("leaves at %s, %v", at, err)
		}
		told := []event.Fact{event.AccessChanged{Account: ada.Account}, event.ProfileChanged{Account: ada.Account}}
		if fs := facts(); !slices.Equal(fs, told) {
			t.Errorf("recorded %+v", fs)
		}
		h.letter("ada@Example.org", "Your account will be deleted on "+at.UTC().Format("2 January 2006"))
		if a := h.account(ada.Account); a.Standing != social.Suspended {
			t.Errorf("others see them: %s", a.Standing)
		}
		now, err := h.BySession(h.ctx, session)
		if err != nil || now.Standing != social.Leaving {
			t.Fatalf("by their session: %+v, %v", now, err)
		}
		wantKind(t, "acts", now.MustAct(), errs.Forbidden)
		if _, _, err := h.SignIn(h.ctx, "ada", "correct horse", ""); err != nil {
			t.Errorf("signs in to stay: %v", err)
		}
		_, err = h.LeaveLater(h.ctx, now, "correct horse")
		wantKind(t, "asks again", err, errs.Forbidden)

		h.clock.Pass(social.LeaveGrace - time.Minute)
		h.tidy()
		if err := h.Stay(h.ctx, now); err != nil {
			t.Fatal(err)
		}
		if a, u := h.account(ada.Account), h.user(ada.Account); a.Standing != social.Good || !u.LeavesAt.IsZero() {
			t.Errorf("stays as %s, leaves at %s", a.Standing, u.LeavesAt)
		}
		h.clock.Pass(time.Hour)
		h.tidy()
		if _, err := h.Self(h.ctx, ada); err != nil {
			t.Errorf("who stayed is gone: %v", err)
		}

		if at, err = h.LeaveLater(h.ctx, ada, "correct horse"); err != nil {
			t.Fatal(err)
		}
		h.clock.Pass(at.Sub(h.clock.Now()))
		h.tidy()
		h.letter("ada@Example.org", "Your account is deleted")
		_, err = h.Self(h.ctx, ada)
		wantKind(t, "when the time is over", err, errs.NotFound)
		h.write(func(tx *store.Tx) error {
			js, err := tx.ClaimJobs(h.ctx, store.DeleteAccountJob, 9, time.Hour)
			if len(js) != 1 {
				t.Errorf("%d jobs, want one", len(js))
			}
			return err
		})
	})
}

// TestLeavingAndDecisions has who leaves be suspended as well: then they do not
// leave, and cannot take that back. Who leaves by themselves is not brought back
// by the staff, and the last owner cannot go.
func TestLeavingAndDecisions(t *testing.T) {
	leaving := social.User{Account: 1, Confirmed: true, Approved: true, LeavesAt: time.UnixMilli(1)}
	gone := social.Account{ID: 1, Standing: social.Suspended}
	if a, u, changed := social.Suspend.Apply(gone, leaving); !changed || !u.LeavesAt.IsZero() || u.On(a.Standing) != social.Suspended {
		t.Errorf("suspended while leaving: %+v %+v %t", a, u, changed)
	}
	if a, _, changed := social.Unsuspend.Apply(gone, leaving); changed || a.Standing != social.Suspended {
		t.Errorf("brought back: %+v %t", a, changed)
	}
	leaving.Disabled = true
	if got := leaving.On(gone.Standing); got != social.Suspended {
		t.Errorf("who is frozen and leaves is %s", got)
	}
	each(t, func(t *testing.T, h *house) {
		one, two := h.member("one", social.Owner), h.member("two", social.Owner)
		if _, err := h.LeaveLater(h.ctx, one, "correct horse"); err != nil {
			t.Fatal(err)
		}
		cleo, olga := h.member("cleo", social.Member), h.member("olga", social.Admin)
		if _, err := h.LeaveLater(h.ctx, cleo, "correct horse"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "who leaves is deleted by others", h.Expel(h.ctx, olga, cleo.Account), errs.Conflict)
		_, err := h.LeaveLater(h.ctx, two, "correct horse")
		wantKind(t, "the owner who is left", err, errs.Forbidden)
		wantKind(t, "the owner who is left, at once", h.DeleteAccount(h.ctx, two, "correct horse"), errs.Forbidden)
		if err := h.DeleteAccount(h.ctx, one, "correct horse"); err != nil {
			t.Errorf("the owner who leaves goes at once after all: %v", err)
		}
	})
}
