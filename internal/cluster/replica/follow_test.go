package replica_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/store"
)

// A follower is a database that follows, and is read all the while.
type follower struct {
	*replica.Follower
	store *store.Store
}

func follow(t *testing.T, p place.Place, file string) *follower {
	t.Helper()
	f, err := source(p).Follow(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: file, Clock: clock.System, Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &follower{f, s}
}

func (f *follower) mustCatchUp(t *testing.T) int {
	t.Helper()
	n, err := f.CatchUp(t.Context(), f.store.Renew)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// said is what is read through the store that is open all the while.
func (f *follower) said(t *testing.T) (n int) {
	t.Helper()
	if err := f.store.Read(t.Context(), func(v *store.View) error {
		stats, err := v.JobStats(t.Context())
		for _, s := range stats {
			if s.Kind == "said" {
				n = s.Waiting
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFollows(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true})
	h.mustSay("word 0")
	file := filepath.Join(t.TempDir(), "plaza.db")
	f := follow(t, p, file)
	if got := f.said(t); got != 1 {
		t.Fatalf("it begins with %d", got)
	}
	for i := 1; i < 50; i++ {
		h.mustSay(fmt.Sprint("word ", i))
		if f.mustCatchUp(t); f.said(t) != i+1 {
			t.Fatalf("%d of %d", f.said(t), i+1)
		}
	}
	if n := f.mustCatchUp(t); n != 0 {
		t.Errorf("%d parts came of nothing", n)
	}

	// While it looked away, what it needs was joined, and what it was joined
	// of removed.
	for i := 50; i < 60; i++ {
		h.mustSay(fmt.Sprint("word ", i))
	}
	joined := func() error {
		singles := 0
		err := p.Each(t.Context(), "e/", "", func(i place.Info) error {
			if filepath.Base(filepath.Dir(i.Key)) == "0" {
				singles++
			}
			return nil
		})
		if singles > 3 {
			return fmt.Errorf("%d singles are left", singles)
		}
		return err
	}
	eventually(t, joined)
	if f.mustCatchUp(t); f.said(t) != 60 {
		t.Errorf("%d of 60 after pieces were joined", f.said(t))
	}

	// It was killed after it had written pages, and before it had noted that.
	state, err := os.ReadFile(file + ".follows")
	if err != nil {
		t.Fatal(err)
	}
	h.mustSay("word 60")
	f.mustCatchUp(t)
	f.store.Close()
	if err := os.WriteFile(file+".follows", state, 0o600); err != nil {
		t.Fatal(err)
	}
	f = follow(t, p, file)
	h.mustSay("word 61")
	if f.mustCatchUp(t); f.said(t) != 62 {
		t.Errorf("%d of 62 after it was killed", f.said(t))
	}
	f.store.Close()
	want(t, saidIn(t, file), 62, "the file that follows")
}

// TestTakesOver has a follower become the house that writes.
func TestTakesOver(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true})
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "plaza.db")
	h.mustSay("word 0")
	f, g := follow(t, p, filepath.Join(dir, "plaza.db")), follow(t, p, other)
	h.mustSay("word 1")
	f.mustCatchUp(t)
	f.store.Close()
	if err := replica.MarkWritten(filepath.Join(dir, "plaza.db")); err != nil {
		t.Fatal(err)
	}
	next := must(t, dir, replica.Config{Destinations: to(p), Soon: true})
	next.mustSay("word 2")
	want(t, restore(t, p), 3, "the copy")

	// Who followed the first house is told, and follows the second.
	if _, err := g.CatchUp(t.Context(), g.store.Renew); !errors.Is(err, replica.ErrNewEpoch) {
		t.Fatalf("it went on following a house that is over: %v", err)
	}
	g.store.Close()
	g = follow(t, p, other)
	if got := g.said(t); got != 3 || g.Epoch() != next.r.Epoch {
		t.Errorf("%d of 3, epoch %v", got, g.Epoch())
	}
	next.mustSay("word 3")
	if g.mustCatchUp(t); g.said(t) != 4 {
		t.Errorf("%d of 4", g.said(t))
	}
}
