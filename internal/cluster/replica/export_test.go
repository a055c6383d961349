package replica

import (
	"context"
	"time"

	"github.com/benbjohnson/litestream"
)

// In tests pieces are joined, and those they were joined of removed, within a
// moment.
func init() {
	levels = litestream.CompactionLevels{{Level: 0}, {Level: 1, Interval: 100 * time.Millisecond}, {Level: 2, Interval: 300 * time.Millisecond}}
	keepSingles, tidyEvery = 200*time.Millisecond, 50*time.Millisecond
}

// DailySpare is how much room a daily copy leaves.
const DailySpare = dailySpare

// Yield has the first place of a house be full.
func (r *Replica) Yield(ctx context.Context, err error) { r.yield(ctx, r.ships[0], err) }

// SetFree has every disk have so much room, until undo is called.
func SetFree(n int64) (undo func()) {
	was := free
	free = func(string) (int64, error) { return n, nil }
	return func() { free = was }
}

// Age has a house do what it does when SnapshotEvery has passed once more, and
// everything it keeps is older than that. The first whole database is taken as a
// house begins: two at once would write over each other.
func (r *Replica) Age(ctx context.Context) error {
	db := r.capture.db
	for {
		taken, err := db.MaxLTXFileInfo(ctx, litestream.SnapshotLevel)
		if err != nil {
			return err
		}
		if taken.MaxTXID != 0 {
			break
		}
		time.Sleep(tidyEvery)
	}
	if _, err := db.Snapshot(ctx); err != nil {
		return err
	}
	upTo, err := db.EnforceSnapshotRetention(ctx, time.Now())
	for _, l := range levels[1:] {
		if err == nil {
			err = db.EnforceRetentionByTXID(ctx, l.Level, upTo)
		}
	}
	return err
}
