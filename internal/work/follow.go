// Package work does what has to happen after a commit: followers read the
// journal and catch up, each at its own pace, each with its own cursor.
package work

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
)

// A Follower turns facts into its own rows. Its writes and its cursor commit
// together, so every fact takes effect exactly once, also when a host dies in
// the middle and another one takes over.
type Follower struct {
	Name   string // the cursor's name: never changed once released
	Follow func(ctx context.Context, tx *store.Tx, r event.Record) error

	// For those who need it:
	Batch int // how many facts it takes in one transaction; zero is Batch
	// Urgent are the kinds of facts that wake it; what else happens it sees within
	// every. Nil is all.
	Urgent []event.Fact
	After  func() // is called when something was committed
}

// Batch is how many facts a follower takes in one transaction. On SQLite
// everybody else waits as long as it takes.
const Batch = 100

// CatchUp runs f until it has seen the whole journal.
func CatchUp(ctx context.Context, s *store.Store, f Follower) error {
	for {
		n, err := step(ctx, s, f)
		if err != nil || n < f.batch() {
			return err
		}
	}
}

func step(ctx context.Context, s *store.Store, f Follower) (n int, err error) {
	if idle, err := upToDate(ctx, s, f); err != nil || idle {
		return 0, err // without a write, which would cost a commit each time
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		at, err := tx.HoldCursor(ctx, f.Name)
		if err != nil {
			return err
		}
		records, err := tx.Facts(ctx, at, f.batch())
		if err != nil {
			return err
		}
		n = len(records)
		for _, r := range records {
			if err := f.Follow(ctx, tx, r); err != nil {
				return fmt.Errorf("fact %d.%d: %w", r.Pos.Major, r.Pos.Minor, err)
			}
			at = r.Pos
		}
		if n == 0 {
			return nil
		}
		return tx.SetCursor(ctx, f.Name, at)
	})
	if err != nil {
		return 0, fmt.Errorf("follower %s: %w", f.Name, err)
	}
	if n > 0 && f.After != nil {
		f.After()
	}
	return n, nil
}

// wakes reports whether any of rs is urgent.
func (f Follower) wakes(rs []event.Record) bool {
	return f.Urgent == nil || slices.ContainsFunc(rs, func(r event.Record) bool {
		return slices.ContainsFunc(f.Urgent, func(u event.Fact) bool { return u.Kind() == r.Fact.Kind() })
	})
}

func (f Follower) batch() int {
	if f.Batch > 0 {
		return f.Batch
	}
	return Batch
}

func upToDate(ctx context.Context, s *store.Store, f Follower) (idle bool, err error) {
	err = s.Read(ctx, func(v *store.View) error {
		at, err := v.Cursor(ctx, f.Name)
		if err != nil {
			return err
		}
		next, err := v.Facts(ctx, at, 1)
		idle = len(next) == 0
		return err
	})
	return idle, err
}
