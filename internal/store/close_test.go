package store_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/store"
)

// Whoever stops the server and copies the one file has everything.
func TestCloseFoldsTheLogIntoTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plaza.db")
	s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Read(t.Context(), func(v *store.View) error { return v.Ping(t.Context()) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.Stat(path + "-wal"); err == nil {
		t.Errorf("a log of %d bytes is left beside the file", left.Size())
	}
}

// Who came in just before it was closed is not left waiting for a connection that
// nobody gives back.
func TestCloseLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "plaza.db"), Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err = s.Read(closing{ctx, sync.OnceFunc(func() { s.Close() })}, func(*store.View) error { return nil })
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("the read ended with %v", err)
	}
}

// closing is a context that has something done when somebody begins to wait.
type closing struct {
	context.Context
	do func()
}

func (c closing) Done() <-chan struct{} {
	c.do()
	return c.Context.Done()
}
