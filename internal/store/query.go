package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A querier runs statements on one connection.
type querier interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	// within bounds how long a query and its rows may take.
	within(ctx context.Context) (context.Context, context.CancelFunc)
}

// conn is a connection that prepares each statement once.
type conn struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
}

func (c *conn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	s, err := c.c.PrepareContext(ctx, query)
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

// close ends the statements too: SQLite does not close a file, nor fold its
// log into it, while there is one.
func (c *conn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.c.Close()
}

// The driver starts a goroutine for each statement whose context can be
// cancelled, which costs more than most of our statements do.

func (c *conn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *conn) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	s, err := c.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// A file answers by itself; what waits in it has busyMillis.
func (c *conn) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return ctx, func() {}
}

// txConn is a PostgreSQL transaction; pgx prepares by itself.
type txConn struct {
	tx   *sql.Tx
	most time.Duration // for one statement
}

func (c txConn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rs, err := c.tx.QueryContext(ctx, query, args...)
	return rs, postgresFault(err)
}

func (c txConn) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, done := c.within(ctx)
	defer done()
	res, err := c.tx.ExecContext(ctx, query, args...)
	return res, postgresFault(err)
}

func (c txConn) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.most)
}

// A row is what can be scanned, and by which keys what is sealed in it is opened.
type row interface {
	Scan(...any) error
	ring() *keyring
}

// lockedRow is a row of a query.
type lockedRow struct {
	*sql.Rows
	keys *keyring
}

func (r lockedRow) ring() *keyring { return r.keys }

// rows reads all rows of a query with scan.
func rows[T any](ctx context.Context, v *View, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	ctx, done := v.q.within(ctx)
	defer done()
	rs, err := v.q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var all []T
	from := row(lockedRow{rs, v.keys})
	for rs.Next() {
		one, err := scan(from)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rs.Err()
}

// list reads a column.
func list[T any](ctx context.Context, v *View, query string, args ...any) ([]T, error) {
	return rows(ctx, v, func(r row) (one T, err error) { return one, r.Scan(&one) }, query, args...)
}

// one reads the one row of a query with scan; missing is the error if there
// is none.
func one[T any](ctx context.Context, v *View, missing error, scan func(row) (T, error), query string, args ...any) (T, error) {
	all, err := rows(ctx, v, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

// errNone is what value answers when there is no row.
var errNone = errors.New("no row")

// value reads a single value, or errNone.
func value[T any](ctx context.Context, v *View, query string, args ...any) (T, error) {
	return one(ctx, v, errNone, func(r row) (t T, err error) { return t, r.Scan(&t) }, query, args...)
}

// exec runs a statement and tells how many rows it touched.
func (tx *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := tx.q.exec(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
