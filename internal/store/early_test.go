package store_test

import (
	"context"
	"database/sql"
	"os"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// While a long transaction elsewhere holds the journal up, every process still
// forgets what was changed: by its own writes at once, by others' soon.
func TestWatchEarlyDoesNotWaitForOthers(t *testing.T) {
	url := os.Getenv("PLAZA_TEST_POSTGRES")
	if url == "" {
		t.Skip("skipped: needs PLAZA_TEST_POSTGRES")
	}
	url = storetest.Database(t, url)
	s, err := store.Open(t.Context(), store.Options{URL: url, Clock: time.Now, Patience: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	host, err := store.Open(t.Context(), store.Options{URL: url, Clock: time.Now, Patience: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	other := make(chan event.Fact, 10)
	host.WatchEarly(func(_ context.Context, rs []event.Record) { other <- rs[0].Fact })
	own, tail := make(chan event.Fact, 10), make(chan event.Fact, 10)
	into := func(c chan event.Fact) store.Watcher {
		return func(_ context.Context, rs []event.Record) { c <- rs[0].Fact }
	}
	s.WatchEarly(into(own))
	s.Watch(into(tail))

	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	long, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer long.Rollback()
	if _, err := long.Exec(`SELECT pg_current_xact_id()`); err != nil {
		t.Fatal(err)
	}
	want := event.AccessChanged{Account: 7}
	if err := s.Write(t.Context(), func(tx *store.Tx) error { tx.Record(want); return nil }); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-own:
		if got != want {
			t.Errorf("own = %v, want %v", got, want)
		}
	default:
		t.Error("the write was answered before its own watchers had its fact")
	}
	select {
	case got := <-tail:
		t.Errorf("the journal gave %v over the head of a transaction under way", got)
	default:
	}
	if got := <-other; got != want {
		t.Errorf("on another host = %v, want %v", got, want)
	}
	if err := long.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := <-tail; got != want {
		t.Errorf("tail = %v, want %v", got, want)
	}
}
