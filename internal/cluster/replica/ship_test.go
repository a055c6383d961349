package replica_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// A mute place does not tell who writes there, while it is mute.
type mute struct {
	place.Place
	is      atomic.Bool
	asked   atomic.Int64 // while it was
	removed atomic.Int64
}

func (m *mute) Each(ctx context.Context, prefix, after string, visit func(place.Info) error) error {
	if strings.HasPrefix(prefix, "epochs/") && m.is.Load() {
		m.asked.Add(1)
		return errAway
	}
	return m.Place.Each(ctx, prefix, after, visit)
}

func (m *mute) Remove(ctx context.Context, keys ...string) error {
	m.removed.Add(int64(len(keys)))
	return m.Place.Remove(ctx, keys...)
}

// TestTakenOverFrom has a house whose files are removed not know yet that another
// needs them.
func TestTakenOverFrom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &mute{Place: folder(t, dir)}
	s := &shelf{files: map[string][]byte{}}
	for i := range 10 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	fenced := make(chan error, 2)
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Files: s, Fenced: func(err error) { fenced <- err }})
	h.mustSay("word 0")
	h.copied()
	p.is.Store(true)
	next := t.TempDir()
	if _, err := source(folder(t, dir)).Database(t.Context(), filepath.Join(next, "plaza.db")); err != nil {
		t.Fatal(err)
	}
	must(t, next, replica.Config{Destinations: to(folder(t, dir))})
	h.r.Gone(fmt.Sprintf("%032x.jpg", 3))
	eventually(t, func() error {
		if c := h.r.Status().Copies[0]; p.removed.Load() == 0 && !strings.Contains(c.Fault, errAway.Error()) {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
	p.is.Store(false)
	if err := <-fenced; !errors.As(err, new(*replica.Fenced)) {
		t.Error(err)
	}
	h.stop()
	if got := files(t, folder(t, dir)); len(got) != 10 || len(fenced) > 0 {
		t.Errorf("the copy has %d files of 10, and it was told %d times more", len(got), len(fenced))
	}
}

// TestOlderFiles has a machine be put back to how it was before some files came.
// The copy that has more keeps them.
func TestOlderFiles(t *testing.T) {
	t.Parallel()
	p, q := &mute{Place: folder(t, t.TempDir())}, &away{Place: folder(t, t.TempDir())}
	dir, older := t.TempDir(), t.TempDir()
	s := &shelf{files: map[string][]byte{}}
	for i := range 8 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	was := &shelf{files: map[string][]byte{}}
	for name, data := range s.files {
		was.set(name, string(data))
	}
	keeps := func() *house { return must(t, dir, replica.Config{Destinations: to(&away{Place: p}), Files: s}) }
	h := keeps()
	h.mustSay("word 0")
	h.copied()
	h.end()
	if err := os.CopyFS(older, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s.set(fmt.Sprintf("%032x.jpg", 8), "picture 8")
	h = keeps()
	h.mustSay("word 1")
	h.copied()
	h.end()

	p.is.Store(true)
	p.removed.Store(0)
	back := must(t, older, replica.Config{Destinations: to(&away{Place: p}, q), Files: was})
	back.copied(1)
	p.is.Store(false)
	eventually(t, func() error {
		if c := back.r.Status().Copies[0]; !strings.Contains(c.Fault, "put back from an older state") {
			return fmt.Errorf("not found out: %+v", c)
		}
		return nil
	})
	back.stop()
	if got := files(t, p); len(got) != 9 || p.removed.Load() > 0 {
		t.Errorf("the copy has %d files of 9", len(got))
	}
}

// end closes a house, and nothing of it goes on.
func (h *house) end() {
	h.t.Helper()
	h.stop()
	h.store.Close()
	if err := h.r.Close(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}
