package sealing_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// report writes a record of a report, as whoever takes one does.
func (h *house) report() (r social.Report, err error) {
	err = h.store.Write(h.Context(), func(tx *store.Tx) error {
		p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: "a report"})
		r = social.Report{ID: 1, Evidence: p.ID(), At: tx.Now}
		return err
	})
	return r, err
}

// whole checks that places and the numbers of each type have no gaps, that the
// head says how many there are, and that what is signed is all of it.
func (h *house) whole(want int64) {
	h.Helper()
	if c := h.seal(); c.Size != want || c.Root != h.root() {
		h.Errorf("%d leaves are signed, want %d of the log", c.Size, want)
	}
	counts := map[evidence.Type]int64{}
	h.must(h.store.Read(h.Context(), func(v *store.View) error {
		all, err := v.Evidence(h.Context(), 0, 1000)
		for i, r := range all {
			l, err := evidence.ParseLeaf([]byte(r.Leaf))
			if err != nil {
				return err
			}
			if counts[l.Type]++; r.Index != int64(i) || l.N != counts[l.Type] {
				h.Errorf("place %d has %d, the %dth of %s has number %d", i, r.Index, counts[l.Type], l.Type, l.N)
			}
		}
		if size, err := v.EvidenceSize(h.Context()); err != nil || size != int64(len(all)) || size != want {
			h.Errorf("the head says %d of %d, want %d: %v", size, len(all), want, err)
		}
		return err
	}))
}

// What was given a place and is not committed has none: the next takes it, there
// is no receipt for it and nothing of it is signed.
func TestCommitThatFails(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		before, err := h.report()
		h.must(err)
		h.whole(2) // the key and the report
		mend := storetest.FailCommits(h, h.store, "evidence")
		for range 3 {
			c.Pass(time.Second)
			lost, err := h.report()
			if err == nil || lost.Evidence == 0 {
				t.Fatalf("record %d is committed: %v", lost.Evidence, err)
			}
			if b, err := h.Receipt(t.Context(), lost); errs.KindOf(err) != errs.NotFound || b != nil {
				t.Errorf("a receipt for what is not in the log: %s, %v", b, err)
			}
			if _, _, _, err := h.Proof(t.Context(), lost.Evidence); errs.KindOf(err) != errs.NotFound {
				t.Errorf("a proof of what is not in the log: %v", err)
			}
			if grown, err := h.Seal(t.Context()); grown || err != nil {
				t.Errorf("signed although nothing was added: %v, %v", grown, err)
			}
		}
		mend()
		h.whole(2)
		after, err := h.report()
		h.must(err)
		h.whole(3)
		for i, r := range []social.Report{before, after} {
			b, err := h.Receipt(t.Context(), r)
			h.must(err)
			got, err := h.v.OpenReceipt(b)
			h.must(err)
			place, _, _, err := h.Proof(t.Context(), r.Evidence)
			h.must(err)
			h.must(h.store.Read(t.Context(), func(v *store.View) error {
				e, err := v.EvidenceOf(t.Context(), r.Evidence)
				if err == nil && (e.Index != place || place != int64(i+1) || !bytes.Equal(got.Commitment, evidence.Commit(e.Salt, e.Body))) {
					t.Errorf("the receipt of report %d is not for the record at place %d", i, e.Index)
				}
				return err
			}))
		}
	})
}

// Nothing that was signed is shown before it is kept: a checkpoint of which the
// commit fails was never there.
func TestCheckpointThatIsNotKept(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		h.grow(1)
		first := h.seal()
		h.grow(300) // tiles, too
		mend := storetest.FailCommits(h, h.store, "evidence_checkpoints")
		c.Pass(time.Minute)
		if _, err := h.Seal(t.Context()); err == nil {
			t.Fatal("it is kept")
		}
		text, err := h.Checkpoint(t.Context())
		h.must(err)
		if shown, err := h.v.Open([]byte(text)); err != nil || shown.Size != first.Size || shown.Root != first.Root {
			t.Errorf("shown is one of %d leaves, kept one of %d: %v", shown.Size, first.Size, err)
		}
		if _, _, _, err := h.Proof(t.Context(), h.ids[200]); err == nil {
			t.Error("a proof under a checkpoint that is not kept")
		}
		mend()
		h.whole(302)
	})
}
