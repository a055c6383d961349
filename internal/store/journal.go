package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/event"
)

func scanPos(r row) (p event.Pos, err error) { return p, r.Scan(&p.Major, &p.Minor) }

// Cursor returns how far the follower called name has come.
func (v *View) Cursor(ctx context.Context, name string) (event.Pos, error) {
	return v.cursor(ctx, name, "")
}

// HoldCursor is Cursor, and keeps other processes from moving it until the
// commit.
func (tx *Tx) HoldCursor(ctx context.Context, name string) (event.Pos, error) {
	if _, err := tx.exec(ctx, `INSERT INTO cursors (name, major, minor) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING`, name); err != nil {
		return event.Pos{}, err
	}
	return tx.cursor(ctx, name, tx.d.forUpdate)
}

func (v *View) cursor(ctx context.Context, name, lock string) (event.Pos, error) {
	p, err := one(ctx, v, errNone, scanPos, `SELECT major, minor FROM cursors WHERE name = $1`+lock, name)
	if errors.Is(err, errNone) {
		err = nil
	}
	return p, err
}

// SetCursor notes how far the follower called name has come.
func (tx *Tx) SetCursor(ctx context.Context, name string, at event.Pos) error {
	_, err := tx.exec(ctx, `INSERT INTO cursors (name, major, minor) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET major = excluded.major, minor = excluded.minor`, name, at.Major, at.Minor)
	return err
}

// Facts returns up to limit records after a position, in the order in which
// everybody reads them.
func (v *View) Facts(ctx context.Context, after event.Pos, limit int) ([]event.Record, error) {
	return rows(ctx, v, scanRecord, v.d.facts, after.Major, after.Minor, limit)
}

func scanRecord(r row) (rec event.Record, err error) {
	var at int64
	var kind, fact string
	if err := r.Scan(&rec.Pos.Major, &rec.Pos.Minor, &at, &kind, &fact); err != nil {
		return rec, err
	}
	rec.At = time.UnixMilli(at).UTC()
	rec.Fact, err = event.Decode(kind, []byte(fact))
	return rec, err
}

// TrimJournal deletes facts that every cursor has passed and that happened
// before the given moment.
func (tx *Tx) TrimJournal(ctx context.Context, before time.Time) error {
	p, err := one(ctx, &tx.View, errNone, scanPos, `SELECT major, minor FROM cursors ORDER BY major, minor LIMIT 1`)
	if errors.Is(err, errNone) {
		return nil
	}
	if err != nil {
		return err
	}
	key := `seq`
	if tx.d.name == postgres.name {
		key = `xid`
	}
	_, err = tx.exec(ctx, `DELETE FROM journal WHERE `+key+` < $1 AND at_ms < $2`, p.Major, before.UnixMilli())
	return err
}

func encode(f event.Fact) (string, error) {
	b, err := json.Marshal(f)
	return string(b), err
}

// Behind counts how many facts each follower has not read, up to most.
func (v *View) Behind(ctx context.Context, most int) (map[string]int, error) {
	type cursor struct {
		name string
		at   event.Pos
	}
	all, err := rows(ctx, v, func(r row) (c cursor, err error) { return c, r.Scan(&c.name, &c.at.Major, &c.at.Minor) },
		`SELECT name, major, minor FROM cursors ORDER BY name`)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, c := range all {
		rs, err := v.Facts(ctx, c.at, most)
		if err != nil {
			return nil, err
		}
		out[c.name] = len(rs)
	}
	return out, nil
}

// Ping reads something, to show that it can be done.
func (v *View) Ping(ctx context.Context) error {
	_, err := list[string](ctx, v, `SELECT name FROM cursors LIMIT 1`)
	return err
}
