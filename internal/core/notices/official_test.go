package notices_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// promote gives somebody a role, or takes it away.
func (h *house) promote(who social.AccountID, role social.Role) {
	h.Helper()
	h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(h.ctx, who)
		if err != nil {
			return err
		}
		u.Role = role
		return tx.SetUser(h.ctx, u)
	}))
}

// report has ada report somebody.
func (h *house) report(which social.ReportID, target social.AccountID) {
	h.Helper()
	h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
		tx.Record(event.Reported{Report: which, Reporter: ada, Target: target})
		return tx.AddReport(h.ctx, social.Report{ID: which, Reporter: ada, Target: target, Category: social.ReportOther})
	}))
}

// Somebody who looked after the house is shown nothing of it any more.
func TestWhatWasForStaffIsLeftOut(t *testing.T) {
	each(t, func(h *house) {
		h.promote(ben, social.Moderator)
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error { tx.Record(event.Joined{Account: cleo}); return nil }))
		h.told("somebody joined", ben)
		h.told("somebody joined", mo, "signup by cleo")
		h.clock.Pass(time.Second)
		h.report(71, lo)
		h.told("and was reported", ben)
		h.told("and was reported", mo, "report by ada", "signup by cleo")
	})
}
