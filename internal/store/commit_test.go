package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func published(n int) event.PostPublished { return event.PostPublished{Post: social.PostID(n)} }

// postsIn reads the whole journal the way a follower does.
func postsIn(t *testing.T, s *store.Store) []int {
	t.Helper()
	var all []int
	var at event.Pos
	for {
		var rs []event.Record
		if err := s.Read(t.Context(), func(v *store.View) (err error) {
			rs, err = v.Facts(t.Context(), at, 7)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(rs) == 0 {
			return all
		}
		for _, r := range rs {
			if !at.Before(r.Pos) {
				t.Fatalf("fact at %v comes after one at %v", r.Pos, at)
			}
			at = r.Pos
			all = append(all, int(r.Fact.(event.PostPublished).Post))
		}
	}
}

// Many writers at once, one reader that follows: nothing missed, nothing
// twice, and each writer's facts in the order in which it was answered.
func TestJournalMissesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const writers, each = 8, 100
		var mu sync.Mutex
		var watched []int
		s.Watch(func(_ context.Context, rs []event.Record) {
			mu.Lock()
			defer mu.Unlock()
			for _, r := range rs {
				watched = append(watched, int(r.Fact.(event.PostPublished).Post))
			}
		})
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					if err := s.Write(t.Context(), func(tx *store.Tx) error {
						tx.Record(published(w*each + i))
						return nil
					}); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if !slices.Contains(watched, w*each+i) {
						t.Errorf("write %d was answered before the watchers saw it", w*each+i)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for name, got := range map[string][]int{"followers": postsIn(t, s), "watchers": watched} {
			last := make([]int, writers)
			for _, n := range got {
				if n%each < last[n/each] {
					t.Errorf("%s: writer %d: %d after %d", name, n/each, n%each, last[n/each])
				}
				last[n/each] = n % each
			}
			got = slices.Clone(got)
			slices.Sort(got)
			if len(got) != writers*each || len(slices.Compact(got)) != writers*each {
				t.Errorf("%s saw %d facts, want %d, each once", name, len(got), writers*each)
			}
		}
	})
}

// A write that fails or panics takes nobody along.
func TestOneFailureHarmsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				defer func() {
					if p := recover(); (p != nil) != (i%3 == 2) {
						t.Errorf("write %d: panic %v", i, p)
					}
				}()
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					tx.Record(published(i))
					if err := tx.SetCursor(t.Context(), "c"+strconv.Itoa(i), event.Pos{Major: 1}); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return boom
					case 2:
						panic("boom")
					}
					return nil
				})
				if i%3 == 0 && err != nil || i%3 == 1 && !errors.Is(err, boom) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if got := postsIn(t, s); len(got) != 20 {
			t.Errorf("%d facts, want 20", len(got))
		}
		for i := range 60 {
			s.Read(t.Context(), func(v *store.View) error {
				p, err := v.Cursor(t.Context(), "c"+strconv.Itoa(i))
				if err != nil || (p.Major == 1) != (i%3 == 0) {
					t.Errorf("row of write %d: %v, %v", i, p, err)
				}
				return nil
			})
		}
	})
}

func TestCancelledWriteIsNotMade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Write(ctx, func(tx *store.Tx) error { tx.Record(published(1)); return nil }); err == nil {
			t.Error("a cancelled write was answered as made")
		}
		if got := postsIn(t, s); len(got) != 0 {
			t.Errorf("facts = %v, want none", got)
		}
	})
}

// The process is killed while it writes: what was answered is there, once.
func TestKilledProcessLosesNothingAnswered(t *testing.T) {
	if path := os.Getenv("PLAZA_TEST_VICTIM"); path != "" {
		victim(path)
		return
	}
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "victim.db")
	answered := map[int]bool{}
	for range 3 {
		for _, n := range runVictim(t, path, len(answered)) {
			answered[n] = true
		}
	}
	s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	seen := map[int]int{}
	for _, n := range postsIn(t, s) {
		seen[n]++
	}
	for n := range answered {
		if seen[n] != 1 {
			t.Errorf("write %d was answered and is there %d times", n, seen[n])
		}
	}
	t.Logf("%d answered, %d there", len(answered), len(seen))
}

// runVictim starts a writer, kills it at some moment and returns what it
// said was written.
func runVictim(t *testing.T, path string, from int) []int {
	cmd := exec.Command(os.Args[0], "-test.run=TestKilledProcessLosesNothingAnswered$")
	cmd.Env = append(os.Environ(), "PLAZA_TEST_VICTIM="+path, "PLAZA_TEST_FROM="+strconv.Itoa(from*1000))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var got []int
	kill := 200 + rand.IntN(800)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			got = append(got, n)
		}
		if len(got) == kill {
			cmd.Process.Kill()
		}
	}
	cmd.Wait()
	if len(got) < kill {
		t.Fatalf("the writer ended by itself after %d of %d writes", len(got), kill)
	}
	return got
}

func victim(path string) {
	ctx := context.Background()
	from, _ := strconv.Atoi(os.Getenv("PLAZA_TEST_FROM"))
	s, err := store.Open(ctx, store.Options{URL: path, Clock: clock.System})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				n := from + i*8 + w
				if s.Write(ctx, func(tx *store.Tx) error { tx.Record(published(n)); return nil }) == nil {
					mu.Lock()
					fmt.Println(n)
					mu.Unlock()
				}
			}
		}()
	}
	time.Sleep(time.Minute) // killed long before
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("this is no database, but it is long enough to look like one: "+fmt.Sprint(make([]int, 999))), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a file where the folder should be": filepath.Join(file, "plaza.db"),
		"not a database":                    file,
		"no server":                         "postgres://nobody@127.0.0.1:1/none?connect_timeout=2",
		"not an address":                    "postgres://%zz",
	} {
		s, err := store.Open(t.Context(), store.Options{URL: path, Clock: clock.System})
		if err == nil {
			s.Close()
		}
		if errs.KindOf(err) != errs.Unavailable || errs.Public(err) == "" {
			t.Errorf("%s: err = %v, want Unavailable with a sentence", name, err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	s := storetest.SQLite(b)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Write(b.Context(), func(tx *store.Tx) error { tx.Record(published(1)); return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	s := storetest.SQLite(b)
	for b.Loop() {
		if err := s.Read(b.Context(), func(v *store.View) error {
			_, err := v.Cursor(b.Context(), "x")
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
