package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// Accessed reports whether it is noted that somebody of the staff was shown something
// on a day.
func (v *View) Accessed(ctx context.Context, who social.AccountID, day int64, what string, subject int64) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM accesses WHERE account_id = $1 AND what = $2 AND subject_id = $3 AND day = $4`, who, what, subject, day)
	return n > 0, err
}

// AddAccess notes it, and forgets those of other days. It reports whether it was not
// noted.
func (tx *Tx) AddAccess(ctx context.Context, who social.AccountID, day int64, what string, subject int64) (bool, error) {
	if _, err := tx.exec(ctx, `DELETE FROM accesses WHERE account_id = $1 AND day <> $2`, who, day); err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, `INSERT INTO accesses (account_id, day, what, subject_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, who, day, what, subject)
	return n > 0, err
}
