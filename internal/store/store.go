// Package store is where the network is kept: all SQL, for both engines.
//
// Reads and writes happen inside Read and Write. A write that returned nil is
// on the disk, and the watchers of this process have seen what it recorded.
//
// SQL is written once, in the words that SQLite and PostgreSQL share, with $1
// for parameters. Where the engines differ, see dialect.go; how each commits
// stands in sqlite.go and postgres.go, who is told of it in tail.go.
package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// Options say which database to open.
type Options struct {
	URL   string // postgres://… or a file's path
	Clock clock.Clock
	Log   *slog.Logger
	// Patience is how long a write waits for this process's watchers, which
	// on PostgreSQL a long transaction elsewhere can hold up. Zero is a second.
	Patience time.Duration
	// Follow opens a database that another program writes, as it is: nothing is
	// migrated and nothing written, the gate is shut for good. See Renew.
	Follow bool

	// May, if it is not nil, is asked before each commit, and its error is what
	// writes are answered as if the gate were shut with it.
	May func() error

	// For SQLite. Captured says that somebody copies what is written to the
	// write-ahead log, and decides when that is written back into the file.
	Captured bool
	// Copied, if it is not nil, is told of each commit, and what it returns is
	// waited for before its writes are answered: an error says that they are
	// on this disk alone.
	Copied func() (wait func(context.Context) error)
	// BeginLog, if it is captured, has whoever does that begin the log anew; nil is
	// nobody.
	BeginLog func(context.Context) error
}

// emptying is how the log is emptied.
func (o Options) emptying() func(context.Context, *Store) error {
	switch {
	case o.BeginLog != nil:
		return func(ctx context.Context, s *Store) error { return emptyCaptured(ctx, s, o.URL, o.BeginLog) }
	case o.Captured:
		return func(context.Context, *Store) error { return nil }
	}
	return func(ctx context.Context, _ *Store) error { return emptyLog(ctx, o.URL) }
}

// An engine keeps the rows and makes commits durable.
type engine interface {
	read(ctx context.Context, fn func(v *View) error) error
	// write commits fn and what it recorded, and calls told once the tail has
	// it, or answers the error that kept it from being committed.
	write(ctx context.Context, fn func(tx *Tx) error) error
	close() error
}

// Store is an open database.
type Store struct {
	engine  engine
	dialect dialect
	now     clock.Clock
	log     *slog.Logger
	tail    *tail
	gate    gate
	may     func() error // see Options
	follows bool
	empty   func(context.Context, *Store) error // see Options
	keys    atomic.Pointer[keyring]             // see Unlock

	mu    sync.Mutex
	bells map[string]map[int]func() // by kind of job
	hung  int                       // of the last bell
}

// Open opens the database and brings its schema up to date. An error says what
// is wrong with the folder, the file or the server.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{dialect: dialectOf(o.URL), now: o.Clock, log: o.Log, follows: o.Follow, may: o.May, empty: o.emptying()}
	if s.follows {
		s.Shut(errFollows)
	}
	if o.Patience == 0 {
		o.Patience = time.Second
	}
	s.tail = newTail(s, o.Patience)
	var err error
	if s.dialect.name == sqlite.name {
		s.engine, err = openSQLite(ctx, s, o)
	} else {
		s.engine, err = openPostgres(ctx, s, o.URL)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.dialect.name, err)
	}
	if err := s.tail.start(ctx); err != nil {
		s.engine.close()
		return nil, fmt.Errorf("find the end of the journal: %w", err)
	}
	return s, nil
}

// Close waits for the writes under way and closes the database.
func (s *Store) Close() error {
	err := s.engine.close()
	s.tail.stop()
	return err
}

// Engine names the engine: "sqlite" or "postgres".
func (s *Store) Engine() string { return s.dialect.name }

// View is a consistent look at the database. A Tx is one too.
type View struct {
	q     querier
	d     dialect
	clock clock.Clock
	keys  *keyring
}

// Tx is a write in progress.
type Tx struct {
	View
	Now   time.Time // one moment for the whole transaction
	facts []event.Fact
	due   []string // kinds of jobs that were added to be done at once

	evidence []pending // that gets its place in the log last
	erased   []erasing
}

// Record notes that f happened. It takes effect if and when the write commits.
func (tx *Tx) Record(f event.Fact) { tx.facts = append(tx.facts, f) }

// Read runs fn on one consistent view.
func (s *Store) Read(ctx context.Context, fn func(v *View) error) error {
	return s.engine.read(ctx, fn)
}

// Write runs fn in one transaction and commits it, unless fn fails. It may
// run fn more than once, so fn touches nothing but tx and its own results.
// When it returns nil the rows are on the disk, and every watcher of this
// process has been given the facts.
//
// An error of kind Unavailable may come of what is beneath: the gate is shut,
// the disk is full, the server is away. If it is Unknown, too, the rows may be
// there or not.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if err := s.Gate(); err != nil {
		return err
	}
	var due []string
	err := s.engine.write(ctx, func(tx *Tx) error {
		err := fn(tx)
		if err == nil {
			err = tx.log(ctx)
		}
		due = tx.due
		return err
	})
	if err == nil {
		s.ringFor(due)
	}
	return err
}

// WriteFor is Write for what somebody may do to their own things one at a time,
// such as counting them and adding one: whoever asks twice at once waits for
// the first. What it is for stands before an error.
func (s *Store) WriteFor(ctx context.Context, by social.Actor, what string, fn func(tx *Tx) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if err := s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.HoldAccount(ctx, by.Account); err != nil {
			return err
		}
		return fn(tx)
	}); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Now is the time by which this store writes.
func (s *Store) Now() time.Time { return s.now() }

// Apart is how far the clock of the database's host is ahead of this store's.
// Without a host of its own a database has no other clock.
func (s *Store) Apart(ctx context.Context) (d time.Duration, err error) {
	if s.dialect.name != postgres.name {
		return 0, nil
	}
	err = s.Read(ctx, func(v *View) error {
		there, err := value[int64](ctx, v, `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`)
		d = moment(there).Sub(s.now())
		return err
	})
	return d, err
}
