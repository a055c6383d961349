package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
)

const (
	postgresConns = 20
	// postgresWrites is how many of them may be busy with writes: a server that
	// waits for another host keeps those, and reading goes on.
	postgresWrites = 15
	// postgresTries is how often a write runs when the server asks for it to
	// be run again.
	postgresTries = 5
)

// postgresEngine commits each write by itself, READ COMMITTED: what must be
// unique is kept so by constraints, and counters are added to, not set.
type postgresEngine struct {
	s           *Store
	db          *sql.DB
	connectWait time.Duration
	most        time.Duration // for one statement
	mostCommit  time.Duration // for a commit until its caller is told
	presence    presence
	writes      chan struct{} // holds one for each write under way
	late        atomic.Int32  // commits that go on after their callers were told
	life        context.Context
	stop        context.CancelFunc
}

// migrationLock keeps two hosts from migrating at once; any number will do.
const migrationLock = 7_301_201

func openPostgres(ctx context.Context, s *Store, url string) (*postgresEngine, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "The address of the database is not understood: it looks like postgres://user:password@host:5432/name.", err)
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = postgresConnect
	}
	c.DialFunc = dialer.DialContext
	db := stdlib.OpenDB(*c, stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false })) // begin finds out
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := preparePostgres(ctx, db, s.follows); err != nil {
		db.Close()
		if e := (*errs.Error)(nil); errors.As(err, &e) {
			return nil, err
		}
		return nil, errs.Wrap(errs.Unavailable, "PostgreSQL cannot be used: check that it runs, its address and the password.", err)
	}
	all := time.Duration(1+len(c.Fallbacks)) * c.ConnectTimeout
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	return &postgresEngine{s: s, db: db, connectWait: min(postgresBegin+all, postgresConnectMost), most: postgresStatement, mostCommit: postgresStatement,
		writes: make(chan struct{}, postgresWrites), life: life, stop: stop}, nil
}

func preparePostgres(ctx context.Context, db *sql.DB, follow bool) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if follow {
		return mustFit(ctx, c, postgres)
	}
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrationLock); err != nil {
		return err
	}
	defer c.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, migrationLock)
	return migrate(ctx, c, postgres)
}

func (e *postgresEngine) close() error {
	e.stop()
	return e.db.Close()
}

func (e *postgresEngine) read(ctx context.Context, fn func(v *View) error) error {
	tx, err := e.begin(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return awayFault(ctx, err, errNoRead)
	}
	defer tx.end()
	return awayFault(ctx, fn(&View{q: txConn{tx.Tx, e.most}, d: postgres, clock: e.s.now, keys: e.s.keys.Load()}), errNoRead)
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
		code := postgresCode(err)
		if code == readOnly {
			e.dropIdle()
		}
		if errors.Is(err, ErrUnknown) || try == postgresTries || code != "40001" && code != "40P01" {
			return awayFault(ctx, err, errNoWrite)
		}
	}
}

func (e *postgresEngine) writeOnce(ctx context.Context, fn func(tx *Tx) error) (at event.Pos, err error) {
	free, err := e.slot(ctx)
	if err != nil {
		return at, err
	}
	raw, err := e.begin(ctx, nil)
	if err != nil {
		free()
		return at, err
	}
	defer func() {
		if raw.end(); raw.ended == nil {
			free()
		}
	}()
	tx := &Tx{View: View{q: txConn{raw.Tx, e.most}, d: postgres, clock: e.s.now, keys: e.s.keys.Load()}, Now: e.s.now()}
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
	if err := e.commit(ctx, raw, free); err != nil {
		return at, fmt.Errorf("commit: %w", err)
	}
	if len(tx.facts) > 0 {
		e.s.tail.wrote(ctx, tx.Now, tx.facts)
	}
	return at, nil
}

// commit commits, and counts what is late.
func (e *postgresEngine) commit(ctx context.Context, raw *session, free func()) error {
	leave, err := e.s.enter()
	if err != nil {
		return err
	}
	over := make(chan struct{})
	err = raw.commit(ctx, func() {
		leave()
		free()
		close(over)
	})
	if raw.ended == nil {
		leave()
	}
	if errors.Is(err, errLate) {
		e.late.Add(1)
		go func() {
			<-over
			e.late.Add(-1)
		}()
	}
	return err
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
