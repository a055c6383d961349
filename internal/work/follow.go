// Package work does what has to happen after a commit: followers read the
// journal and catch up, each at its own pace, each with its own cursor.
package work

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
)

// A Follower turns facts into its own rows. Its writes and its cursor commit
// together, so every fact takes effect exactly once, also when a host dies in
// the middle and another one takes over.
type Follower struct {
	Name   string // the cursor's name: never changed once released
	Follow func(ctx context.Context, tx *store.Tx, r event.Record) error
}

// Batch is how many facts a follower takes in one transaction.
const Batch = 100

// CatchUp runs f until it has seen the whole journal.
func CatchUp(ctx context.Context, s *store.Store, f Follower) error {
	for {
		n, err := step(ctx, s, f)
		if err != nil || n == 0 {
			return err
		}
	}
}

func step(ctx context.Context, s *store.Store, f Follower) (n int, err error) {
	err = s.Write(ctx, func(tx *store.Tx) error {
		at, err := tx.Cursor(ctx, f.Name)
		if err != nil {
			return err
		}
		records, err := tx.Facts(ctx, at, Batch)
		if err != nil {
			return err
		}
		n = len(records)
		for _, r := range records {
			if err := f.Follow(ctx, tx, r); err != nil {
				return fmt.Errorf("fact %d: %w", r.Seq, err)
			}
			at = r.Seq
		}
		if n == 0 {
			return nil
		}
		return tx.SetCursor(ctx, f.Name, at)
	})
	if err != nil {
		return 0, fmt.Errorf("follower %s: %w", f.Name, err)
	}
	return n, nil
}

// Run keeps all followers caught up until ctx ends.
func Run(ctx context.Context, s *store.Store, every time.Duration, fs ...Follower) error {
	bell := s.Bell()
	tick := time.NewTicker(every) // for facts written by another host
	defer tick.Stop()
	for {
		for _, f := range fs {
			if err := CatchUp(ctx, s, f); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-bell:
		case <-tick.C:
		}
	}
}
