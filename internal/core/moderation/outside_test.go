package moderation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// Who was told outside is written down, and kept as long as the law wants, also
// when whom it is about leaves; they do not learn of it.
func TestTellOutside(t *testing.T) {
	each(t, func(h *house) {
		r := h.report(ada, social.Report{Target: ben, Harm: social.HarmMinors, Comment: "Look at that"})
		told := social.Told{To: social.OutsideMinors, Ref: " report 4711 "}
		for what, bad := range map[string]social.Told{"nobody": {Ref: "1"}, "somebody else": {To: "press", Ref: "1"}, "no number": {To: social.OutsidePolice, Ref: " "},
			"too long a number": {To: social.OutsidePolice, Ref: strings.Repeat("x", social.MaxOutsideRef+1)}} {
			if err := h.TellOutside(h.ctx, as(mona), r.Case, bad); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := h.TellOutside(h.ctx, as(ada), r.Case, told); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("by a member: %v", err)
		}
		if err := h.TellOutside(h.ctx, as(mona), 5, told); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of no case: %v", err)
		}
		h.must(h.TellOutside(h.ctx, as(mona), r.Case, told))
		kinds, _ := h.log()
		if !slices.Contains(kinds, "external_report") || !slices.Contains(kinds, "hold placed") {
			t.Errorf("the log has %v", kinds)
		}
		holds, _, err := h.Holds(h.ctx, as(adam), 0)
		h.must(err)
		if len(holds) != 1 || !holds[0].Silent || holds[0].Subject != int64(r.Case) || !strings.Contains(holds[0].Reason, "report 4711") {
			t.Fatalf("the holds are %+v", holds)
		}
		if _, kept, err := h.HeldBack(h.ctx, as(ben)); err != nil || kept {
			t.Errorf("whom it is about is told: %v, %v", kept, err)
		}
		h.leave(ben)
		h.work()
		h.wantKept("when ben left", []string{"Look at that", "report 4711"}, "Look at that", "report 4711")
		h.clock.Pass(holds[0].Until.Sub(h.store.Now()) - time.Second)
		h.work()
		h.wantKept("at the end of a year", []string{"Look at that", "report 4711"}, "Look at that", "report 4711")
		h.clock.Pass(time.Second)
		h.work()
		h.wantKept("after a year", nil, "Look at that", "report 4711")
	})
}

// What was told outside, and what a silent hold keeps, is found from no leaf:
// everybody reads those, and a reporter's receipt names the first of a case.
func TestSilentLeaves(t *testing.T) {
	each(t, func(h *house) {
		r := h.report(ada, social.Report{Target: ben, Harm: social.HarmMinors, Comment: "Look at that"})
		h.must(h.TellOutside(h.ctx, as(mona), r.Case, social.Told{To: social.OutsidePolice, Ref: "1"}))
		silent := h.hold(social.Hold{Kind: social.HoldCase, Subject: int64(r.Case), Silent: true})
		h.must(h.Release(h.ctx, as(adam), silent.ID, "not needed"))
		h.hold(social.Hold{Kind: social.HoldCase, Subject: int64(r.Case)})
		_, all := h.log()
		secret := map[int64]bool{}
		for _, e := range all {
			l, err := evidence.ParseLeaf([]byte(e.Leaf))
			h.must(err)
			last := e.Index == int64(len(all)-1) // of the hold that is told of
			switch {
			case l.Type != evidence.TypeExternalReport && l.Type != evidence.TypeHold:
			case last && len(l.Refs) != 1, !last && l.Category+evidence.Category(l.Class) != "":
				t.Errorf("the leaf is %s", e.Leaf)
			default:
				secret[e.Index] = !last
			}
			for _, ref := range l.Refs {
				if secret[e.Index] != secret[ref] {
					t.Errorf("record %d leads to %d: %s", e.Index, ref, e.Leaf)
				}
			}
		}
		if len(secret) != 5 {
			t.Errorf("%d records are about it, want 5", len(secret))
		}
	})
}
