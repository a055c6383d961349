package main

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
	_ "modernc.org/sqlite"             // the driver
)

// freshDatabase makes a database on a PostgreSQL server, with a name that ends
// so; without a server it does nothing.
func freshDatabase(server, suffix string) (db string, drop func(), err error) {
	if server == "" {
		return "", func() {}, nil
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, err
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("plaza_load_%d%s", os.Getpid(), suffix)
	if _, err := admin.Exec(`CREATE DATABASE ` + name); err != nil {
		admin.Close()
		return "", nil, fmt.Errorf("make a database: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() {
		admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
		admin.Close()
	}, nil
}

// size is how many bytes the database takes, when all is written to its
// place. The server must not run.
func (s *server) size() (n int64, err error) {
	if s.db != "" {
		db, err := sql.Open("pgx", s.db)
		if err != nil {
			return 0, err
		}
		defer db.Close()
		return n, db.QueryRow(`SELECT pg_database_size(current_database())`).Scan(&n)
	}
	path := filepath.Join(s.data, "plaza.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return 0, err
	}
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(path + end); err == nil {
			n += info.Size()
		}
	}
	return n, nil
}

// fsyncs is how often in a second the disk under dir can be made to keep 4 KB.
func fsyncs(dir string, d time.Duration) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page, n, begin := make([]byte, 4096), 0, time.Now()
	for ; time.Since(begin) < d; n++ {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}
