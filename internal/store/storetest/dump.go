package storetest

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Dump is all that is in the database at url: of each table how many rows there
// are, and a digest of them whatever their order.
func Dump(t testing.TB, url string) map[string]string {
	t.Helper()
	tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if strings.HasPrefix(url, "postgres") {
		tables = `SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	db := beside(t, url)
	out := map[string]string{}
	for _, table := range rowsOf(t, db, tables) {
		all := rowsOf(t, db, `SELECT * FROM "`+table+`"`)
		slices.Sort(all)
		sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
		out[table] = fmt.Sprintf("%d rows %s", len(all), hex.EncodeToString(sum[:8]))
	}
	return out
}

// Idle makes it that long that any session and token at url was used.
func Idle(t testing.TB, url string, d time.Duration) {
	t.Helper()
	db := beside(t, url)
	for _, table := range []string{"sessions", "tokens"} {
		if _, err := db.ExecContext(t.Context(), `UPDATE `+table+` SET used_ms = used_ms - $1`, d.Milliseconds()); err != nil {
			t.Fatal(err)
		}
	}
}

// Patient is the database at url, whose file is waited for while others write it.
func Patient(url string) string {
	if strings.HasPrefix(url, "postgres") {
		return url
	}
	return url + "?_pragma=busy_timeout(60000)"
}

// beside opens the database at url beside whoever uses it.
func beside(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(url, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, Patient(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Changed are the tables of which two dumps differ.
func Changed(before, after map[string]string) (tables []string) {
	for _, m := range []map[string]string{before, after} {
		for table := range m {
			if before[table] != after[table] && !slices.Contains(tables, table) {
				tables = append(tables, table)
			}
		}
	}
	slices.Sort(tables)
	return tables
}

func rowsOf(t testing.TB, db *sql.DB, query string) (all []string) {
	t.Helper()
	rs, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Close()
	columns, err := rs.Columns()
	if err != nil {
		t.Fatal(err)
	}
	cells, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		to[i] = &cells[i]
	}
	for rs.Next() {
		if err := rs.Scan(to...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(cells))
		for i, c := range cells {
			line[i] = fmt.Sprint(c)
		}
		all = append(all, strings.Join(line, "\x00"))
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
