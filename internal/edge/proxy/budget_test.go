package proxy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/social"
)

var whole = flag.Bool("whole", false, "push 5 GB through a budget of 100 MB, not 50 MB through 1 MB")

// plain takes every PNG for a picture, and leaves it as it is.
type plain struct{}

func (plain) IsPicture(head []byte) bool { return bytes.HasPrefix(head, []byte("\x89PNG")) }

func (plain) Remake(_ context.Context, _ string, data []byte) ([]byte, string, error) {
	return data, ".png", nil
}

func start(t *testing.T, budget int64, now func() time.Time) (*Proxy, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "remote")
	return New(Config{Dir: dir, Budget: budget, Key: []byte("a key of thirty-two bytes, or so"), Reach: netsafe.Options{Private: netsafe.Loopback}, Maker: plain{}, Clock: now, Log: slog.New(slog.DiscardHandler)}), dir
}

// publisher has a film or a picture of any size at /film/{size}/{number} and
// /picture/…, and counts what it sends.
type publisher struct {
	*httptest.Server
	calls atomic.Int64
	bytes atomic.Int64
}

func publish(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.calls.Add(1)
		data := contents(r.URL.Path)
		if strings.HasPrefix(r.URL.Path, "/picture/") || len(r.URL.Path)%2 == 0 {
			w.Header().Set("Content-Length", strconv.FormatInt(data.Size(), 10)) // others do not say
		}
		n, _ := io.Copy(w, data)
		p.bytes.Add(n)
	}))
	t.Cleanup(p.Close)
	return p
}

// filler is what films are made of.
var filler = func() []byte {
	b := make([]byte, 32<<20)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}()

// contents is the file at a path.
func contents(path string) *io.SectionReader {
	parts := strings.Split(path, "/")
	size, _ := strconv.ParseInt(parts[2], 10, 64)
	n, _ := strconv.ParseInt(parts[3], 10, 64)
	head := map[string]string{"film": "\x00\x00\x00\x20ftypisom", "picture": "\x89PNG\r\n\x1a\n"}[parts[1]] + parts[3] + ";"
	return io.NewSectionReader(joined{[]byte(head), filler[n%1000:]}, 0, max(size, headSize))
}

// joined is two pieces one after the other.
type joined struct{ a, b []byte }

func (j joined) ReadAt(to []byte, off int64) (n int, err error) {
	if off < int64(len(j.a)) {
		n = copy(to, j.a[off:])
	}
	n += copy(to[n:], j.b[max(0, off-int64(len(j.a))):])
	if n < len(to) {
		err = io.EOF
	}
	return n, err
}

// A look at the folder from outside: each file by its inode, and what all
// take, as they say and in blocks of the disk.
type look struct {
	files         map[string]uint64
	bytes, blocks int64
}

func lookAt(dir string) (l look) {
	l.files = map[string]uint64{}
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went meanwhile: the next look finds it otherwise
		}
		if info, err := d.Info(); err == nil {
			s := info.Sys().(*syscall.Stat_t)
			l.files[p] = s.Ino
			if !d.IsDir() {
				l.bytes += s.Size
			}
			l.blocks += s.Blocks * 512
		}
		return nil
	})
	return l
}

// watch looks at the folder all the time, and returns the most it ever took.
// A look counts when the next one finds the same files: otherwise it may have
// seen one that went and one that came in its place.
func watch(dir string, until <-chan struct{}) func() (most look, looks int) {
	type result struct {
		most  look
		looks int
	}
	out := make(chan result)
	go func() {
		var r result
		before := lookAt(dir)
		for {
			now := lookAt(dir)
			if maps.Equal(before.files, now.files) {
				r.looks++
				r.most.bytes, r.most.blocks = max(r.most.bytes, before.bytes), max(r.most.blocks, before.blocks)
			}
			before = now
			select {
			case <-until:
				out <- r
				return
			default:
			}
		}
	}()
	return func() (look, int) { r := <-out; return r.most, r.looks }
}

// TestBudgetHolds pushes much more through a proxy than its budget, many at
// once, some read slowly, some again and again, and looks at the folder all
// the while. With -whole it is 5 GB through 100 MB.
func TestBudgetHolds(t *testing.T) {
	t.Parallel()
	budget, push, largest := int64(1_000_000), int64(50_000_000), int64(90_000)
	if *whole {
		budget, push, largest = 100_000_000, 5_000_000_000, 12_000_000
	}
	p, dir := start(t, budget, time.Now)
	origin := publish(t)
	end := make(chan struct{})
	most := watch(dir, end)
	began := time.Now()
	var wg sync.WaitGroup
	var shown, crowded atomic.Int64
	for w := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			held := func() error { return nil }
			defer func() { held() }()
			for n := int64(0); origin.bytes.Load() < push; n++ {
				which := n*8 + int64(w)
				if r.IntN(4) == 0 {
					which = r.Int64N(16) // some are wanted by many
				}
				size := rand.New(rand.NewPCG(uint64(which), 2)).Int64N(largest)
				path := fmt.Sprintf("/%s/%d/%d", []string{"film", "picture"}[which%2], size, which)
				done, err := see(p, origin.URL+path, path)
				if held(); w == 0 { // it reads slowly
					held = done
				} else {
					done()
				}
				if errs.KindOf(err) == errs.Unavailable && err != nil {
					crowded.Add(1)
				} else if err != nil {
					t.Errorf("%s: %v", path, err)
					return
				}
				shown.Add(1)
			}
		})
	}
	wg.Wait()
	close(end)
	top, looks := most()
	t.Logf("%d MB came in %s for %d views (%d told to wait), through a budget of %d bytes; in %d looks the folder had at most %d bytes, %d on the disk",
		origin.bytes.Load()/1_000_000, time.Since(began).Round(time.Millisecond), shown.Load(), crowded.Load(), budget, looks, top.bytes, top.blocks)
	if top.bytes > budget || top.blocks > budget {
		t.Errorf("the folder had %d bytes, %d on the disk; the budget is %d", top.bytes, top.blocks, budget)
	}
	if looks < 100 || top.bytes < budget/2 {
		t.Errorf("%d looks saw at most %d bytes: that proves nothing", looks, top.bytes)
	}
	if n := crowded.Load(); n*10 > shown.Load() {
		t.Errorf("%d of %d were told to wait", n, shown.Load())
	}
	_, used := p.Use()
	if now := lookAt(dir); now.blocks > used || used > budget {
		t.Errorf("at the end it says %d bytes, and there are %d", used, now.blocks)
	}
}

// see looks at a file and compares it with what was published. Until done is
// called it is being read.
func see(p *Proxy, address, path string) (done func() error, err error) {
	f, err := p.get(context.Background(), social.AsMedia, address)
	if err != nil {
		return func() error { return nil }, err
	}
	got, want := sha256.New(), sha256.New()
	if _, err := io.Copy(got, f); err != nil {
		return f.Close, err
	}
	io.Copy(want, contents(path))
	if !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		return f.Close, errors.New("these are not its bytes")
	}
	return f.Close, nil
}

// mustSee is see, of a film of a publisher's.
func mustSee(t *testing.T, p *Proxy, origin *publisher, path string) {
	t.Helper()
	done, err := see(p, origin.URL+path, path)
	if err := errors.Join(err, done()); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// What is being read stays; without room, films are told to wait and pictures
// are shown all the same.
func TestWhatIsReadIsNotTakenAway(t *testing.T) {
	t.Parallel()
	p, dir := start(t, 1_000_000, time.Now)
	origin := publish(t)
	var open []*File
	for n := range 2 {
		f, err := p.get(t.Context(), social.AsMedia, fmt.Sprintf("%s/film/470000/%d", origin.URL, n))
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, f)
	}
	if _, err := p.get(t.Context(), social.AsMedia, origin.URL+"/film/400000/3"); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a third film: %v, want to be told to wait", err)
	}
	f, err := p.get(t.Context(), social.AsMedia, origin.URL+"/picture/400000/4")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(f); err != nil || len(b) != 400_000 {
		t.Errorf("the picture: %d bytes, %v", len(b), err)
	}
	f.Close()
	if b, err := io.ReadAll(open[0]); err != nil || len(b) != 470_000 {
		t.Errorf("the first film: %d bytes, %v", len(b), err)
	}
	for _, f := range open {
		f.Close()
		f.Close() // twice is once
	}
	if f, err = p.get(t.Context(), social.AsMedia, origin.URL+"/film/400000/3"); err != nil {
		t.Errorf("when there is room again: %v", err)
	} else {
		f.Close()
	}
	if left, _ := os.ReadDir(filepath.Join(dir, arrives)); len(left) != 0 {
		t.Errorf("left half-way: %v", left)
	}
}

// The least recently seen goes first, and is fetched again when it is wanted.
func TestLeastRecentlySeenGoesFirst(t *testing.T) {
	t.Parallel()
	p, _ := start(t, 1_000_000, time.Now)
	origin := publish(t)
	look := func(n int) (calls int64) {
		before := origin.calls.Load()
		mustSee(t, p, origin, fmt.Sprintf("/film/300000/%d", n))
		return origin.calls.Load() - before
	}
	for _, step := range []struct{ n, calls int }{{1, 1}, {2, 1}, {3, 1}, {1, 0}, {4, 1}, {1, 0}, {3, 0}, {2, 1}, {4, 1}} {
		if got := look(step.n); got != int64(step.calls) {
			t.Errorf("film %d: fetched %d times, want %d", step.n, got, step.calls)
		}
	}
}

// After a crash the folder says what is there: what was half-way is gone, what
// is too much goes, the rest need not be fetched again.
func TestAfterACrash(t *testing.T) {
	t.Parallel()
	p, dir := start(t, 1_000_000, time.Now)
	origin := publish(t)
	for n := range 3 {
		mustSee(t, p, origin, fmt.Sprintf("/film/200000/%d", n))
	}
	old := keyOf(social.AsMedia, origin.URL+"/film/200000/1").String() + ".mp4"
	long := time.Now().Add(-time.Hour)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, arrives, "77"), filler[:900_000], 0o600), os.Chtimes(filepath.Join(dir, old), long, long),
		os.WriteFile(filepath.Join(dir, "README"), []byte("not ours"), 0o600)); err != nil {
		t.Fatal(err)
	}
	c := p.Config
	c.Budget = 500_000 // and the owner wants less now
	again := New(c)
	if n, used := again.Use(); n != 2 || used > 500_000 {
		t.Errorf("%d files of %d bytes, want the two that were seen last", n, used)
	}
	if now := lookAt(dir); now.bytes > 500_000 {
		t.Errorf("there are %d bytes", now.bytes)
	}
	before := origin.calls.Load()
	mustSee(t, again, origin, "/film/200000/0")
	mustSee(t, again, origin, "/film/200000/2")
	if n := origin.calls.Load() - before; n != 0 {
		t.Errorf("fetched %d again that were there", n)
	}
	if _, err := os.Stat(filepath.Join(dir, old)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the one seen long ago: %v, want it gone", err)
	}
}

// Somebody may empty the folder while we run.
func TestFilesThatSomebodyRemoved(t *testing.T) {
	t.Parallel()
	p, dir := start(t, 1_000_000, time.Now)
	origin := publish(t)
	for range 2 {
		mustSee(t, p, origin, "/film/200000/1")
		if err := os.Remove(filepath.Join(dir, keyOf(social.AsMedia, origin.URL+"/film/200000/1").String()+".mp4")); err != nil {
			t.Fatal(err)
		}
	}
	if origin.calls.Load() != 2 {
		t.Errorf("fetched %d times, want twice", origin.calls.Load())
	}
}
