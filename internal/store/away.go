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
	// postgresBegin is for the beginning of a transaction on a connection that
	// is there, or gets free; a new one may take as long as all hosts together.
	postgresBegin = 5 * time.Second
	// postgresBeginMost is for both, however many hosts there are.
	postgresBeginMost = 20 * time.Second
	// postgresStatement is for one statement, and for the end of a transaction:
	// a commit may wait for another host.
	postgresStatement = time.Minute
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

// session is a transaction whose context ends when the server takes too long.
type session struct {
	*sql.Tx
	stop context.CancelFunc
}

// begin begins a transaction, on a new connection if those at hand are dead.
func (e *postgresEngine) begin(ctx context.Context, o *sql.TxOptions) (*session, error) {
	if e.presence.away.Load() {
		if !e.presence.probe.TryLock() {
			return nil, errAway
		}
		defer e.presence.probe.Unlock()
	}
	own, stop := context.WithCancel(ctx)
	var tx *sql.Tx
	var err error
	late := within(stop, e.beginWait, func() {
		for range beginTries {
			if tx, err = e.db.BeginTx(own, o); err == nil || own.Err() != nil || !broken(err) {
				return
			}
		}
	})
	if err != nil {
		stop()
		if ctx.Err() == nil {
			e.presence.away.Store(true)
		}
		if late {
			err = fmt.Errorf("no answer within %s: %w", e.beginWait, err)
		}
		return nil, err
	}
	e.presence.away.Store(false)
	return &session{tx, stop}, nil
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
	within(s.stop, postgresStatement, func() { s.Rollback() })
	s.stop()
}

// commit commits. An error that is not ErrUnknown says that nothing was.
func (s *session) commit(ctx context.Context) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	within(s.stop, postgresStatement, func() { err = s.Commit() })
	if err == nil || errors.Is(err, pgx.ErrTxCommitRollback) || pgconn.SafeToRetry(err) || errors.Is(err, sql.ErrTxDone) || refused(postgresCode(err)) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

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
		errors.Is(err, errAway) || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "58") || code == readOnly {
		return fmt.Errorf("%w: %w", otherwise, err)
	}
	return err
}

// readOnly is PostgreSQL's code for a server that does not write, or not any
// more.
const readOnly = "25006"
