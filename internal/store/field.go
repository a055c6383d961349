package store

import (
	"context"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// CheckFieldsJob is the kind of the job that asks the pages which somebody's
// profile links to; its argument is the account's id.
const CheckFieldsJob = "account.fields"

// FieldsChecked returns when the links in an account's profile were checked
// last; zero is never.
func (v *View) FieldsChecked(ctx context.Context, who social.AccountID) (time.Time, error) {
	ms, err := value[int64](ctx, v, `SELECT at_ms FROM field_checks WHERE account_id = $1`, who)
	if errors.Is(err, errNone) {
		return time.Time{}, nil
	}
	return moment(ms), err
}

// SetFieldCheck stores when they were, and are the next time.
func (tx *Tx) SetFieldCheck(ctx context.Context, who social.AccountID, at, next time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO field_checks (account_id, at_ms, next_ms) VALUES ($1, $2, $3)
		ON CONFLICT (account_id) DO UPDATE SET at_ms = $2, next_ms = $3`, who, millis(at), millis(next))
	return err
}

// EndFieldCheck forgets both: there is nothing to check any more.
func (tx *Tx) EndFieldCheck(ctx context.Context, who social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM field_checks WHERE account_id = $1`, who)
	return err
}

// FieldChecksDue returns up to limit accounts whose links are to be checked by
// now, those that have waited longest first.
func (v *View) FieldChecksDue(ctx context.Context, now time.Time, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT account_id FROM field_checks WHERE next_ms <= $1 ORDER BY next_ms, account_id LIMIT $2`, millis(now), limit)
}
