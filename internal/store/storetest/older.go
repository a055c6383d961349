package storetest

import (
	"database/sql"
	"errors"
	"testing"
)

// Older makes an SQLite database one that an older program left: it lacks a
// migration, which this one would make.
func Older(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `DELETE FROM migrations WHERE name = '20261126T1701_merged.sql'; DROP TABLE merged_posts`)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
