package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// WaitingMattersOf returns up to limit matters of a sender that wait, the newest
// first. Of senders without an e-mail address nobody knows that they are the same.
func (v *View) WaitingMattersOf(ctx context.Context, from social.Sender, limit int) ([]social.Matter, error) {
	return rows(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE sender_key = $1 AND sender_key <> '' AND waits = 1 ORDER BY id DESC LIMIT $2`, senderKey(from), limit)
}

// AnsweredSender reports whether a sender was answered before.
func (v *View) AnsweredSender(ctx context.Context, from social.Sender) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM matters WHERE sender_key = $1 AND sender_key <> '' AND waits = 0 AND answered_ms <> 0 AND first_id = 0 LIMIT 1) AS answered`, senderKey(from))
	return n > 0, err
}

// CountTray counts what waits in the tray of a class, up to limit.
func (v *View) CountTray(ctx context.Context, c social.Class, limit int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM matters WHERE waits = 1 AND tray AND class = $1 LIMIT $2) AS tray`, c, limit)
}

// JoinedMatters returns up to limit that are counted with one, in the order in which
// they came.
func (v *View) JoinedMatters(ctx context.Context, first social.MatterID, limit int) ([]social.Matter, error) {
	return rows(ctx, v, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE first_id = $1 AND first_id <> 0 ORDER BY id LIMIT $2`, first, limit)
}

// CountJoined counts those that are counted with one.
func (v *View) CountJoined(ctx context.Context, first social.MatterID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM matters WHERE first_id = $1 AND first_id <> 0`, first)
}

// NewestJoined returns the newest that came after one and is counted with it, or
// NotFound.
func (v *View) NewestJoined(ctx context.Context, first social.MatterID) (social.Matter, error) {
	return one(ctx, v, noRecord, scanMatter, `SELECT `+matterColumns+` FROM matters WHERE first_id = $1 AND first_id <> 0 AND id > $1 ORDER BY id DESC LIMIT 1`, first)
}

// Unjoin has next stand by itself, in the tray or not, and what else was counted with
// first be counted with it.
func (tx *Tx) Unjoin(ctx context.Context, first social.MatterID, next social.Matter) error {
	if _, err := tx.exec(ctx, `UPDATE matters SET first_id = $2 WHERE first_id = $1 AND id <> $2`, first, next.ID); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE matters SET first_id = 0, tray = $2 WHERE id = $1`, next.ID, next.Tray); err != nil {
		return err
	}
	return tx.SetMatter(ctx, next)
}

// AddMatterAlarms counts one more letter about what is in the tray, in the hour
// of a moment, and returns how many there are now.
func (tx *Tx) AddMatterAlarms(ctx context.Context, at time.Time) (int, error) {
	hour := at.Truncate(time.Hour)
	if _, err := tx.exec(ctx, `DELETE FROM matter_alarms WHERE hour_ms < $1`, millis(hour.Add(-24*time.Hour))); err != nil {
		return 0, err
	}
	return value[int](ctx, &tx.View, `INSERT INTO matter_alarms (hour_ms, n) VALUES ($1, 1) ON CONFLICT (hour_ms) DO UPDATE SET n = matter_alarms.n + 1 RETURNING n`, millis(hour))
}
