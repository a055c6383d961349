package apptest

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// ReadOnly runs a server that only reads, in the name of s and with its files:
// over a copy of its database, or, on PostgreSQL, over the same one.
func (s *Server) ReadOnly(t testing.TB) *Server {
	t.Helper()
	c := s.Config
	c.Data = t.TempDir()
	if err := os.CopyFS(c.Data, os.DirFS(s.Config.Data)); err != nil {
		t.Fatal(err)
	}
	if s.Config.DB == "" {
		s.copyDatabase(t, c.Database())
	}
	return s.second(t, app.Options{Config: c, ReadOnly: true})
}

// Renew brings to other, a read-only copy of s on SQLite, what is in the
// database of s now, page by page, as a follower does.
func (s *Server) Renew(t testing.TB, other *Server) error {
	t.Helper()
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	s.copyDatabase(t, fresh)
	b, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	return other.Store.Renew(t.Context(), func() error {
		f, err := os.OpenFile(other.Config.Database(), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		for at := 0; at < len(b); at += pageSize {
			if _, err := f.WriteAt(b[at:min(at+pageSize, len(b))], int64(at)); err != nil {
				return err
			}
		}
		return f.Truncate(int64(len(b)))
	})
}

const pageSize = 4096

// copyDatabase puts what is in the file of s into another, which has a rollback
// journal then, as a file that a follower writes.
func (s *Server) copyDatabase(t testing.TB, path string) {
	t.Helper()
	left, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		os.Remove(f)
	}
	db, err := sql.Open("sqlite", storetest.Patient(s.Config.Database()))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `VACUUM INTO '`+strings.ReplaceAll(path, "'", "''")+`'`); err != nil {
		t.Fatal(err)
	}
}

// Second runs another server over the same database as s, which has to be
// PostgreSQL.
func (s *Server) Second(t testing.TB, change func(*conf.Config)) *Server {
	t.Helper()
	c := s.Config
	c.Data = t.TempDir()
	change(&c)
	return s.second(t, app.Options{Config: c})
}

func (s *Server) second(t testing.TB, o app.Options) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	other := &Server{URL: "http://" + l.Addr().String(), t: t}
	o.Clock, o.Log, o.Sender, o.Outward, o.Reads = clock.System, logOf(t), other, Outward(), other.reads
	if other.App, err = app.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	other.serve(t, l)
	return other
}

// serve serves until the test ends.
func (s *Server) serve(t testing.TB, l net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	s.end = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, app.ErrRenamed) {
			t.Errorf("serve: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(s.end)
}
