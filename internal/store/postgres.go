package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
)

const (
	postgresConns = 20
	// postgresTries is how often a write runs when the server asks for it to
	// be run again.
	postgresTries = 5
)

// postgresEngine commits each write by itself, READ COMMITTED: what must be
// unique is kept so by constraints, and counters are added to, not set.
type postgresEngine struct {
	s  *Store
	db *sql.DB
}

// migrationLock keeps two hosts from migrating at once; any number will do.
const migrationLock = 7_301_201

func openPostgres(ctx context.Context, s *Store, url string) (*postgresEngine, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "The address of the database is not understood: it looks like postgres://user:password@host:5432/name.", err)
	}
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := preparePostgres(ctx, db); err != nil {
		db.Close()
		return nil, errs.Wrap(errs.Unavailable, "PostgreSQL cannot be used: check that it runs, its address and the password.", err)
	}
	return &postgresEngine{s: s, db: db}, nil
}

func preparePostgres(ctx context.Context, db *sql.DB) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		return err
	}
	defer c.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, migrationLock)
	return migrate(ctx, c, postgres)
}

func (e *postgresEngine) close() error { return e.db.Close() }

func (e *postgresEngine) read(ctx context.Context, fn func(v *View) error) error {
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return errs.Wrap(errs.Unavailable, "The database cannot be read now. Try again in a moment.", err)
	}
	defer tx.Rollback()
	return fn(&View{q: txConn{tx}, d: postgres, clock: e.s.now})
}

func (e *postgresEngine) write(ctx context.Context, fn func(tx *Tx) error) error {
	for try := 1; ; try++ {
		at, err := e.writeOnce(ctx, fn)
		if err == nil {
			if at.Major != 0 {
				e.s.tail.wait(at)
			}
			return nil
		}
		if code := postgresCode(err); try == postgresTries || code != "40001" && code != "40P01" {
			return err
		}
	}
}

func (e *postgresEngine) writeOnce(ctx context.Context, fn func(tx *Tx) error) (at event.Pos, err error) {
	raw, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return at, errs.Wrap(errs.Unavailable, "Nothing can be saved now. Try again in a moment.", err)
	}
	defer raw.Rollback()
	tx := &Tx{View: View{q: txConn{raw}, d: postgres, clock: e.s.now}, Now: e.s.now()}
	if err := fn(tx); err != nil {
		return at, err
	}
	for _, f := range tx.facts {
		text, err := encode(f)
		if err != nil {
			return at, err
		}
		if at, err = one(ctx, &tx.View, errNone, scanPos, `INSERT INTO journal (at_ms, kind, fact) VALUES ($1, $2, $3)
			RETURNING xid, seq`, tx.Now.UnixMilli(), f.Kind(), text); err != nil {
			return at, fmt.Errorf("write journal: %w", err)
		}
	}
	if err := raw.Commit(); err != nil {
		return at, fmt.Errorf("commit: %w", err)
	}
	if len(tx.facts) > 0 {
		e.s.tail.wrote(ctx, tx.Now, tx.facts)
	}
	return at, nil
}

// postgresFault gives the refusal of a text that is no UTF-8 or holds a NUL
// the kind it has; other errors stay as they are.
func postgresFault(err error) error {
	switch postgresCode(err) {
	case "22021", "22P05":
		return errs.Wrap(errs.Invalid, "This text holds characters that cannot be kept.", err)
	}
	return err
}
