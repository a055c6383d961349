package store_test

import (
	"os"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A host whose clock is an hour behind learns it from the database.
func TestApart(t *testing.T) {
	url := os.Getenv("PLAZA_TEST_POSTGRES")
	if url == "" {
		t.Skip("skipped: the clock of PostgreSQL, because PLAZA_TEST_POSTGRES names no server")
	}
	s, err := store.Open(t.Context(), store.Options{URL: storetest.Database(t, url), Clock: func() time.Time { return clock.System().Add(-time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if d, err := s.Apart(t.Context()); err != nil || d.Round(30*time.Minute) != time.Hour {
		t.Errorf("apart by %v, %v; want an hour", d, err)
	}
}
