package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

const guard = "sign_up_guard"

// Guard returns how the house watches its open door.
func (v *View) Guard(ctx context.Context) (g social.Guard, err error) {
	return g, v.Setting(ctx, guard, &g)
}

// SetGuard stores it.
func (tx *Tx) SetGuard(ctx context.Context, g social.Guard) error {
	return tx.SetSetting(ctx, guard, g)
}

// CountSignUps counts the accounts that were made from one moment up to another,
// that excluded, and that are still there.
func (v *View) CountSignUps(ctx context.Context, from, to time.Time) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM users WHERE created_ms >= $1 AND created_ms < $2`, millis(from), millis(to))
}

// StaffSeen is when somebody of the staff last used the house, or became one of
// us; zero if there is nobody.
func (v *View) StaffSeen(ctx context.Context) (time.Time, error) {
	at, err := value[int64](ctx, v, `SELECT CAST(COALESCE(MAX(seen), 0) AS BIGINT) FROM (
		SELECT MAX(u.created_ms) AS seen FROM users u WHERE u.role <> 'user'
		UNION ALL SELECT MAX(s.used_ms) FROM users u JOIN sessions s ON s.account_id = u.account_id WHERE u.role <> 'user'
		UNION ALL SELECT MAX(t.used_ms) FROM users u JOIN tokens t ON t.account_id = u.account_id WHERE u.role <> 'user') AS staff`)
	return moment(at), err
}

// HoldBack has those who signed up since a moment without an invitation, and have
// not confirmed their address yet, be looked at before they are let in.
func (tx *Tx) HoldBack(ctx context.Context, since time.Time) (int64, error) {
	return tx.exec(ctx, `UPDATE users SET approved = FALSE WHERE created_ms >= $1 AND approved AND NOT confirmed AND invite_id = 0 AND role = 'user'`, millis(since))
}

// SpendWork notes that work was done for something, and tells whether it was
// not before.
func (tx *Tx) SpendWork(ctx context.Context, mark string, until time.Time) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO spent_work (mark, until_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING`, mark, millis(until))
	return n > 0, err
}

// TrimWork forgets work that is worth nothing any more.
func (tx *Tx) TrimWork(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM spent_work WHERE until_ms < $1`, millis(tx.Now))
	return err
}
