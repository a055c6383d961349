package moderation_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Who is ahead of a case, or passed over one, is given what comes after; and
// nobody is given what they themselves want decided.
func TestNextGoesOn(t *testing.T) {
	each(t, func(h *house) {
		grave := h.report(ada, social.Report{Target: ben, Harm: social.HarmHate}).Case
		second := h.report(ada, social.Report{Target: zoe, Harm: social.HarmHarassment}).Case
		third := h.report(mia, social.Report{Target: ada, Harm: social.HarmSpam}).Case
		h.report(mia, social.Report{Target: adam, Harm: social.HarmMinors}) // who is above mona
		for _, tt := range []struct {
			name string
			w    social.CaseWish
			want social.CaseID
		}{
			{"the gravest", social.CaseWish{}, grave}, {"but that one", social.CaseWish{Not: grave}, second}, {"after the second", social.CaseWish{After: second}, third},
			{"after the last", social.CaseWish{After: third}, 0}, {"of a queue", social.CaseWish{Queue: social.QueueSpam}, third},
		} {
			got, err := h.Next(h.ctx, as(mona), tt.w)
			if got != tt.want || (tt.want == 0) != (errs.KindOf(err) == errs.NotFound && err != nil) {
				t.Errorf("%s: case %d, %v; want %d", tt.name, got, err, tt.want)
			}
		}
		for _, c := range []social.CaseID{grave, second, third} {
			h.must(h.Claim(h.ctx, as(mona), c, false))
		}
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			house, err := tx.House(h.ctx)
			house.SecondEyes = true
			h.must(err)
			return tx.SetHouse(h.ctx, house)
		}))
		h.kind("a grave decision", h.Decide(h.ctx, as(mona), social.Decision{Case: grave, Action: social.Suspend}, false), errs.Conflict)
		if got, err := h.Next(h.ctx, as(mona), social.CaseWish{}); err != nil || got != second {
			t.Errorf("who proposed is given %d, %v; want %d", got, err, second)
		}
		if got, err := h.Next(h.ctx, as(mia), social.CaseWish{}); err != nil || got != grave {
			t.Errorf("somebody else is given %d, %v; want %d", got, err, grave)
		}
	})
}

// Nobody is given more than social.MaxGraphic cases a day that are hard to look
// at, unless they ask for them.
func TestGraphicCasesAreCounted(t *testing.T) {
	each(t, func(h *house) {
		violent := h.report(ada, social.Report{Target: ben, Harm: social.HarmViolence}).Case
		spam := h.report(ada, social.Report{Target: zoe, Harm: social.HarmSpam}).Case
		see := func(n int) {
			h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
				for range n {
					if err := tx.Expose(h.ctx, mona, social.Day(tx.Now)); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		next := func(w social.CaseWish, want social.CaseID) {
			t.Helper()
			got, err := h.Next(h.ctx, as(mona), w)
			h.must(err)
			if got != want {
				t.Errorf("given %d, want %d", got, want)
			}
			h.must(h.Claim(h.ctx, as(mona), got, false))
		}
		see(social.MaxGraphic - 1)
		next(social.CaseWish{}, violent)
		if n, err := h.Seen(h.ctx, as(mona)); err != nil || n != social.MaxGraphic {
			t.Errorf("seen %d, %v; want %d", n, err, social.MaxGraphic)
		}
		next(social.CaseWish{}, spam)
		next(social.CaseWish{Graphic: true}, violent)
		h.clock.Pass(24 * time.Hour)
		if n, err := h.Seen(h.ctx, as(mona)); err != nil || n != 0 {
			t.Errorf("the day after: %d, %v", n, err)
		}
		next(social.CaseWish{}, violent)
		if n, _ := h.Seen(h.ctx, as(mia)); n != 0 {
			t.Errorf("mia has seen %d", n)
		}
	})
}
