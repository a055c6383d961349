package replica_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
)

func drill(t *testing.T, h *house) replica.Drilled {
	t.Helper()
	found, err := h.r.Drill(t.Context(), []age.Identity{id()}, true)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return found[0]
}

// TestDrill drills a house that is written and read all the while.
func TestDrill(t *testing.T) {
	t.Parallel()
	s := &shelf{files: map[string][]byte{}}
	for i := range 20 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	p := &away{Place: folder(t, t.TempDir())}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Files: s})
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for n := range 4 {
		busy.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				h.mustSay(fmt.Sprintf("word %d", n*1_000_000+i))
				time.Sleep(time.Millisecond)
			}
		})
	}
	h.copied()
	for range 5 {
		d := drill(t, h)
		if !d.Restored || len(d.Wrong) > 0 || d.Bytes == 0 {
			t.Errorf("%+v", d)
		}
	}
	stop()
	busy.Wait()
	eventually(t, func() error {
		if d := drill(t, h); d.Files != 20 {
			return fmt.Errorf("%+v", d)
		}
		return nil
	})
}

// TestDrillFindsEveryByte changes one byte of each thing that a copy has.
func TestDrillFindsEveryByte(t *testing.T) {
	t.Parallel()
	s := &shelf{files: map[string][]byte{}}
	s.set(fmt.Sprintf("%032x.jpg", 1), "a picture")
	dir := t.TempDir()
	p := &away{Place: folder(t, dir)}
	h := keeps(t, t.TempDir(), 7, on("2026-11-01 03:04"), replica.Config{Destinations: to(p), Files: s, Settings: []byte("max_post = 1")})
	h.mustSay("word 0")
	h.mustDaily()
	h.copied()
	if d := drill(t, h); !d.Restored || len(d.Wrong) > 0 || d.Files != 1 || d.Daily.Day() != 1 {
		t.Fatalf("%+v", d)
	}
	h.stop() // nothing mends what we break
	n := 0
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n++
		was, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, _ := filepath.Rel(dir, path)
		for _, at := range []int{0, len(was) / 2, len(was) - 1} {
			is := append([]byte(nil), was...)
			is[at] ^= 1
			if err := os.WriteFile(path, is, 0o600); err != nil {
				return err
			}
			d := drill(t, h)
			if !strings.Contains(strings.Join(d.Wrong, "\n"), key) {
				t.Errorf("byte %d of %s was changed, and the drill found %q", at, key, d.Wrong)
			}
		}
		return os.WriteFile(path, was, 0o600)
	}); err != nil {
		t.Fatal(err)
	}
	if n < 8 {
		t.Errorf("the copy has %d things only", n)
	}
	if d := drill(t, h); len(d.Wrong) > 0 {
		t.Errorf("it is as it was, and wrong: %q", d.Wrong)
	}
	name := filepath.Join(dir, "media", "00", fmt.Sprintf("%032x.jpg", 1))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if d := drill(t, h); len(d.Wrong) != 1 || !strings.Contains(d.Wrong[0], filepath.Base(name)) {
		t.Errorf("a file is missing, and the drill found %q", d.Wrong)
	}
}

// A holdsBack place lists something and does not give it back.
type holdsBack struct {
	away
	key    string
	opened func() // somebody wanted it; nil is nobody cares
}

func (h *holdsBack) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if key == h.key {
		if h.opened != nil {
			h.opened()
		}
		return nil, fs.ErrNotExist
	}
	return h.away.Open(ctx, key)
}

// TestDrillFindsWhatIsHeldBack has a place hold back each thing that it lists.
func TestDrillFindsWhatIsHeldBack(t *testing.T) {
	t.Parallel()
	s := &shelf{files: map[string][]byte{}}
	name := fmt.Sprintf("%032x.jpg", 1)
	s.set(name, "a picture")
	p := &holdsBack{away: away{Place: folder(t, t.TempDir())}}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p), Files: s, Settings: []byte("max_post = 1")})
	h.mustSay("word 0")
	h.copied()
	eventually(t, func() error {
		if d := drill(t, h); len(d.Wrong) > 0 || d.Files != 1 {
			return fmt.Errorf("%+v", d)
		}
		return nil
	})
	h.stop() // what is there stays the same
	keys := []string{}
	for _, prefix := range []string{"e/", "media/", "plaza.toml"} {
		n := len(keys)
		if err := p.Each(t.Context(), prefix, "", func(i place.Info) error { keys = append(keys, i.Key); return nil }); err != nil || n == len(keys) {
			t.Fatal(prefix, keys, err)
		}
	}
	found := 0
	for _, key := range keys {
		p.key = key
		d := drill(t, h)
		if strings.Contains(strings.Join(d.Wrong, "\n"), key) {
			found++
			continue
		}
		name, piece := strings.CutPrefix(key, "e/"+h.r.Epoch.String())
		if _, err := os.Stat(filepath.Join(h.dir, "replica", h.r.Epoch.String(), "spool", name)); !piece || err == nil { // or else it was joined meanwhile
			t.Errorf("%s is held back, and the drill found %q", key, d.Wrong)
		}
	}
	if found < 3 {
		t.Errorf("%d of %q were looked at", found, keys)
	}

	// What goes while a drill reads is not held back.
	p.key = "media/00/" + name
	s.set(name, "")
	if d := drill(t, h); len(d.Wrong) > 0 {
		t.Errorf("a file was removed meanwhile, and the drill found %q", d.Wrong)
	}
	h.closes()
}

// closes has nothing be written into its folder any more.
func (h *house) closes() {
	h.t.Helper()
	h.stop()
	if err := errors.Join(h.store.Close(), h.r.Close(h.t.Context())); err != nil {
		h.t.Error(err)
	}
}

// TestDrillFindsOldSettings has a place give back what it had before.
func TestDrillFindsOldSettings(t *testing.T) {
	t.Parallel()
	dir, at := t.TempDir(), t.TempDir()
	p := &away{Place: folder(t, at)}
	file := filepath.Join(at, "plaza.toml")
	var old []byte
	for _, settings := range []string{"max_post = 1", "max_post = 2"} {
		h := must(t, dir, replica.Config{Destinations: to(p), Settings: []byte(settings)})
		h.mustSay("hello")
		h.copied()
		h.stop()
		if d := drill(t, h); len(d.Wrong) > 0 {
			t.Errorf("with %s it found %q", settings, d.Wrong)
		}
		if old != nil {
			if err := os.WriteFile(file, old, 0o600); err != nil {
				t.Fatal(err)
			}
			if d := drill(t, h); len(d.Wrong) != 1 || !strings.HasPrefix(d.Wrong[0], "plaza.toml: ") {
				t.Errorf("the settings of before came back, and it found %q", d.Wrong)
			}
		}
		var err error
		if old, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		h.closes()
	}
}

// A slow place shows what it has for the first time when all of it has been
// joined.
type slow struct {
	away
	t      *testing.T
	waited atomic.Bool
}

func (s *slow) Each(ctx context.Context, prefix, after string, visit func(place.Info) error) error {
	if strings.HasSuffix(prefix, "/ltx/9/") && !s.waited.Swap(true) {
		singles := strings.Replace(prefix, "/ltx/9/", "/ltx/0/", 1)
		last := ""
		see := func(i place.Info) error { last = max(last, i.Key); return nil }
		if err := s.away.Each(ctx, singles, "", see); err != nil {
			return err
		}
		seen := last
		eventually(s.t, func() error {
			first := ""
			err := s.away.Each(ctx, singles, "", func(i place.Info) error { first = cmp.Or(first, i.Key); return nil })
			if err == nil && first <= seen {
				err = fmt.Errorf("%s is still there, up to %s", first, seen)
			}
			return err
		})
	}
	return s.away.Each(ctx, prefix, after, visit)
}

// TestDrillOfASlowCopy chooses another moment when the first was joined with
// others before it could be brought back.
func TestDrillOfASlowCopy(t *testing.T) {
	t.Parallel()
	p := &slow{away: away{Place: folder(t, t.TempDir())}, t: t}
	h := must(t, t.TempDir(), replica.Config{Destinations: to(p)})
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			h.mustSay(fmt.Sprint("word ", i))
			time.Sleep(time.Millisecond)
		}
	})
	h.copied()
	d := drill(t, h)
	stop()
	busy.Wait()
	if !d.Restored || len(d.Wrong) > 0 || !p.waited.Load() {
		t.Errorf("%+v", d)
	}
	h.closes()
}
