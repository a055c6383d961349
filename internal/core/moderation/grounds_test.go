package moderation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/dsa"
	"github.com/plaza-social/plaza/internal/store"
)

// Nothing is held against anybody without a rule or a law, and every statement of
// reasons says which.
func TestGrounds(t *testing.T) {
	each(t, func(h *house) {
		decide := func(d social.Decision) {
			h.Helper()
			h.clock.Pass(time.Second) // their ids are in their order
			h.must(h.Decide(h.ctx, as(mona), d, false))
		}
		decide(social.Decision{Account: ben, Action: social.Warn})
		decide(social.Decision{Account: ben, Action: social.Limit})
		h.write(func(tx *store.Tx) error { // as the house begins, which makes an end of rules that are on no list
			house, err := tx.House(h.ctx)
			if err != nil {
				return err
			}
			return record.Rules(h.ctx, tx, social.Console, house.Rules)
		})
		decide(social.Decision{Account: ada, Action: social.Limit})
		decide(social.Decision{Account: ben, Action: social.Veil, Rule: "2"})
		decide(social.Decision{Account: ada, Action: social.Veil, Ground: social.GroundLaw, Law: "§ 130"})
		decide(social.Decision{Account: ada, Action: social.Unveil})
		var rules []string
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			all, err := v.DecisionsAfter(h.ctx, 0, 10)
			for _, d := range all {
				rules = append(rules, d.Rule)
			}
			return err
		}))
		if got := strings.Join(rules, ","); got != "house@1,house@1,house@1,2@1,," {
			t.Errorf("the decisions rest on %q", got)
		}
		n := 0
		h.must(h.Statements(h.ctx, time.Time{}, h.store.Now().Add(time.Second), func(s dsa.Statement) error {
			n++
			if s.Ground == dsa.GroundIncompatible && !strings.HasSuffix(s.IncompatibleGround, ", version 1: The rules of this house") && !strings.HasSuffix(s.IncompatibleGround, ", version 1: Be brief.") {
				t.Errorf("it rests on %q", s.IncompatibleGround)
			}
			return s.Check()
		}))
		if n != 4 {
			t.Errorf("%d statements, want four", n)
		}
	})
}
