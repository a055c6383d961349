package replica_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

// begins is in the key of what needs nothing before it.
const begins = "/0000000000000001-"

// TestEpochInPart brings nothing older back than was asked for, unless somebody
// says so.
func TestEpochInPart(t *testing.T) {
	t.Parallel()
	at, next := t.TempDir(), t.TempDir()
	p := &away{Place: folder(t, at)}
	first := must(t, t.TempDir(), replica.Config{Destinations: to(p)})
	first.mustSay("word 0")
	first.copied()
	first.stop()
	if _, err := source(p).Database(t.Context(), filepath.Join(next, "plaza.db")); err != nil {
		t.Fatal(err)
	}
	second := must(t, next, replica.Config{Destinations: to(p)})
	second.mustSay("word 1")
	second.copied()
	second.stop()

	pieces := filepath.Join(at, "e", second.r.Epoch.String())
	kept := filepath.Join(t.TempDir(), "kept")
	if err := os.CopyFS(kept, os.DirFS(pieces)); err != nil {
		t.Fatal(err)
	}
	lost, err := filepath.Glob(filepath.Join(pieces, "ltx", "*", begins[1:]+"*"))
	if err != nil || len(lost) == 0 {
		t.Fatal(lost, err)
	}
	for _, path := range lost {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	from := source(p)
	file := func() string { return filepath.Join(t.TempDir(), "plaza.db") }
	_, err = from.Database(t.Context(), file())
	if says := errs.Public(err); errs.KindOf(err) != errs.Conflict || !strings.Contains(says, "Epoch 2, which began on") || !strings.Contains(says, "--epoch=1 ") {
		t.Errorf("what epoch 2 begins with is lost, and it was brought back: %v", err)
	}
	from.Only = 2
	if _, err := from.Database(t.Context(), file()); errs.KindOf(err) != errs.Conflict || strings.Contains(errs.Public(err), "--epoch") {
		t.Errorf("only epoch 2 was wanted, which is not whole: %v", err)
	}
	from.Only = 3
	if _, err := from.Database(t.Context(), file()); errs.KindOf(err) != errs.NotFound || !strings.Contains(errs.Public(err), "The last one is 2.") {
		t.Errorf("only epoch 3 was wanted, which is not there: %v", err)
	}
	from.Only = 1
	earlier := file()
	if back, err := from.Database(t.Context(), earlier); err != nil || back.Epoch != first.r.Epoch {
		t.Fatal(back, err)
	}
	want(t, saidIn(t, earlier), 1, "what was asked for by its number")

	// Of one that sent nothing it is told.
	if err := os.RemoveAll(pieces); err != nil {
		t.Fatal(err)
	}
	from.Only = 0
	if back, err := from.Database(t.Context(), file()); err != nil || back.Epoch != first.r.Epoch || len(back.Nought) != 1 || back.Nought[0] != second.r.Epoch {
		t.Errorf("nothing is there of epoch 2, and there came back %+v, %v", back, err)
	}
	if err := os.CopyFS(pieces, os.DirFS(kept)); err != nil {
		t.Fatal(err)
	}
	want(t, restore(t, p), 2, "the copy that is whole again")
}

// An inOrder place sees whether something came before what it needs.
type inOrder struct {
	away
	begun atomic.Bool
	early atomic.Int64
}

func (o *inOrder) Put(ctx context.Context, key string, r io.Reader, n int64) error {
	piece := strings.HasPrefix(key, "e/") && !o.gone.Load()
	if piece && !strings.Contains(key, begins) && !o.begun.Load() {
		o.early.Add(1)
	}
	err := o.away.Put(ctx, key, r, n)
	if piece && strings.Contains(key, begins) && err == nil {
		o.begun.Store(true)
	}
	return err
}

// TestBeginningFirst sends nothing of an epoch before what it begins with: where
// that is missing, it was lost.
func TestBeginningFirst(t *testing.T) {
	t.Parallel()
	o, q := &inOrder{away: away{Place: folder(t, t.TempDir())}}, &away{Place: folder(t, t.TempDir())}
	o.gone.Store(true)
	h := must(t, t.TempDir(), replica.Config{Destinations: to(o, q)})
	for range 20 {
		h.mustSay("hello")
		h.copied(1)
	}
	o.gone.Store(false)
	h.copied()
	if n := o.early.Load(); n > 0 {
		t.Errorf("%d pieces were sent before what they need was there", n)
	}
}

// TestFilesHeldBack takes what is listed and not given back for missing, and what
// is removed meanwhile not.
func TestFilesHeldBack(t *testing.T) {
	t.Parallel()
	s := &shelf{files: map[string][]byte{}}
	for i := range 10 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	p := &holdsBack{away: away{Place: folder(t, t.TempDir())}}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Files: s})
	eventually(t, func() error {
		if got := files(t, p); len(got) != 10 {
			return fmt.Errorf("%v", got)
		}
		return nil
	})
	h.closes()
	back := func() (n int, err error) {
		err = source(p).Files(t.Context(), t.TempDir(), func(done, _ int) { n = done })
		return n, err
	}
	name := fmt.Sprintf("00/%032x.jpg", 4)
	p.key = "media/" + name
	if n, err := back(); n != 9 || err == nil || !strings.HasPrefix(err.Error(), "1 of 10 files") || !strings.Contains(err.Error(), name) {
		t.Errorf("one is held back: %d came back, %v", n, err)
	}
	p.opened = func() { _ = p.Remove(t.Context(), p.key) }
	if n, err := back(); n != 9 || err != nil {
		t.Errorf("one was removed meanwhile: %d came back, %v", n, err)
	}
}
