package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	sqlitelib "modernc.org/sqlite/lib"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
)

const (
	// maxGroup is how many writes share one commit, at most.
	maxGroup = 256
	// maxQueue is how many writes wait for the next commit; more block.
	maxQueue = 1024
	// sqliteReaders is how many reads run side by side.
	sqliteReaders = 4
	// readerCacheKB is how much of the file a reader keeps in memory; what is
	// read often is in the caches of core/view.
	readerCacheKB = "3000"
	// busyMillis is how long we wait for another process to finish writing.
	busyMillis = 5000
)

// sqliteEngine has one connection that writes and a few that read. Writes
// queue up; those that are there when a commit begins share it, each in a
// savepoint of its own, and are answered after the one fsync.
type sqliteEngine struct {
	s       *Store
	db      *sql.DB
	writer  *conn
	readers chan *conn
	queue   chan *write
	copied  func() (wait func(context.Context) error)
	wg      sync.WaitGroup
	turn    sync.Mutex // held by who wants all readers

	mu     sync.RWMutex  // held for reading while queueing, for writing to close
	closed chan struct{} // is closed with it
}

// A write is one call of Store.Write on its way through the queue.
type write struct {
	ctx      context.Context
	fn       func(tx *Tx) error
	facts    []event.Fact
	until    event.Pos // of the last fact
	err      error
	panicked any
	done     chan struct{}
}

func sqliteDSN(o Options) string {
	writeBack := "wal_autocheckpoint(2000)"
	if o.Captured {
		writeBack = "wal_autocheckpoint(0)"
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyMillis), "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		"cache_size(-8000)", "temp_store(memory)", "secure_delete(1)", writeBack, "journal_size_limit(67108864)"}}
	if o.Follow {
		q = url.Values{"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", busyMillis), "temp_store(memory)"}}
	}
	return "file:" + (&url.URL{Path: o.URL}).EscapedPath() + "?" + q.Encode()
}

func openSQLite(ctx context.Context, s *Store, o Options) (*sqliteEngine, error) {
	if !o.Follow {
		if err := makeFile(o.URL); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", sqliteDSN(o))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(sqliteReaders + 1)
	e := &sqliteEngine{s: s, db: db, readers: make(chan *conn, sqliteReaders), queue: make(chan *write, maxQueue), closed: make(chan struct{}), copied: o.Copied}
	if err := e.connect(ctx); err != nil {
		db.Close()
		return nil, sqliteError("The database "+o.URL+" cannot be opened", err)
	}
	if !s.follows {
		e.wg.Go(e.run)
	}
	return e, nil
}

// makeFile makes the folder and the file, before SQLite makes it for everybody
// to read.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errs.Wrap(errs.Unavailable, "The data folder "+filepath.Dir(path)+" cannot be made: check who may write there.", err)
	}
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		f.Close()
	}
	return nil
}

func (e *sqliteEngine) connect(ctx context.Context) error {
	c, err := e.db.Conn(ctx)
	if err != nil {
		return err
	}
	if e.s.follows {
		if err := errors.Join(mustFit(ctx, c, e.s.dialect), c.Close()); err != nil {
			return err
		}
	} else {
		if err := migrate(ctx, c, e.s.dialect); err != nil {
			return err
		}
		e.writer = &conn{c, map[string]*sql.Stmt{}}
	}
	for range sqliteReaders {
		c, err := e.db.Conn(ctx)
		if err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, `PRAGMA query_only = 1; PRAGMA cache_size = -`+readerCacheKB); err != nil {
			return err
		}
		e.readers <- &conn{c, map[string]*sql.Stmt{}}
	}
	return nil
}

func (e *sqliteEngine) close() error {
	e.mu.Lock()
	if e.isClosed() {
		e.mu.Unlock()
		return nil
	}
	close(e.closed)
	close(e.queue)
	e.mu.Unlock()
	e.wg.Wait()
	e.turn.Lock()
	defer e.turn.Unlock()
	for range sqliteReaders {
		c := <-e.readers // waits for the reads under way
		c.close()
	}
	if e.writer != nil {
		e.writer.close()
	}
	return e.db.Close()
}

func (e *sqliteEngine) read(ctx context.Context, fn func(v *View) error) error {
	var c *conn
	select {
	case c = <-e.readers:
	case <-e.closed: // who closes takes all of them and gives none back
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { e.readers <- c }()
	if _, err := c.exec(ctx, `BEGIN`); err != nil {
		return sqliteError("The database cannot be read", err)
	}
	defer c.exec(ctx, `ROLLBACK`)
	return sqliteFault("The database cannot be read", fn(&View{q: c, d: e.s.dialect, clock: e.s.now, keys: e.s.keys.Load()}))
}

func (e *sqliteEngine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

var errClosed = errs.New(errs.Unavailable, "Plaza is shutting down. Try again in a moment.")

func (e *sqliteEngine) write(ctx context.Context, fn func(tx *Tx) error) error {
	w := &write{ctx: ctx, fn: fn, done: make(chan struct{})}
	e.mu.RLock()
	if e.isClosed() {
		e.mu.RUnlock()
		return errClosed
	}
	select {
	case e.queue <- w:
		e.mu.RUnlock()
	case <-ctx.Done():
		e.mu.RUnlock()
		return ctx.Err()
	}
	<-w.done
	if w.panicked != nil {
		panic(w.panicked)
	}
	if w.err == nil && len(w.facts) > 0 {
		e.s.tail.wait(w.until)
	}
	return w.err
}

func (e *sqliteEngine) run() {
	for first := range e.queue {
		group := []*write{first}
	more:
		for len(group) < maxGroup {
			select {
			case w, ok := <-e.queue:
				if !ok {
					break more
				}
				group = append(group, w)
			default:
				break more
			}
		}
		e.commit(group)
	}
}

// errLost says that SQLite gave up the whole transaction, not just the one
// statement that failed.
var errLost = errors.New("transaction lost")

// commit runs a group in one transaction and answers each. If one of them
// takes the whole transaction down, it alone gets the error and the others
// run again. If the gate was shut meanwhile, all are told.
func (e *sqliteEngine) commit(group []*write) {
	for len(group) > 0 {
		again := group
		err := e.s.commit(func() (err error) {
			again, err = e.tryCommit(group)
			return err
		})
		if err != nil {
			for _, w := range again {
				w.err = err
				close(w.done)
			}
			return
		}
		group = again
	}
}

func (e *sqliteEngine) tryCommit(group []*write) (again []*write, err error) {
	ctx := context.Background()
	if _, err := e.writer.exec(ctx, `BEGIN IMMEDIATE`); err != nil {
		return group, sqliteError("Nothing can be saved now", err)
	}
	var done []*write
	for i, w := range group {
		err := e.runOne(w)
		if errors.Is(err, errLost) {
			close(w.done)
			e.writer.exec(ctx, `ROLLBACK`) // nothing may be left open
			return append(done, group[i+1:]...), nil
		}
		if w.err != nil || w.panicked != nil {
			close(w.done)
			continue
		}
		done = append(done, w)
	}
	if err = e.number(ctx, done); err == nil {
		_, err = e.writer.exec(ctx, `COMMIT`)
	}
	if err != nil {
		e.writer.exec(ctx, `ROLLBACK`)
		return done, sqliteError("Nothing can be saved now", err)
	}
	e.answer(done)
	return nil, nil
}

// answer tells a group that it is committed: at once, if we may write still, or
// when it is elsewhere too: then whoever took over meanwhile has it. The next group
// need not wait for that.
func (e *sqliteEngine) answer(group []*write) {
	if e.copied == nil || len(group) == 0 {
		err := e.s.stillMay()
		for _, w := range group {
			w.err = err
			close(w.done)
		}
		return
	}
	wait := e.copied()
	e.wg.Go(func() {
		err := wait(context.Background())
		for _, w := range group {
			w.err = err
			close(w.done)
		}
	})
}

// runOne runs w in a savepoint, and undoes it if it fails. Its error stands in
// w; what is returned is errLost or nil.
func (e *sqliteEngine) runOne(w *write) error {
	ctx := context.Background()
	if w.err = w.ctx.Err(); w.err != nil {
		return nil
	}
	if _, err := e.writer.exec(ctx, `SAVEPOINT one`); err != nil {
		w.err = sqliteError("Nothing can be saved now", err)
		return errLost
	}
	tx := &Tx{View: View{q: e.writer, d: e.s.dialect, clock: e.s.now, keys: e.s.keys.Load()}, Now: e.s.now()}
	func() {
		defer func() { w.panicked = recover() }()
		w.err = sqliteFault("Nothing can be saved now", w.fn(tx))
	}()
	w.facts = tx.facts
	if w.err != nil || w.panicked != nil {
		if _, err := e.writer.exec(ctx, `ROLLBACK TO one`); err != nil {
			return errLost
		}
	}
	if _, err := e.writer.exec(ctx, `RELEASE one`); err != nil {
		w.err = sqliteError("Nothing can be saved now", err)
		return errLost
	}
	return nil
}

// number writes the facts of a group into the journal, without gaps.
func (e *sqliteEngine) number(ctx context.Context, group []*write) error {
	var n int64
	for _, w := range group {
		n += int64(len(w.facts))
	}
	if n == 0 {
		return nil
	}
	v := &View{q: e.writer, d: e.s.dialect, clock: e.s.now, keys: e.s.keys.Load()}
	head, err := value[int64](ctx, v, `UPDATE journal_head SET seq = seq + $1 WHERE id = 1 RETURNING seq`, n)
	if err != nil {
		return err
	}
	seq, now := head-n, e.s.now().UnixMilli()
	for _, w := range group {
		for _, f := range w.facts {
			seq++
			text, err := encode(f)
			if err != nil {
				return err
			}
			if _, err := e.writer.exec(ctx, `INSERT INTO journal (seq, at_ms, kind, fact) VALUES ($1, $2, $3, $4)`,
				seq, now, f.Kind(), text); err != nil {
				return err
			}
			w.until = event.Pos{Major: seq}
		}
	}
	return nil
}

// sqliteFault gives an error of the disk or the file, met inside a command or a
// query, the kind it has; other errors stay as they are.
func sqliteFault(what string, err error) error {
	switch sqliteCode(err) {
	case sqlitelib.SQLITE_FULL, sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_READONLY,
		sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB, sqlitelib.SQLITE_NOMEM, sqlitelib.SQLITE_CANTOPEN:
		return sqliteError(what, err)
	}
	return err
}

// sqliteError says what is wrong with the file, and what to do about it.
func sqliteError(what string, err error) error {
	if e := (*errs.Error)(nil); errors.As(err, &e) {
		return err
	}
	advice := "see the log for the reason"
	switch sqliteCode(err) {
	case sqlitelib.SQLITE_FULL:
		advice = "the disk is full, make room"
	case sqlitelib.SQLITE_IOERR:
		advice = "the disk does not work as it should, check it"
	case sqlitelib.SQLITE_BUSY:
		advice = "another program keeps the database locked, end it"
	case sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_PERM:
		advice = "check that the data folder exists and may be written"
	case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
		advice = "the file is damaged or not a database, restore a backup"
	}
	return errs.Wrap(errs.Unavailable, what+": "+advice+".", err)
}
