package store_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func readLog(t *testing.T, s *store.Store) (all []store.Record) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) (err error) { all, err = v.Evidence(t.Context(), 0, 1000); return err }); err != nil {
		t.Fatal(err)
	}
	return all
}

// Records have places without gaps, in the order of their moments, whoever
// writes at the same time, and one that is not committed leaves nothing.
func TestEvidenceHasNoGaps(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					first, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: i})
					if err != nil {
						return err
					}
					if i%4 == 3 {
						return errOops
					}
					_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeTriage, Refs: []social.EvidenceID{first.ID()}, Body: i})
					return err
				})
				if (err != nil) != (i%4 == 3) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		c.Pass(-time.Hour) // a clock that was put back
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: "late"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		all := readLog(t, s)
		if len(all) != 31 {
			t.Fatalf("%d records, want 31", len(all))
		}
		counts, last := map[evidence.Type]int64{}, int64(0)
		var hashes []tlog.Hash
		if err := s.Read(t.Context(), func(v *store.View) (err error) { hashes, err = v.LeafHashes(t.Context(), 0, 100); return err }); err != nil {
			t.Fatal(err)
		}
		for i, r := range all {
			l, err := evidence.ParseLeaf([]byte(r.Leaf))
			if err != nil {
				t.Fatal(err)
			}
			counts[l.Type]++
			if r.Index != int64(i) || l.N != counts[l.Type] || l.At < last || hashes[i] != l.Hash() || !bytes.Equal(l.Commitment, evidence.Commit(r.Salt, r.Body)) {
				t.Errorf("record %d is %s", i, r.Leaf)
			}
			if l.Type == evidence.TypeTriage && (len(l.Refs) != 1 || l.Refs[0] != r.Index-1) {
				t.Errorf("record %d refers to %v", i, l.Refs)
			}
			last = l.At
		}
	})
}

var errOops = errors.New("oops")

// What is too large for the log is refused, and what is just not too large is
// not.
func TestEvidenceIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n, ok := range map[int]bool{evidence.MaxBody - 2: true, evidence.MaxBody - 1: false} {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: string(bytes.Repeat([]byte("a"), n))})
				return err
			})
			if (err == nil) != ok {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
	})
}
