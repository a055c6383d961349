package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// CopyInto writes one moment of a SQLite database into a file that is not there
// yet, while others write. The copy is made anew from what is in the rows, has
// nothing of its pages or its log, and needs as much room as it has.
func CopyInto(ctx context.Context, file, to string) error {
	db, err := openFile(file)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, to); err != nil {
		return sqliteError("The database cannot be copied", err)
	}
	return nil
}

// openFile opens a database for one who reads it, whatever wrote it.
func openFile(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", sqliteDSN(Options{URL: file, Follow: true}))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// Contents is what is in the file of a database, by which it is known again.
type Contents struct {
	Schema  string           `json:"schema"`  // the last migration
	Journal int64            `json:"journal"` // the number of the last fact
	Rows    map[string]int64 `json:"rows"`    // of each table
}

// ContentsOf counts what is in the file of a database, which may be of an older
// program or a newer one.
func ContentsOf(ctx context.Context, file string) (c Contents, err error) {
	db, err := openFile(file)
	if err != nil {
		return c, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, `SELECT (SELECT max(name) FROM migrations), (SELECT seq FROM journal_head WHERE id = 1)`).Scan(&c.Schema, &c.Journal); err != nil {
		return c, fmt.Errorf("what is in the database: %w", err)
	}
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return c, fmt.Errorf("what is in the database: %w", err)
	}
	c.Rows = make(map[string]int64, len(tables))
	for _, t := range tables {
		var n int64
		if err := db.QueryRowContext(ctx, `SELECT count(*) FROM "`+strings.ReplaceAll(t, `"`, `""`)+`"`).Scan(&n); err != nil {
			return c, fmt.Errorf("count %s: %w", t, err)
		}
		c.Rows[t] = n
	}
	return c, nil
}

// tablesOf are those that hold rows: what a virtual one holds is in others.
func tablesOf(ctx context.Context, db *sql.DB) (names []string, err error) {
	rs, err := db.QueryContext(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var name string
		if err := rs.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rs.Err()
}
