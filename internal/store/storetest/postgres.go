package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/plaza-social/plaza/internal/store"
)

// Database makes a migrated empty database on the server at url, and returns its
// address. It is gone when the test ends.
func Database(t testing.TB, url string) string {
	t.Helper()
	from, err := postgresTemplate(url)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	name := newName()
	t.Cleanup(func() {
		admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
		admin.Close()
	})
	if _, err := admin.Exec(`CREATE DATABASE ` + name + ` TEMPLATE ` + from + ` STRATEGY file_copy`); err != nil {
		t.Fatal(err)
	}
	return at(url, name)
}

const (
	ours   = "plaza_test_"
	nameOf = ours + "%d_%d" // the process, and which of its databases
)

var made atomic.Int64

func newName() string { return fmt.Sprintf(nameOf, os.Getpid(), made.Add(1)) }

// at is the address of another database of a server.
func at(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return ""
	}
	u.Path = "/" + name
	return u.String()
}

// templates are, by the address of their server, what others are copied from:
// that takes a third of the time of migrating one.
var templates struct {
	sync.Mutex
	names map[string]string
}

func postgresTemplate(url string) (string, error) {
	templates.Lock()
	defer templates.Unlock()
	if name := templates.names[url]; name != "" {
		return name, nil
	}
	name := newName()
	if err := makeTemplate(url, name); err != nil {
		return "", err
	}
	if templates.names == nil {
		templates.names = map[string]string{}
	}
	templates.names[url] = name
	return name, nil
}

func makeTemplate(url, name string) error {
	ctx := context.Background()
	admin, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer admin.Close()
	if err := sweep(admin); err != nil {
		return err
	}
	if _, err := admin.Exec(`CREATE DATABASE ` + name); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{URL: at(url, name), Clock: still})
	if err != nil {
		return err
	}
	return s.Close()
}

// sweep takes away what processes left that are gone: nobody tells us when the
// last test is over.
func sweep(admin *sql.DB) error {
	rows, err := admin.Query(`SELECT datname FROM pg_database WHERE starts_with(datname, '` + ours + `')`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var gone []string
	for rows.Next() {
		var name string
		var pid, n int
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if _, err := fmt.Sscanf(name, nameOf, &pid, &n); err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			gone = append(gone, name)
		}
	}
	for _, name := range gone {
		admin.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`) // another may do the same
	}
	return rows.Err()
}
