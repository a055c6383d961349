package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"

	"github.com/plaza-social/plaza/internal/base/errs"
)

//go:embed schema
var schema embed.FS

// migrate runs the migrations that db has not seen, in the order of their
// names: all of them or, if one fails, none.
func migrate(ctx context.Context, db *sql.Conn, d dialect) error {
	names, err := fs.Glob(schema, "schema/"+d.name+"/*.sql")
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)`); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, name := range names {
		known[path.Base(name)] = true
		if err := migrateOne(ctx, tx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := refuseNewer(ctx, tx, known); err != nil {
		return err
	}
	return tx.Commit()
}

func migrateOne(ctx context.Context, tx *sql.Tx, name string) error {
	text, err := schema.ReadFile(name)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO migrations (name) VALUES ($1) ON CONFLICT DO NOTHING`, path.Base(name))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, string(text))
	return err
}

// refuseNewer keeps an older program off a newer program's database.
func refuseNewer(ctx context.Context, tx *sql.Tx, known map[string]bool) error {
	rs, err := tx.QueryContext(ctx, migrationNames)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var name string
		if err := rs.Scan(&name); err != nil {
			return err
		}
		if !known[name] {
			return errNewer(name)
		}
	}
	return rs.Err()
}

func errNewer(name string) error {
	return errs.Newf(errs.Unavailable, "This database belongs to a newer version of Plaza (it has %s): run that version, or restore the backup made before the upgrade.", name)
}
