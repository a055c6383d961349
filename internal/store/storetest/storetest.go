// Package storetest opens a fresh, migrated database for a test, on every
// engine at hand: always SQLite, and PostgreSQL where PLAZA_TEST_POSTGRES
// names a server.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/store"
)

// Noon is when tests happen.
var Noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// Each runs fn as a subtest on every engine.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, SQLite(t)) })
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, Postgres(t, url)) })
	}
}

// EachTimed is Each with a clock that fn moves.
func EachTimed(t *testing.T, fn func(t *testing.T, s *store.Store, c *Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		c := &Clock{}
		fn(t, openSQLite(t, c.Now), c)
	})
	if url := os.Getenv("PLAZA_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			c := &Clock{}
			fn(t, openPostgres(t, url, c.Now), c)
		})
	}
}

// Clock stands still, at Noon at first, until it is moved.
type Clock struct{ since atomic.Int64 }

// Now is what it shows.
func (c *Clock) Now() time.Time { return Noon.Add(time.Duration(c.since.Load())) }

// Pass moves it by d.
func (c *Clock) Pass(d time.Duration) { c.since.Add(int64(d)) }

// template is a migrated empty database, made once for each test binary.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "plaza-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "t.db")
	s, err := store.Open(context.Background(), store.Options{URL: path, Clock: still})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // closing folds the log into the file
		return nil, err
	}
	return os.ReadFile(path)
})

func still() time.Time { return Noon }

// SQLite opens a copy of the template.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return openSQLite(t, still)
}

func openSQLite(t testing.TB, now clock.Clock) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	Prepare(t, path)
	return open(t, path, now)
}

// Prepare puts a copy of the template at path.
func Prepare(t testing.TB, path string) {
	t.Helper()
	b, err := template()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Postgres opens a database of its own on the server at url.
func Postgres(t testing.TB, url string) *store.Store {
	t.Helper()
	return openPostgres(t, url, still)
}

func openPostgres(t testing.TB, url string, now clock.Clock) *store.Store {
	t.Helper()
	return open(t, Database(t, url), now)
}

// patience is more than a second, because many tests share the server, and
// each holds up what the others' watchers are told.
const patience = time.Minute

func open(t testing.TB, url string, now clock.Clock) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, Clock: now, Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock([]byte("the key of a house in a test")); err != nil {
		t.Fatal(err)
	}
	addresses.Store(s, url)
	t.Cleanup(func() {
		addresses.Delete(s)
		s.Close()
	})
	return s
}

// Proof is that something is in the log of evidence, for what asks for it.
func Proof(t testing.TB, tx *store.Tx) store.Proof {
	t.Helper()
	p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeDecision, Body: "of a test"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
