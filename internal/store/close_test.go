package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
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
