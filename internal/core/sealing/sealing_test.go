package sealing_test

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

type house struct {
	*testing.T
	*sealing.Service
	store *store.Store
	v     *evidence.Verifier
	last  store.Proof
	ids   []social.EvidenceID
}

func each(t *testing.T, fn func(h *house, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h := &house{T: t, Service: sealing.New(s, "plaza.example", slog.New(slog.DiscardHandler)), store: s}
		public, err := h.Public(t.Context())
		h.must(err)
		h.v, err = evidence.NewVerifier(public)
		h.must(err)
		fn(h, c)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// grow adds n records.
func (h *house) grow(n int) {
	h.Helper()
	h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
		for i := range n {
			p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: i})
			if err != nil {
				return err
			}
			h.last, h.ids = p, append(h.ids, p.ID())
		}
		return nil
	}))
}

// seal signs, and returns what was signed.
func (h *house) seal() evidence.Checkpoint {
	h.Helper()
	_, err := h.Seal(h.Context())
	h.must(err)
	text, err := h.Checkpoint(h.Context())
	h.must(err)
	c, err := h.v.Open([]byte(text))
	h.must(err)
	return c
}

// root is the root of everything in the log, hashed anew from the leaves.
func (h *house) root() tlog.Hash {
	h.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(xs []int64) (out []tlog.Hash, err error) {
		for _, x := range xs {
			out = append(out, stored[x])
		}
		return out, nil
	})
	var n int64
	h.must(h.store.Read(h.Context(), func(v *store.View) error {
		all, err := v.Evidence(h.Context(), 0, 100_000)
		for _, e := range all {
			more, err := tlog.StoredHashes(n, []byte(e.Leaf), reader)
			if err != nil {
				return err
			}
			stored, n = append(stored, more...), n+1
		}
		return err
	}))
	root, err := tlog.TreeHash(n, reader)
	h.must(err)
	return root
}

// What is signed is the tree of all leaves, at every size: also where tiles of
// the first and the second level become full.
func TestSeal(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		size := int64(1) // the key
		for _, n := range []int{1, 253, 1, 1, 300, 255, 1} {
			h.grow(n)
			size += int64(n)
			c.Pass(time.Minute)
			if got := h.seal(); got.Size != size || got.Root != h.root() || got.Origin != "plaza.example/evidence" || !got.At.Equal(h.store.Now().Truncate(time.Second)) {
				h.Errorf("signed is %+v, want size %d and root %v", got, size, h.root())
			}
		}
		if did, err := h.Seal(h.Context()); did || err != nil {
			h.Errorf("signed again with nothing new: %v, %v", did, err)
		}
	})
}

// What came while a copy was waited for is not signed yet, and nothing is where
// somebody else has taken over.
func TestSealWaits(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.grow(7)
		h.Copied = func(context.Context) error { h.grow(300); return nil }
		if got := h.seal(); got.Size != 8 {
			h.Errorf("%d records are signed, of which a copy has 8", got.Size)
		}
		if got := h.seal(); got.Size != 308 {
			h.Errorf("%d records are signed, want 308", got.Size)
		}
		fenced := errors.New("another has taken over")
		h.Copied = func(context.Context) error { return fenced }
		if did, err := h.Seal(h.Context()); did || !errors.Is(err, fenced) {
			h.Errorf("signed: %v, %v", did, err)
		}
	})
}

// Two levels of full tiles need 65,536 records: SQLite alone has to show that.
func TestSealManyLevels(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	each(t, func(h *house, c *storetest.Clock) {
		if h.store.Engine() != "sqlite" {
			return
		}
		for range 70 {
			c.Pass(time.Second)
			h.grow(1000)
		}
		if got := h.seal(); got.Size != 70_001 || got.Root != h.root() {
			h.Errorf("signed is %+v", got)
		}
		h.grow(300)
		if got := h.seal(); got.Root != h.root() {
			h.Errorf("signed is %+v", got)
		}
	})
}

// Tiles and entries are what C2SP says, and nothing is handed out that is not
// signed.
func TestTiles(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.grow(599)
		h.seal()
		h.grow(10)
		for _, tt := range []struct {
			level int
			n     int64
			width int
			ok    bool
		}{{0, 0, 256, true}, {0, 1, 256, true}, {0, 2, 88, true}, {0, 2, 89, false}, {0, 2, 0, false}, {0, 3, 1, false}, {1, 0, 2, true}, {1, 0, 3, false}, {7, 0, 1, false}, {-1, 0, 1, false}, {0, -1, 1, false}, {0, 0, 257, false}} {
			data, err := h.Tile(h.Context(), tt.level, tt.n, tt.width)
			if (err == nil) != tt.ok || tt.ok && len(data) != tt.width*tlog.HashSize || !tt.ok && errs.KindOf(err) != errs.NotFound {
				h.Errorf("tile %d/%d of %d: %d bytes, %v", tt.level, tt.n, tt.width, len(data), err)
			}
		}
		data, err := h.Entries(h.Context(), 2, 88)
		h.must(err)
		tile, err := h.Tile(h.Context(), 0, 2, 88)
		h.must(err)
		for i := range 88 {
			n := binary.BigEndian.Uint16(data)
			if tlog.RecordHash(data[2:2+n]) != tlog.Hash(tile[i*tlog.HashSize:]) {
				h.Fatalf("entry %d is not in the tile", i)
			}
			data = data[2+n:]
		}
		if len(data) != 0 {
			h.Errorf("%d bytes more", len(data))
		}
	})
}

// Every record can be proven, with nothing but the key.
func TestProof(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.grow(300)
		h.seal()
		h.grow(1)
		for _, which := range []int{0, 255, 256, 299} {
			index, proof, text, err := h.Proof(h.Context(), h.ids[which])
			h.must(err)
			c, err := h.v.Open([]byte(text))
			h.must(err)
			var leaf string
			h.must(h.store.Read(h.Context(), func(v *store.View) error {
				e, err := v.EvidenceOf(h.Context(), h.ids[which])
				leaf = e.Leaf
				return err
			}))
			h.must(tlog.CheckRecord(proof, c.Size, c.Root, index, tlog.RecordHash([]byte(leaf))))
		}
		if _, _, _, err := h.Proof(h.Context(), h.ids[300]); errs.KindOf(err) != errs.NotFound {
			h.Errorf("of what is not signed: %v", err)
		}
	})
}

// What somebody changed in the database is not signed.
func TestChangedByHand(t *testing.T) {
	for what, statement := range map[string]string{
		"a hash":            `UPDATE evidence SET hash = (SELECT hash FROM evidence WHERE idx = 5) WHERE idx = 640`,
		"an old hash":       `UPDATE evidence SET hash = (SELECT hash FROM evidence WHERE idx = 5) WHERE idx = 300`,
		"a row is gone":     `DELETE FROM evidence WHERE idx = 640`,
		"the log is cut":    `UPDATE evidence_head SET size = 280`,
		"a tile":            `UPDATE evidence_tiles SET hashes = (SELECT hashes FROM evidence_tiles WHERE number = 1 AND level = 0) WHERE number = 0 AND level = 0`,
		"a checkpoint back": `UPDATE evidence_checkpoints SET note = (SELECT note FROM evidence_checkpoints WHERE size = 601) WHERE size = 651`,
	} {
		t.Run(what, func(t *testing.T) {
			each(t, func(h *house, _ *storetest.Clock) {
				h.grow(600)
				h.seal()
				h.grow(50)
				h.seal()
				storetest.ByHand(h, h.store, statement)
				for range 2 { // as many as there are full tiles
					if what != "the log is cut" {
						h.grow(1)
					}
					if _, err := h.Seal(h.Context()); err != nil {
						return
					}
				}
				h.Error("it was signed")
			})
		})
	}
}

// A log is computed anew from its leaves, and from nothing that is kept beside them.
func TestAnew(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		if n, err := sealing.Anew(h.Context(), h.store); n != 0 || err != nil {
			h.Errorf("nothing signed: %d, %v", n, err)
		}
		h.grow(1300)
		h.seal()
		h.grow(5)
		if n, err := sealing.Anew(h.Context(), h.store); n != 1301 || err != nil {
			h.Errorf("%d, %v; want 1301", n, err)
		}
		storetest.ByHand(h, h.store, `UPDATE evidence SET leaf = (SELECT leaf FROM evidence WHERE idx = 5) WHERE idx = 640`)
		if _, err := sealing.Anew(h.Context(), h.store); !errors.Is(err, sealing.ErrChanged) {
			h.Errorf("a leaf was changed by hand: %v", err)
		}
		storetest.ByHand(h, h.store, `DELETE FROM evidence WHERE idx > 1000`)
		if _, err := sealing.Anew(h.Context(), h.store); !errors.Is(err, sealing.ErrChanged) {
			h.Errorf("the end is gone: %v", err)
		}
	})
}

// A receipt says what the log owes whoever reported, and the log has it.
func TestReceipt(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.grow(1)
		r := social.Report{ID: 7, Evidence: h.last.ID(), At: h.store.Now()}
		b, err := h.Receipt(h.Context(), r)
		h.must(err)
		got, err := h.v.OpenReceipt(b)
		h.must(err)
		if got.Report != "7" || string(got.Commitment) != string(h.last.Commitment()) || !got.Received.Equal(r.At) {
			h.Errorf("the receipt is %+v", got)
		}
		b[len(b)-10] ^= 1
		if _, err := h.v.OpenReceipt(b); err == nil {
			h.Error("a receipt that was changed is believed")
		}
	})
}
