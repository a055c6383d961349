package place

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A ground is where places of one kind are tried out.
type ground struct {
	open func(t *testing.T) Place // all open the same place
	cut  func()                   // breaks every connection; nil if there are none
	web  func() Config            // the same kind, kept for web hosts; nil if it cannot be
	junk func(t *testing.T) int   // counts what is kept besides objects: of what was broken off, nothing
}

var grounds = map[string]func(t *testing.T) ground{
	"file": fileGround,
}

func fileGround(t *testing.T) ground {
	dir := t.TempDir()
	return ground{
		open: func(t *testing.T) Place { return mustOpen(t, Config{URL: "file://" + dir}) },
		web:  func() Config { return Config{URL: "file://" + dir} },
		junk: func(t *testing.T) int { return filesIn(t, dir+"/"+unsaved) },
	}
}

func mustOpen(t *testing.T, c Config) Place {
	t.Helper()
	p, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// each runs a test on places of every kind.
func each(t *testing.T, test func(t *testing.T, g ground)) {
	for name, start := range grounds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t))
		})
	}
}

func put(t *testing.T, p Place, key, data string) {
	t.Helper()
	if err := p.Put(t.Context(), key, strings.NewReader(data), int64(len(data))); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

// read is what is under key, or the name of the error.
func read(t *testing.T, p Place, key string) string {
	t.Helper()
	r, err := p.Open(t.Context(), key)
	if errors.Is(err, fs.ErrNotExist) {
		return "(nothing)"
	}
	if err != nil {
		t.Fatalf("open %s: %v", key, err)
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return string(data)
}

func keys(t *testing.T, p Place, prefix, after string) (all []string) {
	t.Helper()
	err := p.Each(t.Context(), prefix, after, func(i Info) error { all = append(all, i.Key); return nil })
	if err != nil {
		t.Fatalf("each %q after %q: %v", prefix, after, err)
	}
	return all
}

func TestCheck(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		if err := Check(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if left := keys(t, p, "", ""); len(left) != 0 || g.junk(t) != 0 {
			t.Errorf("the check left %v and %d more", left, g.junk(t))
		}
	})
}

// forgetful is a place that does not keep a promise.
type forgetful struct {
	Place
	putNew func(key string, data []byte) error
	remove func() error
	read   func(io.ReadCloser) io.ReadCloser
	each   func() error
}

func (f forgetful) PutNew(ctx context.Context, key string, data []byte) error {
	if f.putNew != nil {
		return f.putNew(key, data)
	}
	return f.Place.PutNew(ctx, key, data)
}

func (f forgetful) Remove(ctx context.Context, keys ...string) error {
	if f.remove != nil {
		return f.remove()
	}
	return f.Place.Remove(ctx, keys...)
}

func (f forgetful) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	r, err := f.Place.Open(ctx, key)
	if err == nil && f.read != nil {
		r = f.read(r)
	}
	return r, err
}

func (f forgetful) Each(ctx context.Context, prefix, after string, visit func(Info) error) error {
	if f.each != nil {
		return f.each()
	}
	return f.Place.Each(ctx, prefix, after, visit)
}

// The check says what is wrong with a place.
func TestCheckFindsOut(t *testing.T) {
	t.Parallel()
	p := fileGround(t).open(t)
	over := func(key string, data []byte) error {
		return p.Put(t.Context(), key, bytes.NewReader(data), int64(len(data)))
	}
	var first atomic.Bool
	for name, c := range map[string]struct {
		place         forgetful
		unconditional bool
	}{
		"writes over": {forgetful{Place: p, putNew: over}, true},
		"writes over at once": {forgetful{Place: p, putNew: func(key string, data []byte) error {
			if bytes.HasPrefix(data, []byte("contender")) {
				return over(key, data)
			}
			return p.PutNew(t.Context(), key, data)
		}}, true},
		"lets nobody": {forgetful{Place: p, putNew: func(key string, data []byte) error {
			if first.CompareAndSwap(false, true) {
				return over(key, data)
			}
			return fs.ErrExist
		}}, false},
		"cannot do it":    {forgetful{Place: p, putNew: func(string, []byte) error { return errors.New("not implemented") }}, false},
		"removes nothing": {forgetful{Place: p, remove: func() error { return nil }}, false},
		"other bytes":     {forgetful{Place: p, read: func(r io.ReadCloser) io.ReadCloser { r.Close(); return io.NopCloser(strings.NewReader("else")) }}, false},
		"lists nothing":   {forgetful{Place: p, each: func() error { return nil }}, false},
	} {
		err := Check(t.Context(), c.place)
		if errs.KindOf(err) != errs.Unavailable || !strings.HasSuffix(errs.Public(err), ".") || errors.Is(err, ErrUnconditional) != c.unconditional {
			t.Errorf("%s: %v, want a sentence, and ErrUnconditional: %t", name, err, c.unconditional)
		}
	}
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		if got := read(t, p, "a/b"); got != "(nothing)" {
			t.Errorf("before: %q", got)
		}
		for _, data := range []string{"first", "", "a longer one", "short"} {
			put(t, p, "a/b", data)
			if got := read(t, p, "a/b"); got != data {
				t.Errorf("got %q, want %q", got, data)
			}
			if got := read(t, g.open(t), "a/b"); got != data {
				t.Errorf("opened again: got %q, want %q", got, data)
			}
		}
		if got := read(t, p, "a"); got != "(nothing)" {
			t.Errorf("a folder: %q", got)
		}
		if s := p.String(); strings.Contains(s, "hush") || !strings.Contains(s, "://") {
			t.Errorf("its address is %q", s)
		}
	})
}

func TestLargeObject(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		const size = 20 << 20
		p, seed := g.open(t), [32]byte{1}
		sum := sha256.New()
		if err := p.Put(t.Context(), "large", io.TeeReader(io.LimitReader(rand.NewChaCha8(seed), size), sum), size); err != nil {
			t.Fatal(err)
		}
		r, err := p.Open(t.Context(), "large")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		got := sha256.New()
		if n, err := io.Copy(got, r); err != nil || n != size || !bytes.Equal(got.Sum(nil), sum.Sum(nil)) {
			t.Errorf("%d bytes of %d, %v, or others", n, size, err)
		}
		err = p.Each(t.Context(), "", "", func(i Info) error {
			if i.Size != size || i.Key != "large" || i.At.IsZero() {
				t.Errorf("%+v", i)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPutThatBreaksOff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		put(t, p, "old", "what was there")
		for name, r := range map[string]io.Reader{
			"fails half-way": io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), iotest.ErrReader(errors.New("half-way"))),
			"too short":      bytes.NewReader(make([]byte, 2<<20-1)),
			"too long":       bytes.NewReader(make([]byte, 2<<20+1)),
		} {
			data, err := io.ReadAll(r)
			for _, key := range []string{"old", "new"} {
				again := io.MultiReader(bytes.NewReader(data), iotest.ErrReader(cmpOr(err, io.EOF)))
				if err := p.Put(t.Context(), key, again, 2<<20); err == nil {
					t.Errorf("%s: no error for %s", name, key)
				}
			}
		}
		if got := read(t, p, "old"); got != "what was there" {
			t.Errorf("old has %d other bytes", len(got))
		}
		if got := read(t, p, "new"); got != "(nothing)" {
			t.Errorf("new has %d bytes", len(got))
		}
		if n := g.junk(t); n != 0 {
			t.Errorf("%d left half written", n)
		}
	})
}

func cmpOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Keys in the order of their bytes, in which a-b comes before a/b.
var sorted = []string{"a-b", "a.b", "a/b-c", "a/b.c", "a/b/c", "a/b/d", "a/b0", "a/bb", "a0", "a_b", "aa/a", "b/0", "b/1/x", "b/10", "b/2", "c"}

func TestEach(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		for _, i := range rand.Perm(len(sorted)) {
			put(t, p, sorted[i], sorted[i])
		}
		cuts := []string{"", "a", "a/", "a/b", "a/b/", "a/b/c", "b/1", "b/", "c", "d", "a/.", "zz/top"}
		for _, prefix := range cuts {
			for _, after := range append(cuts, sorted...) {
				var want []string
				for _, k := range sorted {
					if strings.HasPrefix(k, prefix) && k > after {
						want = append(want, k)
					}
				}
				if got := keys(t, p, prefix, after); !slices.Equal(got, want) {
					t.Errorf("prefix %q after %q: %v, want %v", prefix, after, got, want)
				}
			}
		}
		enough := errors.New("enough")
		n := 0
		err := p.Each(t.Context(), "", "", func(Info) error { n++; return enough })
		if !errors.Is(err, enough) || n != 1 {
			t.Errorf("a visit that fails: %v after %d", err, n)
		}
	})
}

func TestForbiddenKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		for _, key := range []string{"", "/a", "a/", "a//b", "..", "../a", "a/../../b", "Ä", "ключ", "a b", "A", unsaved + "/x", strings.Repeat("x", MaxPart+1)} {
			if err := p.Put(t.Context(), key, strings.NewReader("x"), 1); err == nil {
				t.Errorf("put %q", key)
			}
			if err := p.PutNew(t.Context(), key, []byte("x")); err == nil || errors.Is(err, fs.ErrExist) {
				t.Errorf("put new %q: %v", key, err)
			}
			if _, err := p.Open(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open %q: %v", key, err)
			}
			if err := p.Remove(t.Context(), "fine", key); err == nil {
				t.Errorf("remove %q", key)
			}
		}
		for _, prefix := range []string{"/", "../", "..//", "A", "a//b"} {
			if err := p.Each(t.Context(), prefix, "", func(Info) error { return nil }); err == nil {
				t.Errorf("each %q", prefix)
			}
		}
		if err := p.PutNew(t.Context(), "new", make([]byte, MaxNew+1)); err == nil {
			t.Error("put new: too much")
		}
		if err := p.PutNew(t.Context(), "new", make([]byte, MaxNew)); err != nil {
			t.Errorf("put new: %v", err)
		}
	})
}

// Of 64 who want a free key, through two connections, one gets it, whole.
func TestPutNew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		places := []Place{g.open(t), g.open(t)}
		for round := range 20 {
			key := fmt.Sprintf("turn/%020d", round)
			var wins atomic.Int32
			var winner atomic.Pointer[string]
			var all sync.WaitGroup
			for i := range 64 {
				all.Go(func() {
					mine := strings.Repeat(fmt.Sprintf("%d of round %d\n", i, round), 50)
					switch err := places[i%2].PutNew(t.Context(), key, []byte(mine)); {
					case err == nil:
						wins.Add(1)
						winner.Store(&mine)
					case !errors.Is(err, fs.ErrExist):
						t.Errorf("contender %d: %v", i, err)
					}
				})
			}
			all.Wait()
			if wins.Load() != 1 {
				t.Fatalf("round %d: %d winners", round, wins.Load())
			}
			if got := read(t, places[round%2], key); got != *winner.Load() {
				t.Fatalf("round %d: %q, want that of the winner, %q", round, got, *winner.Load())
			}
		}
		if n := g.junk(t); n != 0 {
			t.Errorf("%d left half written", n)
		}
	})
}

func TestRemove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		for _, k := range sorted {
			put(t, p, k, "x")
		}
		if err := p.Remove(t.Context(), append([]string{"nobody", "a/nobody", "nobody/at/home"}, sorted[3:]...)...); err != nil {
			t.Error(err)
		}
		if err := p.Remove(t.Context()); err != nil {
			t.Errorf("nothing: %v", err)
		}
		if got := keys(t, p, "", ""); !slices.Equal(got, sorted[:3]) {
			t.Errorf("left: %v, want %v", got, sorted[:3])
		}
		put(t, p, sorted[5], "again")
		if got := read(t, p, sorted[5]); got != "again" {
			t.Errorf("again: %q", got)
		}
	})
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		p := g.open(t)
		put(t, p, "old", "old")
		ctx, end := context.WithCancel(t.Context())
		end()
		none := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", what, err)
			}
		}
		none("put", p.Put(ctx, "new", strings.NewReader("new"), 3))
		none("put new", p.PutNew(ctx, "new", []byte("new")))
		_, err := p.Open(ctx, "old")
		none("open", err)
		none("each", p.Each(ctx, "", "", func(Info) error { return nil }))
		none("remove", p.Remove(ctx, "old"))

		ctx, end = context.WithCancel(t.Context())
		none("put", p.Put(ctx, "new", io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), readerFunc(func(p []byte) (int, error) {
			end()
			return min(len(p), 1000), nil
		})), 2<<20))
		if got := keys(t, p, "", ""); !slices.Equal(got, []string{"old"}) || g.junk(t) != 0 {
			t.Errorf("left: %v and %d more", got, g.junk(t))
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A connection that breaks costs at most the call that it breaks under.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g ground) {
		if g.cut == nil {
			t.Skip("nothing is connected")
		}
		p := g.open(t)
		for i := range 5 {
			key := fmt.Sprintf("k%d", i)
			put(t, p, key, key)
			g.cut()
			if got := read(t, p, key); got != key {
				t.Errorf("%s: %q", key, got)
			}
			g.cut()
			if got := keys(t, p, "", ""); len(got) != i+1 {
				t.Errorf("%s: %v", key, got)
			}
			g.cut()
			if err := p.PutNew(t.Context(), key+".new", []byte("new")); err != nil {
				t.Errorf("put new: %v", err)
			}
			g.cut()
			if err := p.Remove(t.Context(), key+".new"); err != nil {
				t.Errorf("remove: %v", err)
			}
			g.cut()
		}
		err := p.Put(t.Context(), "broken", io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), readerFunc(func(p []byte) (int, error) {
			g.cut()
			return min(len(p), 100_000), nil
		})), 8<<20)
		if err == nil {
			t.Error("put through a broken connection")
		}
		if got := read(t, p, "broken"); got != "(nothing)" {
			t.Errorf("half an object: %d bytes", len(got))
		}
	})
}
