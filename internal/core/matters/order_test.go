package matters_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// holds are those that hold now.
func (h *house) holds() (all []social.Hold) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { all, err = v.Holds(h.ctx, h.store.Now()); return err }))
	return all
}

// said are the kinds of records about ada of which what they say is there.
func (h *house) said() (out []string) {
	h.Helper()
	for _, r := range h.log() {
		l, err := evidence.ParseLeaf([]byte(r.Leaf))
		h.must(err)
		if r.About == ada && r.Body != nil {
			out = append(out, string(l.Type))
		}
	}
	return out
}

// What an order about terrorist content has removed is held from that moment on,
// without anybody asking for it: not what another order has, and not what stays.
func TestOrderCarriedOutBeginsHold(t *testing.T) {
	for _, x := range []struct {
		class  social.Class
		action social.Action
		want   int
	}{{social.ClassTerror, social.HidePost, 1}, {social.ClassTerror, social.DeletePost, 1}, {social.ClassTerror, social.Suspend, 1},
		{social.ClassTerror, social.LimitPost, 0}, {social.ClassTerror, social.Dismiss, 0}, {social.ClassOrder, social.HidePost, 0}} {
		t.Run(fmt.Sprint(x.class, " ", x.action), func(t *testing.T) {
			each(t, func(h *house) {
				judge := h.judge()
				d := draft()
				d.Class, d.Addresses = x.class, []string{adas}
				m := h.take(d)
				if all := h.holds(); len(all) != 0 {
					t.Fatalf("before anything was done there is %+v", all)
				}
				h.must(judge.Decide(h.ctx, admin, social.Decision{Case: h.first(m).Case, Action: x.action, Rule: social.GeneralRule.ID}, false))
				all := h.holds()
				if len(all) != x.want {
					t.Fatalf("%d holds, want %d", len(all), x.want)
				}
				if until := social.ClassKeepTerror.Span(h.store.Now(), social.Calendar{}).Due; x.want == 1 &&
					(all[0].Kind != social.HoldMatter || all[0].Subject != int64(m.ID) || !all[0].Until.Equal(until) || all[0].Silent || !strings.Contains(all[0].Reason, "2021/784, Article 6")) {
					t.Errorf("the hold is %+v, want one on the order until %v", all[0], until)
				}
			})
		})
	}
}

// It is one hold for all that an order names, keeps what the cases say also when who
// posted it leaves and others told of it first, and ends after six months.
func TestOrderIsKept(t *testing.T) {
	each(t, func(h *house) {
		judge := h.judge()
		before := draft()
		before.Addresses = []string{adas}
		h.take(before)
		d := draft()
		d.Class, d.Addresses = social.ClassTerror, []string{adas, "https://plaza.example/@ada"}
		h.take(d)
		for range 2 {
			h.clock.Pass(time.Minute)
			c := h.openCases()[0]
			act := social.Suspend
			if c.Post != 0 {
				act = social.HidePost
			}
			h.must(judge.Decide(h.ctx, admin, social.Decision{Case: c.ID, Action: act, Ground: social.GroundLaw, Law: "Regulation (EU) 2021/784"}, false))
			if len(h.openCases()) == 0 {
				break
			}
		}
		all := h.holds()
		if len(all) != 1 {
			t.Fatalf("%d holds, want one", len(all))
		}
		h.adaLeaves()
		kept := strings.Join(h.said(), " ")
		for _, want := range []string{"order", "report", "snapshot", "triage", "decision", "hold"} {
			if !strings.Contains(kept, want) {
				t.Errorf("when she left %s is gone: there is %s", want, kept)
			}
		}
		tidy(h, judge)
		h.clock.Pass(all[0].Until.Sub(h.store.Now()) - time.Millisecond)
		tidy(h, judge)
		if got := strings.Join(h.said(), " "); got != kept {
			t.Errorf("before six months have passed there is %s, want %s", got, kept)
		}
		h.clock.Pass(time.Millisecond)
		tidy(h, judge)
		if got := h.said(); len(got) != 0 {
			t.Errorf("after six months there is %v", got)
		}
	})
}

func tidy(h *house, judge *moderation.Service) {
	h.Helper()
	h.must(judge.TidyHolds(h.ctx))
	h.must(h.Tidy(h.ctx))
}

// A house that holds as much as it can still does what an order wants, and says in
// the log that it holds nothing for it.
func TestOrderWithoutRoomForHolds(t *testing.T) {
	each(t, func(h *house) {
		judge := h.judge()
		d := draft()
		d.Class, d.Addresses = social.ClassTerror, []string{adas}
		m := h.take(d)
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for i := range social.MaxHolds {
				if err := tx.SetHold(h.ctx, social.Hold{ID: social.HoldID(i + 1), Kind: social.HoldCase, Subject: int64(i), Reason: "x"}); err != nil {
					return err
				}
			}
			return nil
		}))
		h.must(judge.Decide(h.ctx, admin, social.Decision{Case: h.first(m).Case, Action: social.HidePost, Rule: social.GeneralRule.ID}, false))
		last := h.log()
		found := false
		for _, r := range last {
			found = found || strings.Contains(r.Leaf, `"o":"not_done"`) && strings.Contains(string(r.Body), "hold order")
		}
		if !found {
			t.Error("the log does not say that nothing is held")
		}
	})
}
