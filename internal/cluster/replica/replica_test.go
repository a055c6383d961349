package replica_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A house is a database with copies.
type house struct {
	t     *testing.T
	dir   string
	store *store.Store
	r     *replica.Replica
	stop  func()
}

func (h *house) db() string { return filepath.Join(h.dir, "plaza.db") }

var id = sync.OnceValue(func() *age.X25519Identity {
	i, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return i
})

func folder(t *testing.T, dir string) place.Place {
	t.Helper()
	p, err := place.Open(t.Context(), place.Config{URL: "file://" + dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func to(ps ...place.Place) (ds []replica.Destination) {
	for _, p := range ps {
		ds = append(ds, replica.Destination{Place: p, For: []age.Recipient{id().Recipient()}})
	}
	return ds
}

// open opens a house in dir and has it copied until the test ends, or leave.
func open(t *testing.T, dir string, c replica.Config) (*house, error) {
	t.Helper()
	h := &house{t: t, dir: dir}
	c.DB, c.Dir, c.Log = h.db(), filepath.Join(dir, "replica"), slog.New(slog.NewTextHandler(t.Output(), nil))
	if c.Every == 0 {
		c.Every = 5 * time.Millisecond
	}
	o := store.Options{URL: h.db(), Clock: clock.System, Captured: true, BeginLog: func(ctx context.Context) error { return h.r.BeginLog(ctx) }}
	if c.Soon {
		o.Copied = func() func(context.Context) error { return h.r.Committed() }
	}
	var err error
	s, err := store.Open(t.Context(), store.Options{URL: h.db(), Clock: clock.System, Captured: true}) // brings the schema up to date
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if h.r, err = replica.Open(t.Context(), c); err != nil {
		return nil, err
	}
	if h.store, err = store.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() { defer close(ran); h.r.Run(ctx) }()
	h.stop = sync.OnceFunc(func() { stop(); <-ran })
	t.Cleanup(func() { // nothing is written any more when the folders are removed
		h.stop()
		h.store.Close()
		ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
		defer stop()
		h.r.Close(ctx) // which may have been closed, or its places be gone
	})
	return h, nil
}

func must(t *testing.T, dir string, c replica.Config) *house {
	t.Helper()
	h, err := open(t, dir, c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// say writes something of so many bytes.
func (h *house) say(what string) error {
	return h.store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.AddJob(context.Background(), "said", what, tx.Now.Add(time.Hour), what)
	})
}

func (h *house) mustSay(what string) {
	h.t.Helper()
	if err := h.say(what); err != nil {
		h.t.Fatal(err)
	}
}

// copied waits until every copy has what was written before.
func (h *house) copied(places ...int) {
	h.t.Helper()
	now := time.Now()
	eventually(h.t, func() error {
		for i, c := range h.r.Status().Copies {
			if (len(places) == 0 || places[0] == i) && (!c.Covers.After(now) || c.Waiting > 0) {
				return fmt.Errorf("%+v", c)
			}
		}
		return nil
	})
}

func eventually(t *testing.T, try func() error) {
	t.Helper()
	var err error
	for range 2000 {
		if err = try(); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(err)
}

func restore(t *testing.T, p place.Place) (said []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plaza.db")
	if _, err := source(p).Database(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	return saidIn(t, file)
}

// has reports whether a copy, which may have only begun, has the nth word.
func has(t *testing.T, p place.Place, n int) bool {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plaza.db")
	_, err := source(p).Database(t.Context(), file)
	if errs.KindOf(err) == errs.NotFound {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(saidIn(t, file)) > n
}

func source(p place.Place) replica.Source {
	return replica.Source{Place: p, Identities: []age.Identity{id()}, Log: slog.New(slog.DiscardHandler)}
}

func saidIn(t *testing.T, file string) (said []string) {
	t.Helper()
	w := storetest.NewWitness(t, file)
	w.Whole()
	return w.Jobs("said")
}

func want(t *testing.T, got []string, n int, who string) {
	t.Helper()
	if len(got) != n {
		t.Fatalf("%s has %d of %d: %q", who, len(got), n, got)
	}
	for i, s := range got {
		if s != fmt.Sprint("word ", i) {
			t.Fatalf("%s has %q as the %dth", who, s, i)
		}
	}
}

// An away place fails every call while it is away.
type away struct {
	place.Place
	gone atomic.Bool
}

var errAway = errors.New("nobody is at home")

func (a *away) Put(ctx context.Context, key string, r io.Reader, n int64) error {
	if a.gone.Load() {
		return errAway
	}
	return a.Place.Put(ctx, key, r, n)
}

func (a *away) Each(ctx context.Context, prefix, after string, visit func(place.Info) error) error {
	if a.gone.Load() {
		return errAway
	}
	return a.Place.Each(ctx, prefix, after, visit)
}

// Close is for the test to do, which reads it after the house has closed.
func (a *away) Close() error { return nil }

// TestComesBack has one of two places be away, of each kind.
func TestComesBack(t *testing.T) {
	t.Parallel()
	for kind, make := range map[string]func(t *testing.T) (place.Place, func(gone bool)){"s3": farBucket, "sftp": farMachine,
		"folder": func(t *testing.T) (place.Place, func(bool)) {
			p := &away{Place: folder(t, t.TempDir())}
			return p, p.gone.Store
		}} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p, cut := make(t)
			comesBack(t, &away{Place: p}, cut)
		})
	}
}

func comesBack(t *testing.T, two place.Place, cut func(gone bool)) {
	one, dir := &away{Place: folder(t, t.TempDir())}, t.TempDir()
	h := must(t, dir, replica.Config{Destinations: to(one, two)})
	for i := range 20 {
		h.mustSay(fmt.Sprint("word ", i))
	}
	h.copied()
	want(t, restore(t, one), 20, "the first copy")

	cut(true)
	for i := 20; i < 40; i++ {
		h.mustSay(fmt.Sprint("word ", i))
	}
	h.copied(0)
	want(t, restore(t, one), 40, "the first copy, while the second is away,")
	eventually(t, func() error {
		if c := h.r.Status().Copies[1]; c.Fault == "" || c.Waiting == 0 {
			return fmt.Errorf("it is not said that a place is away: %+v", c)
		}
		return nil
	})
	cut(false)
	h.copied(1)
	want(t, restore(t, two), 40, "the second copy, after it was away,")

	// It goes on where it was after a restart, and what was written last is
	// sent before it ends.
	h.mustSay("word 40")
	h.stop()
	h.store.Close()
	if err := h.r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, restore(t, one), 41, "the copy of a house that closed")
	was := h.r.Epoch
	h = must(t, dir, replica.Config{Destinations: to(one, two)})
	if h.r.Epoch != was {
		t.Errorf("epoch %v after a restart, %v before", h.r.Epoch, was)
	}
	h.mustSay("word 41")
	h.copied()
	want(t, restore(t, two), 42, "the copy after a restart")
}

func TestAnswersWhenCopied(t *testing.T) {
	t.Parallel()
	one, two := &away{Place: folder(t, t.TempDir())}, &away{Place: folder(t, t.TempDir())}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(one, two), Soon: true, Every: time.Hour, Patience: 2 * time.Second})
	for i := range 10 {
		h.mustSay(fmt.Sprint("word ", i))
		// Not when all have it, but when the first does.
		if !has(t, one, i) && !has(t, two, i) {
			t.Fatalf("word %d was answered, and no copy has it", i)
		}
	}
	two.gone.Store(true)
	h.mustSay("word 10")
	want(t, restore(t, one), 11, "the copy that is left")

	one.gone.Store(true)
	answered := make(chan error)
	go func() { answered <- h.say("word 11") }()
	select {
	case err := <-answered:
		if errs.KindOf(err) != errs.Unavailable {
			t.Errorf("no copy was at home, and the answer was %v", err)
		}
	case <-time.After(5 * time.Minute):
		t.Error("it waits for good")
	}
	want(t, saidIn(t, h.db()), 12, "the house itself")
	one.gone.Store(false)
	h.mustSay("word 12")
	want(t, restore(t, one), 13, "the copy that has come back")
}

func TestOneWrites(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	fenced := make(chan error, 1)
	old := t.TempDir()
	first := must(t, old, replica.Config{Destinations: to(p), Fenced: func(err error) { fenced <- err }})
	first.mustSay("word 0")
	first.copied()

	next := t.TempDir()
	if _, err := source(p).Database(t.Context(), filepath.Join(next, "plaza.db")); err != nil {
		t.Fatal(err)
	}
	second := must(t, next, replica.Config{Destinations: to(p)})
	if second.r.Epoch.N != first.r.Epoch.N+1 {
		t.Errorf("epoch %d after %d", second.r.Epoch.N, first.r.Epoch.N)
	}
	second.mustSay("word 1")
	second.copied()
	first.mustSay("the first does not know yet")
	if err := <-fenced; !errors.As(err, new(*replica.Fenced)) {
		t.Errorf("the first house was told %v", err)
	}
	want(t, restore(t, p), 2, "the copy that both wrote to")

	first.stop()
	first.store.Close()
	if _, err := open(t, old, replica.Config{Destinations: to(p)}); !errors.As(err, new(*replica.Fenced)) {
		t.Errorf("the first house opened again: %v", err)
	}
	all, err := replica.Epochs(t.Context(), p)
	if err != nil || len(all) != 2 || all[0] != first.r.Epoch || all[1] != second.r.Epoch {
		t.Errorf("epochs %v, %v", all, err)
	}

	p.gone.Store(true)
	second.stop()
	second.store.Close()
	if _, err := open(t, next, replica.Config{Destinations: to(p)}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("nobody could be asked, and the house opened: %v", err)
	}
}

// TestOlderData has a machine be put back to how it was a while ago.
func TestOlderData(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	dir, older := t.TempDir(), t.TempDir()
	h := must(t, dir, replica.Config{Destinations: to(p)})
	h.mustSay("word 0")
	h.end()
	if err := os.CopyFS(older, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	h = must(t, dir, replica.Config{Destinations: to(p)})
	h.mustSay("word 1")
	h.end()
	if _, err := open(t, older, replica.Config{Destinations: to(p)}); errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "put back from an older state") {
		t.Errorf("it was put back to an older state, and opened: %v", err)
	}

	// The place was away when it opened, and comes back.
	q := &away{Place: folder(t, t.TempDir())}
	p.gone.Store(true)
	back := must(t, older, replica.Config{Destinations: to(p, q)})
	p.gone.Store(false)
	eventually(t, func() error {
		if c := back.r.Status().Copies[0]; !strings.Contains(c.Fault, "put back from an older state") {
			return fmt.Errorf("not found out: %+v", c)
		}
		return nil
	})
	want(t, restore(t, p), 2, "the copy")
}

// shelf is files in memory.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
	named []string // that the house means to have
}

func (s *shelf) Each(_ context.Context, visit func(string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.files {
		if err := visit(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Named(_ context.Context, names []string) (out []string, err error) {
	for _, name := range names {
		if slices.Contains(s.named, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

func (s *shelf) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(data), io.NopCloser(nil)}, nil
}

func (s *shelf) set(name, data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data == "" {
		delete(s.files, name)
	} else {
		s.files[name] = []byte(data)
	}
}

func files(t *testing.T, p place.Place) map[string]string {
	t.Helper()
	dir, out := t.TempDir(), map[string]string{}
	if err := source(p).Files(t.Context(), dir, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, _ := os.ReadFile(path)
			out[d.Name()] = string(data)
		}
		return err
	})
	return out
}

func TestFilesToo(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	s := &shelf{files: map[string][]byte{}}
	for i := range 10 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	dir := t.TempDir()
	h := must(t, dir, replica.Config{Destinations: to(p), Files: s, Soon: true})
	eventually(t, func() error {
		if got := files(t, p); len(got) != 10 || got[fmt.Sprintf("%032x.jpg", 7)] != "picture 7" {
			return fmt.Errorf("%v", got)
		}
		return nil
	})
	name := fmt.Sprintf("%032x.png", 99)
	s.set(name, "new")
	if err := h.r.Kept(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if got := files(t, p)[name]; got != "new" {
		t.Errorf("it was answered, and the copy has %q", got)
	}
	s.set(name, "")
	h.r.Gone(name)
	eventually(t, func() error {
		if got, ok := files(t, p)[name]; ok {
			return fmt.Errorf("what was deleted is still there: %q", got)
		}
		return nil
	})

	// One that went while nobody looked goes there, too; but not all of them.
	h.stop()
	h.store.Close()
	s.set(fmt.Sprintf("%032x.jpg", 3), "")
	h = must(t, dir, replica.Config{Destinations: to(p), Files: s})
	eventually(t, func() error {
		if got := files(t, p); len(got) != 9 {
			return fmt.Errorf("%v", got)
		}
		return nil
	})
	h.stop()
	h.store.Close()
	h = must(t, dir, replica.Config{Destinations: to(p), Files: &shelf{}})
	eventually(t, func() error {
		if c := h.r.Status().Copies[0]; !strings.Contains(c.Fault, "are not here any more") {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
	if got := files(t, p); len(got) != 9 {
		t.Errorf("a folder without files emptied the copy: %v", got)
	}
}

// TestFilesThatDidNotComeBack has a house be brought back whose files come in
// later: what is not here yet is not taken for deleted.
func TestFilesThatDidNotComeBack(t *testing.T) {
	t.Parallel()
	p := folder(t, t.TempDir())
	s := &shelf{files: map[string][]byte{}}
	name := func(i int) string { return fmt.Sprintf("%032x.jpg", i) }
	for i := range 10 {
		s.set(name(i), fmt.Sprint("picture ", i))
	}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Files: s})
	h.mustSay("hello")
	h.copied()
	h.stop()
	h.store.Close()

	dir := t.TempDir()
	source := replica.Source{Place: p, Identities: []age.Identity{id()}, Log: slog.New(slog.DiscardHandler)}
	db := filepath.Join(dir, "plaza.db")
	if _, err := source.Database(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if !replica.Missing(db) {
		t.Error("no file came back, and none is missing")
	}
	few := &shelf{files: map[string][]byte{}}
	for i := range 9 {
		few.set(name(i), fmt.Sprint("picture ", i))
	}
	for _, tt := range []struct {
		missing, named bool
		want           int
		says           string
	}{{true, false, 10, "Not all files have come back"}, {false, true, 10, "1 files that belong to posts or people are not on this machine"}, {false, false, 9, ""}} {
		if !tt.missing {
			if err := errors.Join(replica.Whole(db), replica.Whole(db)); err != nil {
				t.Fatal(err)
			}
		}
		if few.named = nil; tt.named {
			few.named = []string{name(9)}
		}
		h = must(t, dir, replica.Config{Destinations: to(p), Files: few})
		h.mustSay("still here")
		h.copied()
		if got := files(t, p); len(got) != tt.want {
			t.Errorf("%+v: the copy has %d files", tt, len(got))
		}
		if says := h.r.Status().Copies[0].Fault; !strings.HasPrefix(says, tt.says) || tt.says == "" && says != "" {
			t.Errorf("%+v: it says %q", tt, says)
		}
		h.stop()
		h.store.Close()
	}
}

// TestOneFileIsDamaged brings back the others, and names it.
func TestOneFileIsDamaged(t *testing.T) {
	t.Parallel()
	at := t.TempDir()
	p := folder(t, at)
	s := &shelf{files: map[string][]byte{}}
	for i := range 10 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Files: s})
	h.copied()
	bad := fmt.Sprintf("00/%032x.jpg", 4)
	b, err := os.ReadFile(filepath.Join(at, "media", bad))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(filepath.Join(at, "media", bad), b, 0o600); err != nil {
		t.Fatal(err)
	}
	source, dir, n := replica.Source{Place: p, Identities: []age.Identity{id()}, Log: slog.New(slog.DiscardHandler)}, t.TempDir(), 0
	err = source.Files(t.Context(), dir, func(done, _ int) { n = done })
	if err == nil || !strings.Contains(err.Error(), bad) || !strings.HasPrefix(err.Error(), "1 of 10 files") || n != 9 {
		t.Errorf("%d came back: %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(dir, bad)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the damaged one is there: %v", err)
	}
}
