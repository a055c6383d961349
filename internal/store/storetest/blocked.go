package storetest

import (
	"testing"

	"github.com/plaza-social/plaza/internal/store"
)

// Blocked waits until so many transactions of a store on PostgreSQL wait for
// what others hold. On SQLite, where there is one at a time, nobody does.
func Blocked(t testing.TB, s *store.Store, n int) {
	t.Helper()
	url, ok := addresses.Load(s)
	if !ok {
		t.Fatal("this store was not opened by storetest")
	}
	if s.Engine() != "postgres" {
		return
	}
	db := beside(t, url.(string))
	for range 6000 { // each a hundredth of a second
		var waiting int
		if err := db.QueryRowContext(t.Context(), `WITH pause AS MATERIALIZED (SELECT pg_sleep(0.01))
			SELECT COUNT(*) FROM pause, pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting >= n {
			return
		}
	}
	t.Fatalf("%d transactions were to wait for each other", n)
}
