package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
)

// versions writes a database and tells what its file held after each step,
// always with a rollback journal.
func versions(t *testing.T, steps ...func(path string)) (all [][]byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "source.db")
	for _, step := range steps {
		step(path)
		run(t, path, `PRAGMA journal_mode = delete`, `PRAGMA user_version = `+strings.Repeat("1", len(all)+1)) // another change counter
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

func run(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// writing is a step that records facts.
func writing(t *testing.T, from, to int) func(path string) {
	return func(path string) {
		t.Helper()
		s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for n := from; n <= to; n++ {
			if err := say(t.Context(), s, n); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// pages writes b into the file at path, page by page.
func pages(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for at := 0; at < len(b); at += 4096 {
		if _, err := f.WriteAt(b[at:min(at+4096, len(b))], int64(at)); err != nil {
			return err
		}
	}
	return f.Truncate(int64(len(b)))
}

// follow opens a store over a file that holds b.
func follow(t *testing.T, b []byte) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System, Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, path
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// Statements that were prepared before read what was put under them, also when
// the schema is another, and the watchers are told.
func TestFollowReadsWhatIsPutUnderIt(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 3), writing(t, 4, 400), func(path string) {
		run(t, path, `CREATE TABLE more (n INTEGER)`, `ALTER TABLE cursors ADD COLUMN more TEXT`, `CREATE INDEX more_kinds ON journal (kind)`)
		writing(t, 401, 405)(path)
	}, func(path string) {
		run(t, path, `DROP TABLE more`, `DROP INDEX more_kinds`, `VACUUM`)
		writing(t, 406, 406)(path)
	})
	s, path := follow(t, v[0])
	told := make(chan int, 1000)
	s.Watch(func(_ context.Context, rs []event.Record) {
		for _, r := range rs {
			told <- int(r.Pos.Major)
		}
	})
	if got := postsIn(t, s); !slices.Equal(got, upTo(3)) {
		t.Fatalf("at first: %v", got)
	}
	for i, n := range []int{400, 405, 406} {
		if err := s.Renew(t.Context(), func() error { return pages(path, v[i+1]) }); err != nil {
			t.Fatalf("renew with version %d: %v", i+1, err)
		}
		if got := postsIn(t, s); !slices.Equal(got, upTo(n)) {
			t.Errorf("version %d: %d facts, want %d", i+1, len(got), n)
		}
	}
	for want := 4; want <= 406; want++ {
		if got := <-told; got != want {
			t.Fatalf("watchers were told of %d, want %d", got, want)
		}
	}
}

// A change counter that was forgotten does not have us read what was cached.
func TestRenewForgetsWhatWasCached(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 3), func(path string) { run(t, path, `INSERT INTO cursors (name, major, minor) VALUES ('c', 1, 0)`) },
		func(path string) { run(t, path, `UPDATE cursors SET major = 2`) })
	s, path := follow(t, v[1])
	reads := func(want int64) {
		t.Helper()
		for range 8 { // every connection
			if err := s.Read(t.Context(), func(v *store.View) error {
				at, err := v.Cursor(t.Context(), "c")
				if at.Major != want {
					t.Errorf("the cursor is at %d, want %d", at.Major, want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	reads(1)
	same := slices.Clone(v[2])
	copy(same[24:28], v[1][24:28]) // https://www.sqlite.org/fileformat.html#file_change_counter
	copy(same[92:96], v[1][92:96])
	if err := s.Renew(t.Context(), func() error { return pages(path, same) }); err != nil {
		t.Fatal(err)
	}
	reads(2)
}

// Nobody reads while pages are written, and who reads is waited for.
func TestRenewWaitsForReads(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 3), writing(t, 4, 300))
	s, path := follow(t, v[0])
	stop, failed := make(chan struct{}), make(chan string, 8)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				var n int
				if err := s.Read(t.Context(), func(v *store.View) error {
					rs, err := v.Facts(t.Context(), event.Pos{}, 500)
					n = len(rs)
					return err
				}); err != nil || n != 3 && n != 300 {
					failed <- fmt.Sprintf("a read saw %d facts, %v", n, err)
					return
				}
			}
		})
	}
	for i := range 20 {
		if err := s.Renew(t.Context(), func() error { return pages(path, v[(i+1)%2]) }); err != nil && !errors.Is(err, store.ErrJump) {
			t.Error(err)
		}
	}
	close(stop)
	readers.Wait()
	select {
	case why := <-failed:
		t.Error(why)
	default:
	}

	inside, goOn := make(chan struct{}), make(chan struct{})
	defer close(goOn)
	go s.Read(t.Context(), func(*store.View) error { close(inside); <-goOn; return nil })
	<-inside
	ctx, give := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer give()
	if err := s.Renew(ctx, func() error { t.Error("pages were written under a read"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while somebody reads: %v", err)
	}
	if got := postsIn(t, s); len(got) != 3 {
		t.Errorf("after that: %v", got)
	}
}

// What was not told cannot be made up for.
func TestRenewTellsOfJumps(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 5), writing(t, 6, 9), func(path string) { run(t, path, `DELETE FROM journal WHERE seq <= 7`) })
	for name, c := range map[string]struct{ from, to int }{"back": {1, 0}, "over what is gone": {0, 2}} {
		s, path := follow(t, v[c.from])
		if err := s.Renew(t.Context(), func() error { return pages(path, v[c.to]) }); !errors.Is(err, store.ErrJump) {
			t.Errorf("%s: err = %v, want ErrJump", name, err)
		}
	}
	s, path := follow(t, v[1])
	if err := s.Renew(t.Context(), func() error { return pages(path, v[2]) }); err != nil {
		t.Errorf("what is gone was told before: %v", err)
	}
}

// A file that cannot be read is told of, and does no harm when it is mended.
func TestUnreadableFileComesBack(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 300), writing(t, 301, 302))
	s, path := follow(t, v[0])
	for name, broken := range map[string][]byte{"garbage": []byte(strings.Repeat("garbage ", len(v[0])/8)), "half": v[0][:len(v[0])/8192*4096]} {
		if err := s.Renew(t.Context(), func() error { return pages(path, broken) }); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%s: renew: %v, want Unavailable", name, err)
		}
		err := s.Read(t.Context(), func(v *store.View) error { _, err := v.Facts(t.Context(), event.Pos{}, 500); return err })
		if errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%s: read: %v, want Unavailable", name, err)
		}
		if err := s.Renew(t.Context(), func() error { return pages(path, v[1]) }); err != nil {
			t.Errorf("mended after %s: %v", name, err)
		}
		if got := len(postsIn(t, s)); got != 302 {
			t.Errorf("mended after %s: %d facts", name, got)
		}
	}
}

func TestFollowWritesNothing(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 3))
	for _, mode := range []string{"delete", "wal"} {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, v[0], 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, path, `PRAGMA journal_mode = `+mode)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System, Follow: true})
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		if got := postsIn(t, s); len(got) != 3 {
			t.Errorf("%s: %v", mode, got)
		}
		for _, open := range []func(){func() {}, s.OpenGate, func() { s.Shut(errShut); s.OpenGate() }} {
			open()
			if err := say(t.Context(), s, 4); errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), "a copy that follows") {
				t.Errorf("%s: a write was answered %v", mode, err)
			}
		}
		if s.Shut(errShut); !errors.Is(say(t.Context(), s, 4), errShut) {
			t.Errorf("%s: another reason is not told", mode)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%s: the file was changed: %v", mode, err)
		}
	}
}

func TestFollowRefusesAnotherSchema(t *testing.T) {
	t.Parallel()
	v := versions(t, writing(t, 1, 1))
	for name, c := range map[string]struct {
		change func(path string)
		want   string
	}{
		"newer": {func(path string) { run(t, path, `INSERT INTO migrations (name) VALUES ('99990101T0000_later.sql')`) }, "newer version"},
		"older": {func(path string) {
			run(t, path, `DELETE FROM migrations WHERE name = (SELECT MAX(name) FROM migrations)`)
		}, "older version"},
		"empty":   {func(path string) { os.Truncate(path, 0) }, "no database of Plaza's yet"},
		"missing": {func(path string) { os.Remove(path) }, "cannot be opened"},
		"garbage": {func(path string) { os.WriteFile(path, []byte(strings.Repeat("no database ", 2000)), 0o600) }, "not a database"},
	} {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, v[0], 0o600); err != nil {
			t.Fatal(err)
		}
		c.change(path)
		s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System, Follow: true})
		if err == nil {
			s.Close()
		}
		if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Public(err), c.want) {
			t.Errorf("%s: err = %v, want a sentence with %q", name, err, c.want)
		}
	}
	s, path := follow(t, v[0])
	newer := versions(t, func(to string) {
		os.WriteFile(to, v[0], 0o600)
		run(t, to, `INSERT INTO migrations (name) VALUES ('99990101T0000_later.sql')`)
	})
	if err := s.Renew(t.Context(), func() error { return pages(path, newer[0]) }); !strings.Contains(errs.Public(err), "newer version") {
		t.Errorf("renewed with a newer one: %v", err)
	}
}
