package replica_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
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

// TestSentAndNotProved has another take over after the last was sent, and before it
// could be seen that nobody had: it is not answered, however often it is tried.
func TestSentAndNotProved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &mute{Place: folder(t, dir)}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true, Patience: time.Minute})
	h.mustSay("word 0")
	p.is.Store(true)
	answered := make(chan error)
	go func() { answered <- h.say("word 1") }()
	eventually(t, func() error {
		if p.asked.Load() == 0 {
			return errors.New("it was not asked who writes")
		}
		return nil
	})
	must(t, t.TempDir(), replica.Config{Destinations: to(folder(t, dir))})
	p.is.Store(false)
	if err := <-answered; err == nil {
		t.Error("it was answered, and another had taken over")
	}
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

// spool is where what is captured waits.
func (h *house) spool() string { return filepath.Join(h.dir, "replica", h.r.Epoch.String(), "spool") }

// says waits until the first copy is said to be as it should, or not.
func (h *house) says(what string) {
	h.t.Helper()
	eventually(h.t, func() error {
		if c := h.r.Status().Copies[0]; what == "" && c.Fault != "" || !strings.Contains(c.Fault, what) {
			return fmt.Errorf("%q is not said: %+v", what, c)
		}
		return nil
	})
}

// TestSpoolIsGone removes what was captured, from under a house that writes: what
// the copy has is whole, and stays.
func TestSpoolIsGone(t *testing.T) {
	t.Parallel()
	at := t.TempDir()
	p := &away{Place: folder(t, at)}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true})
	for i := range 10 {
		h.mustSay(fmt.Sprint("word ", i))
	}
	if err := h.r.Age(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.mustSay("word 10")
	h.copied()
	if err := os.Rename(h.spool(), h.spool()+"-gone"); err != nil {
		t.Fatal(err)
	}
	for i := 11; i < 20; i++ {
		h.mustSay(fmt.Sprint("word ", i))
	}
	h.says("Something is gone from")
	h.copied()
	want(t, restore(t, p), 20, "the copy")
	h.mends(at)
	want(t, restore(t, p), 20, "the copy, when all is written anew,")
}

// mends has the whole database be written anew, and the copy be no more than what
// the spool has.
func (h *house) mends(at string) {
	h.t.Helper()
	if err := h.r.Age(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.says("")
	eventually(h.t, func() error {
		here, there := piecesIn(h.t, h.spool()), piecesIn(h.t, at)
		if len(there) > len(here) {
			return fmt.Errorf("the copy has %d pieces, and the spool %d", len(there), len(here))
		}
		return nil
	})
}

// TestSnapshotIsGone removes the whole database from what was captured, while the
// house does not run.
func TestSnapshotIsGone(t *testing.T) {
	t.Parallel()
	at, dir := t.TempDir(), t.TempDir()
	p := &away{Place: folder(t, at)}
	h := must(t, dir, replica.Config{Destinations: to(p)})
	for i := range 10 {
		h.mustSay(fmt.Sprint("word ", i))
	}
	if err := h.r.Age(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.mustSay("word 10")
	h.copied()
	h.end()
	if err := os.RemoveAll(filepath.Join(h.spool(), "ltx", "9")); err != nil {
		t.Fatal(err)
	}
	looked := &looked{Place: p, t: t}
	h = must(t, dir, replica.Config{Destinations: to(looked)})
	h.mustSay("word 11")
	h.copied()
	h.mends(at)
	h.end()
	want(t, restore(t, p), 12, "the copy")
}

// A looked place is brought back from whenever something was removed there.
type looked struct {
	place.Place
	t *testing.T
}

func (l *looked) Remove(ctx context.Context, keys ...string) error {
	err := l.Place.Remove(ctx, keys...)
	if _, broken := source(l.Place).Database(context.WithoutCancel(ctx), filepath.Join(l.t.TempDir(), "plaza.db")); broken != nil {
		l.t.Errorf("after %q was removed: %v", keys, broken)
	}
	return err
}

// TestSpoolIsGoneUnsent removes what was captured, and no copy has yet: nothing
// after that is answered, until a copy has all of it.
func TestSpoolIsGoneUnsent(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true, Patience: 200 * time.Millisecond})
	eventually(t, func() error { return h.say("begins") })
	p.gone.Store(true)
	if err := h.say("no copy has this"); errs.KindOf(err) != errs.Unavailable {
		t.Error(err)
	}
	eventually(t, func() error {
		if at := h.holds("no copy has this"); !strings.Contains(strings.Join(at, "\n"), "/spool/") {
			return fmt.Errorf("it is not captured: %q", at)
		}
		return nil
	})
	if err := os.Rename(h.spool(), h.spool()+"-gone"); err != nil {
		t.Fatal(err)
	}
	p.gone.Store(false)
	eventually(t, func() error {
		if err := h.say("nor all before this"); err == nil {
			t.Fatal("it was answered, and the copy has not all of it")
		}
		if c := h.r.Status().Copies[0]; !strings.Contains(c.Fault, "does not have") {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
	if err := h.r.Age(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return h.say("all is well") })
	said := restore(t, p)
	for _, what := range []string{"begins", "no copy has this", "nor all before this", "all is well"} {
		if !strings.Contains(strings.Join(said, "\n"), what) {
			t.Errorf("the copy has not %q: %q", what, said)
		}
	}
}

// TestEarlierEpochsGo has a house take over, and what was written before go from
// the copy when it is as old as anything that is kept.
func TestEarlierEpochsGo(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	first := must(t, t.TempDir(), replica.Config{Destinations: to(p)})
	first.mustSay("word 0")
	first.copied()
	first.end()

	next := t.TempDir()
	if _, err := source(p).Database(t.Context(), filepath.Join(next, "plaza.db")); err != nil {
		t.Fatal(err)
	}
	c := replica.Config{Destinations: to(p)}
	h := must(t, next, c)
	h.mustSay("word 1")
	if err := h.r.Age(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.end()
	if n := pieces(t, p, first.r.Epoch); n == 0 {
		t.Error("a new epoch took away what came before as soon as it began")
	}

	e := h.r.Epoch
	e.Since = e.Since.Add(-2 * replica.SnapshotEvery)
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(next, "replica", "epoch.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	h = must(t, next, c)
	eventually(t, func() error {
		if n := pieces(t, p, first.r.Epoch); n > 0 {
			return fmt.Errorf("%d pieces of the epoch before are there", n)
		}
		return nil
	})
	h.mustSay("word 2")
	h.copied()
	want(t, restore(t, p), 3, "the copy")
	if all, err := replica.Epochs(t.Context(), p); err != nil || len(all) != 2 {
		t.Errorf("epochs %v, %v", all, err)
	}
}

// pieces is how much of an epoch is at a place.
func pieces(t *testing.T, p place.Place, e replica.Epoch) (n int) {
	t.Helper()
	if err := p.Each(t.Context(), "e/"+e.String()+"/", "", func(place.Info) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}
