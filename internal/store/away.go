package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// How long PostgreSQL is waited for. What takes longer is answered with an
// error of kind Unavailable, so that nobody hangs while it is away.
const (
	// postgresConnect is for each of the hosts in the address, unless that says
	// connect_timeout itself.
	postgresConnect = 3 * time.Second
	// postgresConnectMost is for all of them together, and for a connection to
	// get free.
	postgresConnectMost = 20 * time.Second
	// postgresBegin is for the beginning of a transaction.
	postgresBegin = 5 * time.Second
	// postgresStatement is for one statement, and for the end of a transaction:
	// a commit may wait for another host.
	postgresStatement = 30 * time.Second
	// beginTries is how many connections are tried that turn out to be dead.
	beginTries = 4
)

// ErrUnknown is in the error of a write of which it is not known whether it was
// made: the server was lost between the commit and its answer. It must not be
// tried again blindly.
var ErrUnknown = errs.New(errs.Unavailable, "It is not known whether this was saved: the database was lost just then. Look whether it is there before you try again.")

var (
	errNoRead  = errs.New(errs.Unavailable, "The database cannot be read now. Try again in a moment.")
	errNoWrite = errs.New(errs.Unavailable, "Nothing can be saved now. Try again in a moment.")
)

// presence is whether the server was there last time. While it was not, one
// caller at a time tries, the tail above all, and the others need not wait for
// what is not there.
type presence struct {
	away  atomic.Bool
	probe sync.Mutex
}

var errAway = errors.New("the server was away a moment ago")

// session is a transaction on a connection of its own, and a context that ends
// when the server takes too long, or whoever asked goes away.
type session struct {
	*sql.Tx
	c     *sql.Conn
	stop  context.CancelFunc
	stay  func() bool   // whoever asked may go away from now on
	most  time.Duration // until who waits for the commit is told that it is late
	ended func()        // is called when the commit is over; the session is the commit's
}

// begin begins a transaction, on another connection if one turns out to be
// dead.
func (e *postgresEngine) begin(ctx context.Context, o *sql.TxOptions) (s *session, err error) {
	if e.presence.away.Load() {
		if !e.presence.probe.TryLock() {
			return nil, errAway
		}
		defer e.presence.probe.Unlock()
	}
	for range beginTries {
		if s, err = e.beginOnce(ctx, o); err == nil || !broken(err) {
			break
		}
	}
	if ctx.Err() == nil {
		e.presence.away.Store(err != nil)
	}
	return s, err
}

func (e *postgresEngine) beginOnce(ctx context.Context, o *sql.TxOptions) (_ *session, err error) {
	own, stop := context.WithCancel(e.life)
	s := &session{stop: stop, stay: context.AfterFunc(ctx, stop), most: e.mostCommit}
	if within(stop, e.connectWait, func() { s.c, err = e.db.Conn(own) }) && err != nil {
		err = fmt.Errorf("no connection within %s: %w", e.connectWait, err)
	}
	if err != nil {
		stop()
		return nil, err
	}
	if within(stop, postgresBegin, func() { s.Tx, err = s.c.BeginTx(own, o) }) && err != nil {
		err = fmt.Errorf("no answer within %s: %w", postgresBegin, err)
		e.dropIdle()
	}
	if err != nil {
		s.c.Close()
		stop()
		return nil, err
	}
	return s, nil
}

// dropIdle has connections made anew: those at hand lead to a server that does
// not answer, or does not write any more, and another may be there.
func (e *postgresEngine) dropIdle() {
	e.db.SetMaxIdleConns(-1)
	e.db.SetMaxIdleConns(postgresConns)
}

// within runs do, which ends soon after stop was called, and calls that if do
// takes longer than wait.
func within(stop func(), wait time.Duration, do func()) (late bool) {
	t := time.AfterFunc(wait, stop)
	do()
	return !t.Stop()
}

// end undoes what was not committed.
func (s *session) end() {
	if s.ended != nil {
		return
	}
	s.stay()
	within(s.stop, s.most, func() { s.Rollback() })
	s.c.Close()
	s.stop()
}

// commit commits, and calls ended when that is over. An error that is not
// ErrUnknown says that nothing was: only the server can know that.
// (pgconn.SafeToRetry does not: it is also true of what follows after the
// connection was lost.)
//
// A commit that was sent is not called off, neither when it takes too long nor
// when whoever asked goes away. A server that waits for another host would stop
// waiting, and show what no other host has: to us as if it were saved.
func (s *session) commit(ctx context.Context, ended func()) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.stay()
	s.ended = ended
	done := make(chan error, 1)
	go func() {
		err := s.Commit()
		s.c.Close()
		s.stop()
		ended()
		done <- err
	}()
	late := time.NewTimer(s.most)
	defer late.Stop()
	select {
	case err = <-done:
	case <-late.C:
		err = errLate
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil || errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, sql.ErrTxDone) || refused(postgresCode(err)) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

var errLate = errors.New("a commit has not been answered")

// slot takes one of the places for writes, and gives it back with free. While a
// commit is late others would only join it: they are told at once.
func (e *postgresEngine) slot(ctx context.Context) (free func(), err error) {
	if e.late.Load() > 0 {
		return nil, errLate
	}
	wait := time.NewTimer(e.connectWait)
	defer wait.Stop()
	select {
	case e.writes <- struct{}{}:
		return sync.OnceFunc(func() { <-e.writes }), nil
	case <-wait.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errBusy = errors.New("too many writes wait for the server")

// refused reports whether code is the server's answer that it did not commit.
func refused(code string) bool {
	return code != "" && code != "40003" && !strings.HasPrefix(code, "08") && !strings.HasPrefix(code, "57P")
}

// broken reports whether err says that a connection that was there is no more.
func broken(err error) bool {
	if errors.As(err, new(*pgconn.ConnectError)) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	code := postgresCode(err)
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) ||
		errors.As(err, new(*net.OpError)) || pgconn.SafeToRetry(err) || strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "08")
}

// awayFault gives an error of a server that is away, too busy or no longer the
// one that writes the kind of otherwise; other errors, and those of a caller
// who went away, stay as they are.
func awayFault(ctx context.Context, err, otherwise error) error {
	if err == nil || ctx.Err() != nil || errors.As(err, new(*errs.Error)) {
		return err
	}
	code := postgresCode(err)
	if broken(err) || errors.As(err, new(*pgconn.ConnectError)) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, errAway) || errors.Is(err, errLate) || errors.Is(err, errBusy) || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "58") || code == readOnly {
		return fmt.Errorf("%w: %w", otherwise, err)
	}
	return err
}

// readOnly is PostgreSQL's code for a server that does not write, or not any
// more.
const readOnly = "25006"
