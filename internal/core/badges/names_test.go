package badges_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// set changes what is known of somebody.
func (h *house) set(who social.AccountID, change func(u *social.User)) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		u, err := tx.HoldUser(h.ctx, who)
		if err != nil {
			return err
		}
		change(&u)
		tx.Record(event.AccessChanged{Account: who})
		return tx.SetUser(h.ctx, u)
	})
}

func (h *house) stands(who social.AccountID, how social.Standing) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		tx.Record(event.AccessChanged{Account: who})
		return tx.SetStanding(h.ctx, who, how)
	})
}

// TestBadgesEnd has a badge go, also from what is cached, with the role, with the
// standing, and come back with it.
func TestBadgesEnd(t *testing.T) {
	each(t, func(h *house) {
		if err := h.svc.ShowRole(h.ctx, moderator, true); err != nil {
			h.Fatal(err)
		}
		if err := h.svc.Confirm(h.ctx, moderator, ada, "Ada Lovelace", "met"); err != nil {
			h.Fatal(err)
		}
		h.shows(mona, "staff moderator")
		h.set(mona, func(u *social.User) { u.Role = social.Owner })
		h.shows(mona, "staff owner")
		h.set(mona, func(u *social.User) { u.Role = social.Member })
		h.shows(mona)
		h.shows(ada, "confirmed moderator met") // as it was given
		for _, how := range []social.Standing{social.Suspended, social.Pending} {
			h.stands(ada, how)
			h.shows(ada)
		}
		h.stands(ada, social.Good)
		h.shows(ada, "confirmed moderator met")
	})
}

// TestGuardedAsConfirmed guards the name that was confirmed, and nobody who calls
// themselves otherwise: who was confirmed may not pass for others afterwards.
func TestGuardedAsConfirmed(t *testing.T) {
	each(t, func(h *house) {
		if err := h.svc.Confirm(h.ctx, moderator, ada, "Ada Lovelace", "met"); err != nil {
			h.Fatal(err)
		}
		h.settle()
		h.called(ada, "Ben Bernanke")
		h.settle()
		h.called(ben, "Ben Bernanke") // which is nobody's name that the staff knows
		h.settle()
		if len(h.told) != 0 {
			h.Errorf("a name that nobody confirmed is guarded: %q", h.told)
		}
		h.called(ben, "Аda Lоvelace")
		h.settle()
		if len(h.told) != 1 || !strings.HasPrefix(h.told[0], "12: The name of @ben") || !strings.Contains(h.told[0], `"Ada Lovelace"`) {
			h.Errorf("the name that was confirmed is not guarded: %q", h.told)
		}
		h.told = nil
		h.called(ada, "Моna")
		h.settle()
		if len(h.told) != 1 || !strings.HasPrefix(h.told[0], "11: The name of @ada") {
			h.Errorf("who was confirmed passes for a moderator: %q", h.told)
		}
		h.shows(ada)
	})
}

// TestGuardedLate finds who was confirmed under another name when somebody becomes of
// the staff whose name they have.
func TestGuardedLate(t *testing.T) {
	each(t, func(h *house) {
		if err := h.svc.Confirm(h.ctx, moderator, ada, "Ada Lovelace", "met"); err != nil {
			h.Fatal(err)
		}
		h.called(ada, "Вen")
		h.settle()
		if len(h.told) != 0 {
			h.Fatalf("the staff is told %q", h.told)
		}
		h.set(ben, func(u *social.User) { u.Role = social.Admin })
		h.settle()
		if len(h.told) != 1 || !strings.HasPrefix(h.told[0], "11: ") {
			h.Errorf("the staff is told %q", h.told)
		}
	})
}

// TestConfirmedWithoutLetters tells names that have none by what they are.
func TestConfirmedWithoutLetters(t *testing.T) {
	each(t, func(h *house) {
		h.called(ada, "🌊🌊")
		if err := h.svc.Confirm(h.ctx, moderator, ada, "🌊🌊", "met"); err != nil {
			h.Fatal(err)
		}
		h.shows(ada, "confirmed moderator met")
		h.called(ada, "👑 ✓")
		h.shows(ada)
		h.called(ada, "🌊🌊")
		h.shows(ada, "confirmed moderator met")
	})
}

// TestNamedLater tells of a display name also where a username was let be, and not the
// other way round, nor twice.
func TestNamedLater(t *testing.T) {
	each(t, func(h *house) {
		told := func(what string, n int) {
			h.Helper()
			if h.settle(); len(h.told) != n {
				h.Errorf("%s: the staff is told %q, want %d", what, h.told, n)
			}
			h.told = nil
		}
		h.join(20, "rnona", "", social.Member)
		told("a username", 1)
		h.called(20, "Nora")
		told("the username once more", 0)
		h.called(20, "Моna")
		told("the display name", 1)
		h.called(20, "Nora")
		h.called(20, "Mona")
		told("the display name once more", 0)

	})
}
