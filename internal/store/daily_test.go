package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestCopyInto copies a database that is written all the while: each copy is one
// moment of it, and nothing is held up.
func TestCopyInto(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "it's a house?.db")
	s, err := store.Open(t.Context(), store.Options{URL: file, Clock: clock.System, Captured: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	say := func(i int) error {
		return s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.AddJob(context.Background(), "said", fmt.Sprint(i), tx.Now.Add(time.Hour), fmt.Sprint(i))
		})
	}
	for i := range 50 {
		if err := say(i); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() {
		for i := 50; ctx.Err() == nil; i++ {
			if err := say(i); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 5 {
		to := filepath.Join(dir, fmt.Sprint("copy ", i))
		if err := store.CopyInto(t.Context(), file, to); err != nil {
			t.Fatal(err)
		}
		is, err := store.ContentsOf(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		w := storetest.NewWitness(t, to)
		w.Whole()
		said := w.Jobs("said")
		if n := is.Rows["jobs"]; n < 50 || int(n) != len(said) || is.Schema == "" || is.Rows["migrations"] == 0 {
			t.Errorf("%d jobs, and counted: %+v", len(said), is)
		}
		for _, log := range []string{"-wal", "-journal"} {
			if _, err := os.Stat(to + log); !os.IsNotExist(err) {
				t.Errorf("the copy is not whole without %s: %v", log, err)
			}
		}
	}
	stop()
	busy.Wait()
	if err := store.CopyInto(t.Context(), file, filepath.Join(dir, "copy 0")); err == nil {
		t.Error("it wrote over a file that was there")
	}
	if err := store.CopyInto(t.Context(), filepath.Join(dir, "nothing"), filepath.Join(dir, "of it")); err == nil {
		t.Error("it copied what is not there")
	}
	if _, err := store.ContentsOf(t.Context(), filepath.Join(dir, "nothing")); err == nil {
		t.Error("it counted what is not there")
	}
}
