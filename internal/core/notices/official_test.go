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

// Nobody learns who reported them.
func TestNobodyIsToldWhoReportedThem(t *testing.T) {
	each(t, func(h *house) {
		h.promote(ben, social.Moderator)
		h.report(71, mo)
		h.told("a report about mo", mo)
		if err := h.store.Read(h.ctx, func(v *store.View) error {
			for who, want := range map[social.AccountID]int{mo: 0, ben: 1} {
				ns, err := v.Notices(h.ctx, who, social.NoticeFilter{}, social.Page{Limit: 9})
				if err != nil || len(ns) != want {
					t.Errorf("%s has %d notices, %v; want %d", names[who], len(ns), err, want)
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
}

// Also a notice that was made before that was so is not shown.
func TestAnOldNoticeOfAReportAboutOneselfIsLeftOut(t *testing.T) {
	each(t, func(h *house) {
		h.report(71, mo)
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			_, err := tx.AddNotice(h.ctx, social.Notice{ID: 5, Owner: mo, Kind: social.NoticeReport, From: ada, About: 71})
			return err
		}))
		h.told("an old one", mo)
	})
}
