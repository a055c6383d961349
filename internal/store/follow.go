package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"

	sqlitelib "modernc.org/sqlite/lib"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
)

var errFollows = errs.New(errs.Unavailable, "This is a copy that follows; it can be read, and not written to at the moment.")

// ErrJump is what Renew answers when watchers cannot be told of all that
// happened between what was there and what is there now. What they hold in
// memory is wrong then: close the store and open it again.
var ErrJump = errors.New("the database has jumped: open it again")

// Renew runs fn, which changes the file of a store that follows, while nobody
// reads it: it waits for the reads under way and holds back new ones. fn
// writes pages into the file as it is, which has to be in a rollback journal's
// mode before and after; it does not put another file in its place.
//
// What fn wrote is what is read from then on, also if an error says that the
// schema is no longer ours, or is ErrJump.
func (s *Store) Renew(ctx context.Context, fn func() error) error {
	e, ok := s.engine.(*sqliteEngine)
	if !ok || !s.follows {
		return errors.New("renew: this store does not follow a file")
	}
	defer s.tail.ring() // when they read again
	return e.renew(ctx, fn)
}

func (e *sqliteEngine) renew(ctx context.Context, fn func() error) error {
	e.turn.Lock()
	defer e.turn.Unlock()
	if e.isClosed() {
		return errClosed
	}
	var held []*conn
	defer func() {
		for _, c := range held {
			e.readers <- c
		}
	}()
	for range sqliteReaders {
		select {
		case c := <-e.readers:
			held = append(held, c)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := fn(); err != nil {
		return fmt.Errorf("renew: %w", err)
	}
	for _, c := range held { // what they have cached is not to be believed, whatever the change counter says
		if _, err := c.exec(ctx, `PRAGMA shrink_memory`); err != nil {
			return sqliteError("The database cannot be read", err)
		}
	}
	c := held[0]
	if _, err := c.exec(ctx, `BEGIN`); err != nil {
		return sqliteError("The database cannot be read", err)
	}
	defer c.exec(ctx, `ROLLBACK`)
	return sqliteFault("The database cannot be read", e.compare(ctx, &View{q: c, d: e.s.dialect, clock: e.s.now, keys: e.s.keys.Load()}))
}

// compare reports what keeps us from going on with what v shows as if it had
// been written here.
func (e *sqliteEngine) compare(ctx context.Context, v *View) error {
	names, err := list[string](ctx, v, migrationNames)
	if err == nil {
		err = fits(v.d, names)
	}
	if err != nil {
		return err
	}
	e.s.tail.mu.Lock()
	at := e.s.tail.at
	e.s.tail.mu.Unlock()
	head, err := one(ctx, v, errNone, scanPos, `SELECT seq, 0 FROM journal_head WHERE id = 1`)
	if err != nil || head == at {
		return err
	}
	next, err := v.Facts(ctx, at, 1)
	if err != nil {
		return err
	}
	if head.Before(at) || len(next) == 0 || next[0].Pos != (event.Pos{Major: at.Major + 1}) {
		return ErrJump
	}
	return nil
}

const migrationNames = `SELECT name FROM migrations`

// fits refuses a database with other migrations than this program's, where
// none can be run.
func fits(d dialect, names []string) error {
	files, err := fs.Glob(schema, "schema/"+d.name+"/*.sql")
	if err != nil {
		return err
	}
	missing := map[string]bool{}
	for _, f := range files {
		missing[path.Base(f)] = true
	}
	for _, name := range names {
		if !missing[name] {
			return errNewer(name)
		}
		delete(missing, name)
	}
	for _, f := range files {
		if missing[path.Base(f)] {
			return errs.Newf(errs.Unavailable, "This database belongs to an older version of Plaza (it has no %s): follow it with that version, or upgrade the server that writes it first.", path.Base(f))
		}
	}
	return nil
}

// mustFit is fits for a database that was just opened.
func mustFit(ctx context.Context, c *sql.Conn, d dialect) error {
	rs, err := c.QueryContext(ctx, migrationNames)
	if err != nil {
		if sqliteCode(err) == sqlitelib.SQLITE_ERROR {
			return errs.Wrap(errs.Unavailable, "This is no database of Plaza's yet: follow it when the server that writes it has run.", err)
		}
		return err
	}
	defer rs.Close()
	var names []string
	for rs.Next() {
		var name string
		if err := rs.Scan(&name); err != nil {
			return err
		}
		names = append(names, name)
	}
	if err := rs.Err(); err != nil {
		return err
	}
	return fits(d, names)
}
