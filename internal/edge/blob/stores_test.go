package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// shed is a store elsewhere that can be away, and be spoiled.
type shed struct {
	name string
	mu   sync.Mutex
	away bool
	has  map[string][]byte
}

var errAway = errors.New("nobody answers")

func newShed(name string) *shed { return &shed{name: name, has: map[string][]byte{}} }

func (s *shed) open() (func(), error) {
	s.mu.Lock()
	if s.away {
		s.mu.Unlock()
		return nil, errAway
	}
	return s.mu.Unlock, nil
}

func (s *shed) Put(_ context.Context, key string, data io.Reader, size int64) error {
	b, err := io.ReadAll(data)
	if err == nil && int64(len(b)) != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	shut, err := s.open()
	if err == nil {
		s.has[key] = b
		shut()
	}
	return err
}

func (s *shed) Open(_ context.Context, key string) (io.ReadCloser, error) {
	shut, err := s.open()
	if err != nil {
		return nil, err
	}
	defer shut()
	b, ok := s.has[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(bytes.Clone(b))), nil
}

func (s *shed) Each(_ context.Context, after string, visit func(string, int64, time.Time) error) error {
	shut, err := s.open()
	if err != nil {
		return err
	}
	keys := slices.Sorted(maps.Keys(s.has))
	shut()
	for _, k := range keys {
		if k > after {
			if err := visit(k, 1, time.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shed) Remove(_ context.Context, keys ...string) error {
	shut, err := s.open()
	if err == nil {
		for _, k := range keys {
			delete(s.has, k)
		}
		shut()
	}
	return err
}

func (s *shed) Close() error   { return nil }
func (s *shed) String() string { return "shed://" + s.name }

func (s *shed) leave(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *shed) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.has)
}

// spoil changes a byte of everything.
func (s *shed) spoil(at func(n int) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.has {
		b[at(len(b))] ^= 1
	}
}

// host is a machine that keeps files in both sheds.
type host struct {
	*testing.T
	*Store
	many *several
	told *bytes.Buffer
}

func newHost(t *testing.T, dir string, sheds ...Place) *host {
	t.Helper()
	s, err := Open(dir, conf.Default().Media, sheds...)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t, s, s.shelf.(*several), &bytes.Buffer{}}
	s.Log(slog.New(slog.NewTextHandler(h.told, nil)))
	h.many.settle = 0
	t.Cleanup(func() { s.Close() })
	return h
}

func (h *host) put(text string) (name string) {
	h.Helper()
	name = random() + ".png"
	if err := h.keep(name, []byte(text)); err != nil {
		h.Fatal(err)
	}
	h.many.after.Wait()
	return name
}

// reads is what is under a name, or what is wrong.
func (h *host) reads(name string) string {
	h.Helper()
	f, err := h.File(h.Context(), name)
	if err != nil {
		return map[errs.Kind]string{errs.NotFound: "NotFound", errs.Unavailable: "Unavailable"}[errs.KindOf(err)]
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil || f.Type != "image/png" || f.Size != int64(len(b)) {
		h.Fatalf("%+v: %v", f, err)
	}
	return string(b)
}

func (h *host) catchUp() error {
	h.Helper()
	return h.many.catchUp(h.Context())
}

// A store that is away while files come and go gets what it lacks when it is
// back, and loses what it should; others read from the one that answers.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	a, b := newShed("a"), newShed("b")
	dir := t.TempDir()
	here, there := newHost(t, dir, a, b), newHost(t, t.TempDir(), a, b)
	before := here.put("before")
	if a.count() != 1 || b.count() != 1 {
		t.Fatalf("%d and %d files, want one in each", a.count(), b.count())
	}
	b.leave(true)
	during, gone := here.put("during"), here.put("gone")
	if got := there.reads(during); got != "during" {
		t.Errorf("from the one that answers: %q", got)
	}
	for _, name := range []string{gone, before} {
		if err := here.Remove(name); err != nil {
			t.Error(err)
		}
		if got := here.reads(name); got != "NotFound" {
			t.Errorf("removed: %q", got)
		}
	}
	if err := here.catchUp(); !errors.Is(err, errAway) {
		t.Errorf("while it is away: %v", err)
	}
	if err := here.Check(t.Context()); !strings.Contains(errs.Public(err)+err.Error(), "shed://b") {
		t.Errorf("the check says %v, want the one that is away", err)
	}
	a.leave(true)
	if err := here.keep(random()+".png", []byte("x")); err == nil {
		t.Error("kept although no store answers")
	}
	if got := there.reads(gone); got != "Unavailable" {
		t.Errorf("nobody answers: %q", got)
	}
	a.leave(false)
	here.Close() // and the machine starts again
	again := newHost(t, dir, a, b)
	b.leave(false)
	if err := again.catchUp(); err != nil {
		t.Error(err)
	}
	if a.count() != 1 || b.count() != 1 {
		t.Errorf("%d and %d files, want one in each", a.count(), b.count())
	}
	a.leave(true)
	third := newHost(t, t.TempDir(), a, b)
	if got := third.reads(during); got != "during" {
		t.Errorf("from the one that was away: %q", got)
	}
	var left []string
	for _, f := range []string{owed, "."} {
		all, err := fs.ReadDir(again.root.FS(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if len(d.Name()) > 6 && form.MatchString(d.Name()) {
				left = append(left, d.Name())
			}
		}
	}
	if err := again.many.spool.each(t.Context(), func(i Info) error { left = append(left, i.Name); return nil }); err != nil || len(left) > 0 {
		t.Errorf("still waits: %v, %v", left, err)
	}
}

// Whatever byte of a store is changed, or cut, it is read from the other, told,
// and mended; if both are damaged nothing is shown.
func TestStoreSpoiled(t *testing.T) {
	t.Parallel()
	a, b := newShed("a"), newShed("b")
	here := newHost(t, t.TempDir(), a, b)
	name := here.put("as it was")
	for at := range len(a.has[keyOf(name)]) {
		a.spoil(func(int) int { return at })
		there := newHost(t, t.TempDir(), a, b)
		if got := there.reads(name); got != "as it was" {
			t.Fatalf("byte %d is another: %q", at, got)
		}
		if said := there.told.String(); !strings.Contains(said, "shed://a") || !strings.Contains(said, name) {
			t.Errorf("byte %d: told %q", at, said)
		}
		there.many.after.Wait()
		if !bytes.Equal(a.has[keyOf(name)], b.has[keyOf(name)]) {
			t.Fatalf("byte %d is not mended", at)
		}
	}
	a.spoil(func(n int) int { return n - 1 })
	if err := tryStore(t.Context(), a, ""); !strings.Contains(errs.Public(err), name) {
		t.Errorf("tried: %v, want the name", err)
	}
	if err := tryStore(t.Context(), b, ""); err != nil {
		t.Errorf("the other: %v", err)
	}
	b.has[keyOf(name)] = b.has[keyOf(name)][:len(b.has[keyOf(name)])-1]
	if got := newHost(t, t.TempDir(), a, b).reads(name); got != "Unavailable" {
		t.Errorf("damaged everywhere: %q", got)
	}
	other := here.put("another")
	a.has[keyOf(name)], b.has[keyOf(name)] = a.has[keyOf(other)], nil
	if got := newHost(t, t.TempDir(), a, b).reads(name); got != "Unavailable" {
		t.Errorf("another file in its stead: %q", got)
	}
}

// A house that kept files in its folder carries them to the stores.
func TestMoveToStores(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alone, err := Open(dir, conf.Default().Media)
	if err != nil {
		t.Fatal(err)
	}
	name := random() + ".png"
	if err := errors.Join(alone.keep(name, []byte("old")), alone.Close()); err != nil {
		t.Fatal(err)
	}
	a, b := newShed("a"), newShed("b")
	h := newHost(t, dir, a, b)
	if got := h.reads(name); got != "old" {
		t.Errorf("before: %q", got)
	}
	if err := h.catchUp(); err != nil || a.count() != 1 || b.count() != 1 {
		t.Errorf("%d and %d files, %v", a.count(), b.count(), err)
	}
	var all []string
	if err := h.Each(t.Context(), func(i Info) error { all = append(all, i.Name); return nil }); err != nil || !slices.Equal(all, []string{name}) {
		t.Errorf("%v, %v", all, err)
	}
}

// What was read is forgotten after an hour: it may have been removed elsewhere.
func TestForgotten(t *testing.T) {
	t.Parallel()
	a := newShed("a")
	here, there := newHost(t, t.TempDir(), a), newHost(t, t.TempDir(), a)
	name := here.put("short")
	if got := there.reads(name); got != "short" {
		t.Fatal(got)
	}
	if err := here.Remove(name); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{oldest - time.Minute, "short"}, {oldest + time.Minute, "NotFound"}} {
		if err := there.many.prune(t.Context(), time.Now().Add(c.after)); err != nil {
			t.Fatal(err)
		}
		if got := there.reads(name); got != c.want {
			t.Errorf("after %v: %q, want %q", c.after, got, c.want)
		}
	}
}
