package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	sweepTimeout = time.Hour
	sweepTries   = 20
	// hideAtOnce is how many names one write hides.
	hideAtOnce = 500
)

// SweepWorker has what was deleted be gone from the database's file: soon after
// somebody left, and once a day.
func (s *Service) SweepWorker() work.Worker {
	return work.Worker{Kind: store.SweepJob, AtOnce: 1, Timeout: sweepTimeout, Tries: sweepTries, Do: func(ctx context.Context, _ []byte) error {
		_, err := s.store.Sweep(ctx)
		return err
	}}
}

// Tidy sees to it that it is swept every day, and that the names of those who
// left are not kept as they were.
func (s *Service) Tidy(ctx context.Context) error {
	for n := hideAtOnce; n == hideAtOnce; {
		if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.HideFormerNames(ctx, hideAtOnce)
			return err
		}); err != nil {
			return fmt.Errorf("hide former names: %w", err)
		}
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.SweepDaily(ctx) })
}
