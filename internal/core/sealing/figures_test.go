package sealing_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// decide adds a report, a case and the decision about it.
func (h *house) decide(c *storetest.Clock, after time.Duration) {
	h.Helper()
	var sorted store.Proof
	h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
		r, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Class: "24h", Body: 1})
		if err != nil {
			return err
		}
		sorted, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeTriage, Refs: []social.EvidenceID{r.ID()}, Body: 1})
		return err
	}))
	c.Pass(after)
	h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
		_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeDecision, Outcome: "hide_post", Refs: []social.EvidenceID{sorted.ID()}, Body: 1})
		return err
	}))
}

// The figures are counted from what is signed, and counting goes on where it was.
func TestFigures(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		if f, err := h.Figures(h.Context()); err != nil || f.Leaves != 0 {
			h.Fatalf("with nothing signed: %+v, %v", f, err)
		}
		h.decide(c, time.Hour)
		h.seal()
		h.grow(1)
		f, err := h.Figures(h.Context())
		h.must(err)
		if f.Leaves != 4 || len(f.Days) != 1 || f.Days[0].Inflow != 1 || f.Days[0].Backlog != 0 || len(f.Classes) != 1 || f.Classes[0].P50 != time.Hour.Milliseconds() {
			h.Errorf("the figures are %+v", f)
		}
		h.seal()
		if f, err = h.Figures(h.Context()); err != nil || f.Leaves != 4 {
			h.Errorf("within a minute they are counted again: %+v, %v", f, err)
		}
		c.Pass(time.Minute)
		if f, err = h.Figures(h.Context()); err != nil || f.Leaves != 5 || f.Days[0].Backlog != 1 {
			h.Errorf("after a minute they are %+v, %v", f, err)
		}
		all, err := h.Decisions(h.Context(), 0)
		h.must(err)
		if len(all) != 1 || all[0].Outcome != "hide_post" {
			h.Errorf("decided was %+v", all)
		}
		if all, err = h.Decisions(h.Context(), 1); err != nil || len(all) != 0 {
			h.Errorf("before the first one: %+v, %v", all, err)
		}
	})
}

// The figures of a day are in the log once, whoever asks how often.
func TestDaily(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		h.decide(c, time.Hour)
		h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
			notice, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeHostNotice, Class: "host", Body: 1})
			if err != nil {
				return err
			}
			for _, e := range []store.Evidence{{Type: evidence.TypeHostAnswer, Outcome: evidence.NoticeAnswered + evidence.Late, Refs: []social.EvidenceID{notice.ID()}, Body: 1},
				{Type: evidence.TypeJuryDraw, Body: 1}, {Type: evidence.TypeOverride, Body: 1}} {
				if _, err := tx.AddEvidence(e); err != nil {
					return err
				}
			}
			return nil
		}))
		h.seal()
		stats := func() (out []store.Record) {
			h.must(h.store.Read(h.Context(), func(v *store.View) (err error) {
				out, err = v.EvidenceOfType(h.Context(), evidence.TypeStats, 0, 10)
				return err
			}))
			return out
		}
		today := h.store.Now().UTC().Format(time.DateOnly)
		for range 3 {
			c.Pass(24 * time.Hour)
			for range 2 {
				h.must(h.Daily(h.Context()))
				h.seal()
			}
		}
		all := stats()
		if len(all) != 3 || !strings.Contains(all[0].Leaf, `"o":"`+today+`"`) || !strings.Contains(string(all[0].Body), `"inflow":1`) || !strings.Contains(string(all[1].Body), `"inflow":0`) {
			h.Errorf("the days are %v", all)
		}
		for _, want := range []string{`"notices":[{"class":"host","came":1,"answered":1,"closed":0,"late":1,`, `"juries":{"drawn":1,"decided":0,"undecided":0,"overridden":1,`} {
			if !strings.Contains(string(all[0].Body), want) {
				h.Errorf("what is signed of a day has no %s: %s", want, all[0].Body)
			}
		}
	})
}

// What is signed of a day has all of it: what came in its last minute, and what was
// not signed yet when it ended. Days on which nobody was there to do it are made up
// for.
func TestDailyIsWhole(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		days := func() string {
			var said []string
			h.must(h.store.Read(h.Context(), func(v *store.View) error {
				all, err := v.EvidenceOfType(h.Context(), evidence.TypeStats, 0, 10)
				for _, r := range all {
					var body struct{ Day evidence.DayStats }
					h.must(json.Unmarshal(r.Body, &body))
					said = append(said, fmt.Sprintf("%s came %d backlog %d", body.Day.Day, body.Day.Inflow, body.Day.Backlog))
				}
				return err
			}))
			return strings.Join(said, ", ")
		}
		want := func(when, want string) {
			h.Helper()
			h.must(h.Daily(h.Context()))
			if got := days(); got != want {
				h.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		midnight := h.store.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		name := func(n int) string { return midnight.AddDate(0, 0, n).Format(time.DateOnly) }
		c.Pass(midnight.Sub(h.store.Now()) - 30*time.Second)
		h.grow(1)
		h.seal()
		_, err := h.Figures(h.Context()) // somebody looks
		h.must(err)
		c.Pass(20 * time.Second)
		h.grow(1)
		c.Pass(20 * time.Second)
		want("while the last is not signed", "")
		h.seal()
		want("while the figures are of a moment before", "")
		c.Pass(time.Minute)
		first := name(-1) + " came 2 backlog 2"
		want("on the day after", first)
		h.seal()
		c.Pass(12 * time.Hour)
		h.grow(1)
		h.seal()
		c.Pass(72 * time.Hour)
		want("three days later", first+", "+name(0)+" came 1 backlog 3, "+name(2)+" came 0 backlog 3")
		want("again", first+", "+name(0)+" came 1 backlog 3, "+name(2)+" came 0 backlog 3")
	})
}
