package replica_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/store"
)

// behind is a house whose first copy has so many words, and the second all.
func behind(t *testing.T, first, all int) (h *house, one, two *away) {
	t.Helper()
	one, two = &away{Place: folder(t, t.TempDir())}, &away{Place: folder(t, t.TempDir())}
	h = must(t, t.TempDir(), replica.Config{Destinations: to(one, two), Soon: true})
	for i := range first {
		h.mustSay(fmt.Sprint("word ", i))
	}
	h.copied()
	one.gone.Store(true)
	for i := first; i < all; i++ {
		h.mustSay(fmt.Sprint("word ", i))
	}
	return h, one, two
}

// finish has a follower take over from a house.
func finish(t *testing.T, f *follower, dir string, at ...place.Place) (passed []error, err error) {
	t.Helper()
	own, err := replica.Begin(t.Context(), dir, f.Epoch(), at)
	if err != nil {
		t.Fatal(err)
	}
	return f.Finish(t.Context(), own, at, func(ctx context.Context, fn func() error) error {
		return errors.Join(f.store.Renew(ctx, fn), store.ErrJump) // as if it had been away for long
	})
}

// TestFinishesWhereMostIs follows a place that does not have what was acknowledged
// last, because another has it.
func TestFinishesWhereMostIs(t *testing.T) {
	t.Parallel()
	h, one, two := behind(t, 3, 200)
	h.stop()
	one.gone.Store(false)
	file := filepath.Join(t.TempDir(), "plaza.db")
	f := follow(t, one, file)
	if n := f.said(t); n != 3 {
		t.Fatalf("the place that is followed has %d of 3", n)
	}
	passed, err := finish(t, f, t.TempDir(), one, two)
	if err != nil || len(passed) > 0 {
		t.Fatalf("%v, passed over %v", err, passed)
	}
	f.store.Close()
	want(t, saidIn(t, file), 200, "who took over")
	if err := h.r.Close(t.Context()); err == nil {
		t.Error("the claim stands nowhere")
	}
}

// TestFinishPassesOver has the place be away that has most: it is said.
func TestFinishPassesOver(t *testing.T) {
	t.Parallel()
	h, one, two := behind(t, 3, 5)
	h.stop()
	one.gone.Store(false)
	two.gone.Store(true)
	file := filepath.Join(t.TempDir(), "plaza.db")
	f := follow(t, one, file)
	passed, err := finish(t, f, t.TempDir(), one, two)
	if err != nil || len(passed) != 1 || !errors.Is(passed[0], errAway) || !strings.Contains(passed[0].Error(), two.String()) {
		t.Fatalf("%v, passed over %v", err, passed)
	}
	f.store.Close()
	want(t, saidIn(t, file), 3, "who took over")
}

// TestFinishSeesWhoCameBetween has a place know of a house that came after the one
// that is followed at another.
func TestFinishSeesWhoCameBetween(t *testing.T) {
	t.Parallel()
	h, one, two := behind(t, 3, 5)
	h.stop()
	one.gone.Store(false)
	f := follow(t, one, filepath.Join(t.TempDir(), "plaza.db"))
	one.gone.Store(true)
	dir := t.TempDir()
	if _, err := source(two).Database(t.Context(), filepath.Join(dir, "plaza.db")); err != nil {
		t.Fatal(err)
	}
	next := must(t, dir, replica.Config{Destinations: to(one, two), Soon: true})
	next.mustSay("word 5")
	next.stop()
	one.gone.Store(false)
	_, err := finish(t, f, t.TempDir(), one, two)
	if ahead := (*replica.Ahead)(nil); !errors.As(err, &ahead) || !errors.Is(err, replica.ErrNewEpoch) || ahead.Place != two.String() || ahead.Epoch != next.r.Epoch {
		t.Fatalf("%v", err)
	}

	file := filepath.Join(t.TempDir(), "plaza.db")
	back, err := source(one).Database(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	back, passed, err := source(one).Further(t.Context(), file, back, []place.Place{two})
	if err != nil || len(passed) > 0 || back.Epoch != next.r.Epoch {
		t.Fatalf("%+v, %v, passed over %v", back, err, passed)
	}
	want(t, saidIn(t, file), 6, "what came back")
}

// TestRestoreGoesFurther brings back from one place, and then what another has more.
func TestRestoreGoesFurther(t *testing.T) {
	t.Parallel()
	h, one, two := behind(t, 3, 9)
	h.stop()
	one.gone.Store(false)
	file := filepath.Join(t.TempDir(), "plaza.db")
	back, err := source(one).Database(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	three := &away{Place: folder(t, t.TempDir())}
	three.gone.Store(true)
	back, passed, err := source(one).Further(t.Context(), file, back, []place.Place{two, three})
	if err != nil || len(passed) != 1 || !errors.Is(passed[0], errAway) {
		t.Fatalf("%+v, %v, passed over %v", back, err, passed)
	}
	if replica.Follows(file) {
		t.Error("what came back follows")
	}
	want(t, saidIn(t, file), 9, "what came back")
}

// TestBehindAGap has the last piece be there, and the one before it not: the house
// was lost while both were on their way, and nobody was told of either.
func TestBehindAGap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := &away{Place: folder(t, dir)}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true})
	h.mustSay("word 0")
	file := filepath.Join(t.TempDir(), "plaza.db")
	f := follow(t, p, file)
	h.mustSay("word 1")
	h.stop()
	singles, err := filepath.Glob(filepath.Join(dir, "e", "*", "ltx", "0", "*.ltx"))
	if err != nil || len(singles) == 0 {
		t.Fatalf("%q, %v", singles, err)
	}
	last := singles[len(singles)-1]
	var n uint64
	if _, err := fmt.Sscanf(filepath.Base(last), "%x-", &n); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(last), fmt.Sprintf("%016x-%016x.ltx", n+2, n+2)), b, 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, restore(t, p), 2, "what came back")
	if passed, err := finish(t, f, t.TempDir(), p); err != nil || len(passed) > 0 {
		t.Fatalf("%v, passed over %v", err, passed)
	}
	f.store.Close()
	want(t, saidIn(t, file), 2, "who took over")
}

// TestKilledAmongPages kills a follower in the midst of writing: what is half there
// is mended before anybody opens it.
func TestKilledAmongPages(t *testing.T) {
	t.Parallel()
	p := &away{Place: folder(t, t.TempDir())}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Soon: true})
	h.mustSay("word 0")
	file := filepath.Join(t.TempDir(), "plaza.db")
	f := follow(t, p, file)
	f.store.Close()
	for i := 1; i < 20; i++ {
		h.mustSay(fmt.Sprint("word ", i))
	}
	errKilled := errors.New("killed")
	if _, err := f.CatchUp(t.Context(), func(_ context.Context, fn func() error) error {
		before, err := os.ReadFile(file)
		if err := errors.Join(err, fn()); err != nil {
			return err
		}
		after, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		// Of the pages that are another now every other one was written, and half of one.
		const page = 4096
		for at, n := page, 0; at+page <= min(len(before), len(after)); at += page {
			if bytes.Equal(before[at:at+page], after[at:at+page]) {
				continue
			}
			if n++; n == 1 {
				clear(after[at : at+page/2])
			} else if n%2 == 0 {
				copy(after[at:at+page], before[at:])
			}
		}
		return errors.Join(os.WriteFile(file, after, 0o600), errKilled)
	}); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if _, err := source(p).Follow(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	want(t, saidIn(t, file), 20, "who was killed")
}
