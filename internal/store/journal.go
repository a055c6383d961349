package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/event"
)

// Cursor returns how far the follower called name has come.
func (v *View) Cursor(ctx context.Context, name string) (int64, error) {
	var seq int64
	err := v.tx.QueryRowContext(ctx, `SELECT seq FROM cursors WHERE name = $1`, name).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// SetCursor notes how far the follower called name has come.
func (tx *Tx) SetCursor(ctx context.Context, name string, seq int64) error {
	_, err := tx.tx.ExecContext(ctx, `INSERT INTO cursors (name, seq) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`, name, seq)
	return err
}

// Facts returns up to limit records after seq, in order.
func (v *View) Facts(ctx context.Context, after int64, limit int) ([]event.Record, error) {
	rows, err := v.tx.QueryContext(ctx, `SELECT seq, at_ms, kind, fact FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []event.Record
	for rows.Next() {
		var r event.Record
		var at int64
		var kind, fact string
		if err := rows.Scan(&r.Seq, &at, &kind, &fact); err != nil {
			return nil, err
		}
		r.At = time.UnixMilli(at).UTC()
		if r.Fact, err = event.Decode(kind, []byte(fact)); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
