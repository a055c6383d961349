package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// Expose counts one more case that is hard to look at for somebody on a day, and
// forgets those of other days.
func (tx *Tx) Expose(ctx context.Context, who social.AccountID, day int64) error {
	if _, err := tx.exec(ctx, `DELETE FROM exposures WHERE account_id = $1 AND day <> $2`, who, day); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO exposures (account_id, day, n) VALUES ($1, $2, 1) ON CONFLICT (account_id, day) DO UPDATE SET n = exposures.n + 1`, who, day)
	return err
}

// Exposures counts the cases that are hard to look at that somebody was given on
// a day.
func (v *View) Exposures(ctx context.Context, who social.AccountID, day int64) (int, error) {
	return value[int](ctx, v, `SELECT COALESCE(SUM(n), 0) FROM exposures WHERE account_id = $1 AND day = $2`, who, day)
}
