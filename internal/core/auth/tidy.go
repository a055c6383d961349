package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/store"
)

const (
	// keepUnconfirmed is how long a name and an address are kept for somebody
	// who never opened the link we mailed.
	keepUnconfirmed = 7 * 24 * time.Hour
	// keepUnused is how long an app is kept that has no token.
	keepUnused = 30 * 24 * time.Hour
	// tidyAtOnce bounds what one round removes.
	tidyAtOnce = 100
)

// Tidy removes sessions and apps nobody will use again and accounts that were
// never confirmed, and writes the letters that waited.
func (s *Service) Tidy(ctx context.Context) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.TrimSessions(ctx, tx.Now.Add(-sessionLife)); err != nil {
			return err
		}
		if err := tx.TrimApps(ctx, tx.Now.Add(-keepUnused), tidyAtOnce); err != nil {
			return err
		}
		if err := tx.TrimWork(ctx); err != nil {
			return err
		}
		if err := tx.TrimCeremonies(ctx); err != nil {
			return err
		}
		if err := tx.ForgetStrangerReports(ctx, tx.Now.Add(-keepStrangers), tidyAtOnce); err != nil {
			return err
		}
		if err := s.writeStrangers(ctx, tx); err != nil {
			return err
		}
		if err := s.leaveDue(ctx, tx); err != nil {
			return err
		}
		ids, err := tx.Unconfirmed(ctx, tx.Now.Add(-keepUnconfirmed), tidyAtOnce)
		if err != nil {
			return err
		}
		for _, who := range ids {
			if err := leave(ctx, tx, who); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tidy sign-ups: %w", err)
	}
	return nil
}
