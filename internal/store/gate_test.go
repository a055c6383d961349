package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var errShut = errs.New(errs.Unavailable, "Closed for a while.")

func say(ctx context.Context, s *store.Store, n int) error {
	return s.Write(ctx, func(tx *store.Tx) error { tx.Record(published(n)); return nil })
}

// Many write while the gate is shut: what was answered as made is there, and
// nothing comes after Shut has returned.
func TestNothingIsCommittedBehindTheGate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var made, seen atomic.Int64
		s.Watch(func(_ context.Context, rs []event.Record) { seen.Add(int64(len(rs))) })
		var writers sync.WaitGroup
		begun := make(chan struct{}, 8)
		for w := range 8 {
			writers.Go(func() {
				for i := 0; ; i++ {
					if err := say(t.Context(), s, w*1000+i); err != nil {
						if !errors.Is(err, errShut) {
							t.Errorf("err = %v, want that of the gate", err)
						}
						return
					}
					if made.Add(1); i == 2 {
						begun <- struct{}{}
					}
				}
			})
		}
		for range 8 {
			<-begun
		}
		s.Shut(errShut)
		there := s.Told(t.Context())
		writers.Wait()
		if after := s.Told(t.Context()); after != there || after != int(made.Load()) || int(seen.Load()) != after {
			t.Errorf("%d there when it was shut, %d after; %d were answered as made, watchers saw %d", there, after, made.Load(), seen.Load())
		}
		if err := s.Gate(); !errors.Is(err, errShut) {
			t.Errorf("Gate() = %v", err)
		}
		s.OpenGate()
		if err := say(t.Context(), s, 1); err != nil || s.Gate() != nil {
			t.Errorf("after it was opened: %v, Gate() = %v", err, s.Gate())
		}
	})
}

// A write that began before ends before Shut returns, or is refused.
func TestShutWaitsForTheCommitUnderWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		inside, goOn, answered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			var once sync.Once
			answered <- s.Write(t.Context(), func(tx *store.Tx) error {
				once.Do(func() { close(inside) })
				<-goOn
				tx.Record(published(1))
				return nil
			})
		}()
		<-inside
		shut := make(chan struct{})
		go func() { s.Shut(errShut); close(shut) }()
		for s.Gate() == nil { // it is being shut
		}
		if err := say(t.Context(), s, 2); !errors.Is(err, errShut) {
			t.Errorf("a write that came while it was being shut: %v", err)
		}
		close(goOn)
		<-shut
		want := len(postsIn(t, s))
		err := <-answered
		if made := err == nil; made != (want == 1) || !made && !errors.Is(err, errShut) {
			t.Errorf("answered %v, and %d facts are there", err, want)
		}
		if got := len(postsIn(t, s)); got != want {
			t.Errorf("%d facts came after Shut had returned", got-want)
		}
	})
}

// A commit takes so long that whoever had the turn has lost it: what was saved is
// not answered as if nothing had happened.
func TestAskedAgainAfterTheCommit(t *testing.T) {
	t.Parallel()
	var lost atomic.Bool
	s, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "plaza.db"), Clock: clock.System, May: func() error {
		if lost.Load() {
			return errShut
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		tx.Record(published(1))
		lost.Store(true) // it was asked before
		return nil
	})
	if errs.KindOf(err) != errs.Unavailable || errors.Is(err, errShut) {
		t.Errorf("it was answered with %v", err)
	}
	if got := len(postsIn(t, s)); got != 1 {
		t.Errorf("%d were saved, want 1", got)
	}
	if err := say(t.Context(), s, 2); !errors.Is(err, errShut) {
		t.Errorf("the next was answered with %v", err)
	}
}
