package store_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// behind opens a store on PostgreSQL behind a proxy.
func behind(t *testing.T) (*store.Store, *storetest.Proxy) {
	t.Helper()
	url := os.Getenv("PLAZA_TEST_POSTGRES")
	if url == "" {
		t.Skip("skipped: PostgreSQL behind a proxy, because PLAZA_TEST_POSTGRES names no server")
	}
	t.Parallel()
	p, through := storetest.NewProxy(t, storetest.Database(t, url))
	return openAt(t, through), p
}

func openAt(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, Clock: clock.System, Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// eventually tries until it works: how long a server is away is not ours to say.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
		if errs.KindOf(err) != errs.Unavailable {
			break
		}
	}
	t.Fatalf("%s: %v", what, err)
}

func ping(ctx context.Context, s *store.Store) error {
	return s.Read(ctx, func(v *store.View) error { return v.Ping(ctx) })
}

// While the server is gone, or stands still, reads and writes are answered
// with a sentence within a bounded time; when it is back, all goes on.
func TestServerGoneAndBack(t *testing.T) {
	s, p := behind(t)
	seen := make(chan event.Record, 1000)
	s.Watch(func(_ context.Context, rs []event.Record) {
		for _, r := range rs {
			seen <- r
		}
	})
	n := 0
	for _, leave := range []struct {
		name string
		do   func()
	}{{"gone", p.Down}, {"still", p.Pause}} {
		n++
		eventually(t, "write before it is "+leave.name, func() error { return say(t.Context(), s, n) })
		leave.do()
		var all sync.WaitGroup
		for range 40 { // more than there are connections
			all.Go(func() {
				ctx, stop := context.WithTimeout(t.Context(), store.PostgresAnswer)
				defer stop()
				if err := ping(ctx, s); errs.KindOf(err) != errs.Unavailable || errs.Public(err) == "" {
					t.Errorf("%s: read: %v, want Unavailable", leave.name, err)
				}
				if err := say(ctx, s, 1000); errs.KindOf(err) != errs.Unavailable || errors.Is(err, store.ErrUnknown) {
					t.Errorf("%s: write: %v, want Unavailable, and that nothing was saved", leave.name, err)
				}
			})
		}
		all.Wait()
		p.Up()
		n++
		eventually(t, "write after it was "+leave.name, func() error { return say(t.Context(), s, n) })
	}
	hasPosts(t, s, 4)
	for want := 1; want <= 4; want++ {
		if r := <-seen; int(r.Fact.(event.PostPublished).Post) != want {
			t.Errorf("watchers saw %v, want %d", r, want)
		}
	}
}

// It is lost in the middle of a transaction: nothing is saved.
func TestServerLostBeforeCommit(t *testing.T) {
	s, p := behind(t)
	runs := 0
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		if runs++; runs == 1 {
			p.Down()
		}
		if err := tx.SetCursor(t.Context(), "c", event.Pos{Major: 1}); err != nil {
			return err
		}
		tx.Record(published(1))
		return nil
	})
	if errs.KindOf(err) != errs.Unavailable || errors.Is(err, store.ErrUnknown) || runs != 1 {
		t.Errorf("err = %v after %d runs, want Unavailable after one, and that nothing was saved", err, runs)
	}
	p.Up()
	eventually(t, "read", func() error { return ping(t.Context(), s) })
	if got := postsIn(t, s); len(got) != 0 {
		t.Errorf("facts = %v, want none", got)
	}
}

// The answer to a commit is lost: we say that we do not know, and do not try
// again by ourselves.
func TestAnswerToCommitLost(t *testing.T) {
	s, p := behind(t)
	runs := 0
	p.LoseCommit("post.published")
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		runs++
		tx.Record(published(1))
		return nil
	})
	if !errors.Is(err, store.ErrUnknown) || errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), "not known whether") || runs != 1 {
		t.Errorf("err = %v after %d runs, want ErrUnknown after one", err, runs)
	}
	hasPosts(t, s, 1)
}

// hasPosts waits until the journal has the first n posts: transactions of
// others may hold it up.
func hasPosts(t *testing.T, s *store.Store, n int) {
	t.Helper()
	eventually(t, "read what was committed", func() error {
		if got := postsIn(t, s); !slices.Equal(got, upTo(n)) {
			return errs.Newf(errs.Unavailable, "facts = %v, want %d", got, n)
		}
		return nil
	})
}

// An address with two hosts goes on with the second when the first is gone, or
// is there and does not answer.
func TestSecondHost(t *testing.T) {
	url := os.Getenv("PLAZA_TEST_POSTGRES")
	if url == "" {
		t.Skip("skipped: two hosts of PostgreSQL, because PLAZA_TEST_POSTGRES names no server")
	}
	t.Parallel()
	url = storetest.Database(t, url)
	first, _ := storetest.NewProxy(t, url)
	second, _ := storetest.NewProxy(t, url)
	s := openAt(t, storetest.Hosts(t, url, first.Addr(), second.Addr())+"&target_session_attrs=read-write")
	for n, leave := range []func(){func() {}, first.Down, func() { first.Up(); second.Down() }, func() { second.Up(); first.Pause() }} {
		leave()
		eventually(t, "write", func() error { return say(t.Context(), s, n+1) })
	}
	hasPosts(t, s, 4)
}

// Who went away is not told that the server did.
func TestCallerGoneIsNotServerGone(t *testing.T) {
	s, _ := behind(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := ping(ctx, s); errs.KindOf(err) == errs.Unavailable {
		t.Errorf("a caller who went away: %v", err)
	}
	if err := ping(t.Context(), s); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// A statement that takes too long is given up, as is a commit.
func TestStatementTakesTooLong(t *testing.T) {
	s, p := behind(t)
	s.Hurry(time.Second)
	ctx := t.Context()
	sleep := func(seconds string) (read, write error) {
		query := `SELECT CAST(pg_sleep(` + seconds + `) AS TEXT)`
		return s.Read(ctx, func(v *store.View) error { return v.Run(ctx, query) }), s.Write(ctx, func(tx *store.Tx) error { return tx.Exec(ctx, query) })
	}
	if read, write := sleep("0.01"); read != nil || write != nil {
		t.Errorf("in time: %v, %v", read, write)
	}
	if read, write := sleep("60"); errs.KindOf(read) != errs.Unavailable || errs.KindOf(write) != errs.Unavailable || errors.Is(write, store.ErrUnknown) {
		t.Errorf("late: %v, %v; want Unavailable", read, write)
	}
	if err := s.Write(ctx, func(tx *store.Tx) error {
		defer p.Pause()
		return tx.Exec(ctx, `SELECT 1`)
	}); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("a commit without an answer: %v, want ErrUnknown", err)
	}
	p.Up()
	eventually(t, "afterwards", func() error { return say(ctx, s, 1) })
}

// slowly has the commit of tx take so long.
func slowly(ctx context.Context, tx *store.Tx, seconds string) error {
	for _, q := range []string{
		`CREATE TEMPORARY TABLE slow (n INT) ON COMMIT DROP`,
		`CREATE FUNCTION pg_temp.sleep() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(` + seconds + `); RETURN NULL; END'`,
		`CREATE CONSTRAINT TRIGGER sleep AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.sleep()`,
		`INSERT INTO slow VALUES (1)`,
	} {
		if err := tx.Exec(ctx, q); err != nil {
			return err
		}
	}
	tx.Record(published(1))
	return nil
}

// A commit that was sent goes on when whoever asked goes away: a server that
// was told to stop waiting for another host would show what that does not have.
func TestCommitIsNotCalledOff(t *testing.T) {
	s, _ := behind(t)
	ctx, leave := context.WithCancel(t.Context())
	err := s.Write(ctx, func(tx *store.Tx) error {
		defer time.AfterFunc(time.Second, leave)
		return slowly(ctx, tx, "3")
	})
	if !errors.Is(err, store.ErrUnknown) {
		t.Errorf("err = %v, want ErrUnknown", err)
	}
	hasPosts(t, s, 1)
}

// While a commit is late, others are told at once that nothing was saved, and
// reading goes on; when it is over, all goes on.
func TestLateCommit(t *testing.T) {
	s, _ := behind(t)
	s.HurryCommits(300 * time.Millisecond)
	ctx := t.Context()
	if err := s.Write(ctx, func(tx *store.Tx) error { return slowly(ctx, tx, "5") }); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("err = %v, want ErrUnknown", err)
	}
	if err := say(ctx, s, 2); errs.KindOf(err) != errs.Unavailable || errors.Is(err, store.ErrUnknown) {
		t.Errorf("the next one: %v, want Unavailable, and that nothing was saved", err)
	}
	if err := ping(ctx, s); err != nil {
		t.Errorf("a read: %v", err)
	}
	eventually(t, "afterwards", func() error { return say(ctx, s, 2) })
	hasPosts(t, s, 2)
}

// A server that does not write any more is none that we can use.
func TestServerDoesNotWriteAnyMore(t *testing.T) {
	s, _ := behind(t)
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.Exec(t.Context(), `SET TRANSACTION READ ONLY`); err != nil {
			return err
		}
		return tx.SetCursor(t.Context(), "c", event.Pos{Major: 1})
	}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("err = %v, want Unavailable", err)
	}
	if err := say(t.Context(), s, 1); err != nil {
		t.Errorf("one that does: %v", err)
	}
}
