package storetest

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// A Witness looks into the file of a database on SQLite, beside whoever uses
// it: to see that something had no effect at all.
type Witness struct {
	t  testing.TB
	db *sql.DB
}

// NewWitness looks into the file at path until the test ends.
func NewWitness(t testing.TB, path string) *Witness {
	t.Helper()
	db, err := sql.Open("sqlite", Patient(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &Witness{t, db}
}

// passing are tables that say nothing of what happened: what is being done,
// how far it is, when other servers were asked, how often posts were viewed, and how much of the log of evidence
// is signed.
var passing = map[string]bool{"contacts": true, "post_views": true, "public_keys": true, "peers": true, "jobs": true, "cursors": true, "queues": true, "journal_head": true,
	"activities": true, "deliveries": true, "spreads": true, "own_keys": true, "evidence_checkpoints": true, "evidence_tiles": true, "evidence_stamps": true}

// State is how many rows each table has, and a digest of them.
func (w *Witness) State() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for _, table := range w.column(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		if !passing[table] && !strings.HasPrefix(table, "search_") {
			out[table] = w.digest(table)
		}
	}
	return out
}

// CaughtUp reports whether all of so many followers have read the whole journal. Who
// never read it has no cursor yet.
func (w *Witness) CaughtUp(followers int) bool {
	w.t.Helper()
	return w.column(`SELECT COUNT(*) FROM cursors`)[0] == strconv.Itoa(followers) && w.column(`SELECT COUNT(*) FROM cursors WHERE major < (SELECT COALESCE(MAX(seq), 0) FROM journal)`)[0] == "0"
}

func (w *Witness) digest(table string) string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), `SELECT * FROM "`+table+`"`)
	w.must(err)
	defer rows.Close()
	columns, err := rows.Columns()
	w.must(err)
	sum, n := sha256.New(), 0
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		w.must(rows.Scan(cells...))
		for _, c := range cells {
			fmt.Fprintf(sum, "%v\x00", *c.(*any))
		}
		n++
	}
	w.must(rows.Err())
	return fmt.Sprintf("%d rows %s", n, hex.EncodeToString(sum.Sum(nil)[:8]))
}

func (w *Witness) column(query string) (out []string) {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), query)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var s string
		w.must(rows.Scan(&s))
		out = append(out, s)
	}
	w.must(rows.Err())
	return out
}

func (w *Witness) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Jobs are the keys of the jobs of a kind, in the order of the numbers that they
// end with.
func (w *Witness) Jobs(kind string) []string {
	w.t.Helper()
	return w.column(`SELECT unique_key FROM jobs WHERE kind = '` + kind + `' ORDER BY CAST(substr(unique_key, instr(unique_key, ' ') + 1) AS INTEGER)`)
}

// Whole has SQLite look at every page.
func (w *Witness) Whole() {
	w.t.Helper()
	if got := w.column(`PRAGMA integrity_check`); len(got) != 1 || got[0] != "ok" {
		w.t.Fatalf("the database is broken: %q", got)
	}
}
