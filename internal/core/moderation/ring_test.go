package moderation_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// appealed limits who and has them appeal.
func (h *house) appealed(who social.AccountID) social.Appeal {
	h.Helper()
	h.must(h.Decide(h.ctx, as(mona), social.Decision{Account: who, Action: social.Limit}, false))
	ds, err := h.Decisions(h.ctx, as(mona), who, social.Page{Limit: 1})
	h.must(err)
	a, err := h.Appeal(h.ctx, as(who), ds[0].ID, "why")
	h.must(err)
	return a
}

// Appeals ring at a quarter, a half, three quarters and the end of their time, not a
// moment earlier, and once; those that are answered do not.
func TestAppealsRing(t *testing.T) {
	each(t, func(h *house) {
		var rung []string
		h.store.Watch(func(_ context.Context, rs []event.Record) {
			for _, r := range rs {
				if f, ok := r.Fact.(event.AppealsAlarmed); ok {
					rung = append(rung, fmt.Sprint(f.Percent, " ", len(f.Appeals)))
				}
			}
		})
		ring := func(when string, want ...string) {
			h.Helper()
			rung = nil
			for range 2 { // each host does it
				h.must(h.RingAppeals(h.ctx))
			}
			if !slices.Equal(rung, want) {
				h.Errorf("%s it rang %q, want %q", when, rung, want)
			}
		}
		a, b := h.appealed(ben), h.appealed(ada)
		ring("at first")
		for _, p := range social.Alarms[:2] {
			h.clock.Pass(a.Span().At(p).Sub(h.store.Now()) - time.Millisecond)
			ring(fmt.Sprintf("before %d %%", p))
			h.clock.Pass(b.At.Sub(a.At) + time.Millisecond)
			ring(fmt.Sprintf("at %d %%", p), fmt.Sprint(p, " 2"))
		}
		h.must(h.Hear(h.ctx, as(mia), b.ID, false, "It stands."))
		h.clock.Pass(a.Due().Sub(h.store.Now())) // the house was off
		ring("after a pause", "100 1")
		h.clock.Pass(a.Due().Sub(a.At))
		ring("afterwards")
	})
}
