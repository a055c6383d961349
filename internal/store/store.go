// Package store is where the network is kept: all SQL, for both engines.
//
// Reads and writes happen inside Read and Write. A write's facts are recorded
// by Tx.Record and numbered at the very end of the transaction, so that the
// journal has no gaps and its order is the order of commits, on both engines.
//
// SQL is written once, in the words that SQLite and PostgreSQL share, with $1
// for parameters. Where the engines differ, see dialect.go.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/event"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL
	_ "modernc.org/sqlite"             // SQLite
)

//go:embed schema
var schema embed.FS

// Store is an open database.
type Store struct {
	db      *sql.DB
	dialect dialect
	now     clock.Clock

	mu   sync.Mutex
	wake []chan struct{}
}

// Open opens the database named by url: postgres://… or a file's path.
func Open(ctx context.Context, url string, now clock.Clock) (*Store, error) {
	d := dialectOf(url)
	db, err := sql.Open(d.driver, d.dsn(url))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.name, err)
	}
	s := &Store{db: db, dialect: d, now: now}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("bring the schema up to date: %w", err)
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(schema, "schema/"+s.dialect.name+"/*.sql")
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)`); err != nil {
		return err
	}
	for _, name := range names {
		if err := s.migrateOne(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (s *Store) migrateOne(ctx context.Context, name string) error {
	text, err := schema.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	res, err := tx.ExecContext(ctx, `INSERT INTO migrations (name) VALUES ($1) ON CONFLICT DO NOTHING`, name)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	return tx.Commit()
}

// Tx is a write in progress.
type Tx struct {
	View
	Now   time.Time // one moment for the whole transaction
	facts []event.Fact
}

// View is a consistent look at the database. A Tx is one too.
type View struct {
	tx *sql.Tx
	d  dialect
}

// Record notes that f happened. It takes effect if and when the write commits.
func (tx *Tx) Record(f event.Fact) { tx.facts = append(tx.facts, f) }

// Read runs fn on one consistent view.
func (s *Store) Read(ctx context.Context, fn func(v *View) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: s.dialect.readOnlyTx})
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer tx.Rollback()
	return fn(&View{tx: tx, d: s.dialect})
}

// Write runs fn in one transaction and commits it, unless fn fails. It may
// run fn more than once, so fn touches nothing but tx and its own results.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	for try := 1; ; try++ {
		err := s.writeOnce(ctx, fn)
		if err == nil || try == 5 || !s.dialect.retry(err) {
			return err
		}
	}
}

func (s *Store) writeOnce(ctx context.Context, fn func(tx *Tx) error) error {
	raw, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	defer raw.Rollback()
	tx := &Tx{View: View{tx: raw, d: s.dialect}, Now: s.now()}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.writeJournal(ctx); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if len(tx.facts) > 0 {
		s.ring()
	}
	return nil
}

// writeJournal takes the numbers last, so the lock on the head row is held
// only from here to the commit.
func (tx *Tx) writeJournal(ctx context.Context) error {
	n := int64(len(tx.facts))
	if n == 0 {
		return nil
	}
	var head int64
	if err := tx.tx.QueryRowContext(ctx, `UPDATE journal_head SET seq = seq + $1 WHERE id = 1 RETURNING seq`, n).Scan(&head); err != nil {
		return err
	}
	for i, f := range tx.facts {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		if _, err := tx.tx.ExecContext(ctx, `INSERT INTO journal (seq, at_ms, kind, fact) VALUES ($1, $2, $3, $4)`,
			head-n+1+int64(i), tx.Now.UnixMilli(), f.Kind(), string(b)); err != nil {
			return err
		}
	}
	return nil
}

// Bell returns a channel that receives when new facts may be in the journal.
func (s *Store) Bell() <-chan struct{} {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake = append(s.wake, c)
	return c
}

func (s *Store) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.wake {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
