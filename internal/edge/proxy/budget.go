package proxy

import (
	"container/list"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
)

const (
	block   = 4096      // of a disk: what a file takes is counted in these
	own     = 4 * block // for the two folders themselves
	arrives = "tmp"     // the folder of what is not whole yet
	step    = 256 << 10
	// touchEvery is how often it is written down that a file was seen.
	touchEvery = time.Hour
)

// weight is what a file of size bytes counts as: its blocks, and one for its
// name.
func weight(size int64) int64 { return (size+block-1)/block*block + block }

// A key says which file, in what form.
type key [16]byte

func (k key) String() string { return hex.EncodeToString(k[:]) }

// A shelf keeps files within a budget. Room is reserved before a byte is
// written, and made by taking away what was seen least recently; what is being
// read is not taken away, for until then the disk would not have it back. So
// the folder is never larger than the budget, not for a moment.
type shelf struct {
	root   *os.Root
	budget int64
	now    clock.Clock

	mu    sync.Mutex
	used  int64 // by what is there, and reserved for what arrives
	files map[key]*list.Element
	seen  *list.List // of *file, the one seen last in front
	n     uint64     // of the last that arrived
}

// A file is one that is whole.
type file struct {
	key     key
	ext     string
	size    int64
	readers int
	touched time.Time // its time on the disk
}

func (f *file) name() string { return f.key.String() + f.ext }

var errNoRoom = errs.New(errs.Unavailable, "Much is being looked at just now. Try again in a minute.")

// openShelf finds out what a folder holds and makes it fit the budget. What
// was not whole when the last process ended is removed. Nobody else may use
// the folder meanwhile, but to take files away.
func openShelf(dir string, budget int64, now clock.Clock) (*shelf, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &shelf{root: root, budget: budget, now: now, used: own, files: map[key]*list.Element{}, seen: list.New()}
	if err := errors.Join(root.RemoveAll(arrives), root.Mkdir(arrives, 0o755)); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	if err := s.reconcile(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return s, nil
}

// reconcile takes the folder for the truth.
func (s *shelf) reconcile() error {
	var all []*file
	err := s.walk(func(f *file) error {
		all = append(all, f)
		s.used += weight(f.size)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *file) int { return a.touched.Compare(b.touched) })
	for _, f := range all {
		s.files[f.key] = s.seen.PushFront(f)
	}
	return s.makeRoom(0)
}

// walk visits the files in the folder.
func (s *shelf) walk(visit func(*file) error) error {
	return walk(context.Background(), s.root, visit)
}

func walk(ctx context.Context, root *os.Root, visit func(*file) error) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		some, err := d.ReadDir(1000)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		for _, e := range some {
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) || err == nil && e.IsDir() {
				continue
			}
			if err != nil {
				return err
			}
			f := &file{size: info.Size(), touched: info.ModTime(), ext: path.Ext(e.Name())}
			if b, err := hex.DecodeString(strings.TrimSuffix(e.Name(), f.ext)); err != nil || len(b) != len(f.key) || kinds[f.ext] == "" {
				continue // none of ours
			} else {
				copy(f.key[:], b)
			}
			if err := visit(f); err != nil {
				return err
			}
		}
	}
}

// makeRoom takes away what was seen least recently until n bytes fit. It needs
// the lock.
func (s *shelf) makeRoom(n int64) error {
	for e := s.seen.Back(); s.used+n > s.budget; {
		if e == nil {
			return errNoRoom
		}
		before := e.Prev()
		if f := e.Value.(*file); f.readers == 0 {
			if err := s.drop(e); err != nil {
				return err
			}
		}
		e = before
	}
	return nil
}

// drop takes a file away that nobody reads. It needs the lock.
func (s *shelf) drop(e *list.Element) error {
	f := e.Value.(*file)
	if err := s.root.Remove(f.name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.seen.Remove(e)
	delete(s.files, f.key)
	s.used -= weight(f.size)
	return nil
}

// has reports whether a file is there.
func (s *shelf) has(k key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[k] != nil
}

// makeWay takes a file away, if it is there and nobody reads it.
func (s *shelf) makeWay(k key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.files[k]
	if e == nil {
		return nil
	}
	if e.Value.(*file).readers > 0 {
		return errNoRoom
	}
	return s.drop(e)
}

func (s *shelf) reserve(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.makeRoom(n); err != nil {
		return err
	}
	s.used += n
	return nil
}

func (s *shelf) release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= n
}

// usage is what the folder takes, at most.
func (s *shelf) usage() (files int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.files), s.used
}

// open opens a file that is there; it counts as seen.
func (s *shelf) open(k key) (*File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.files[k]
	if !ok {
		return nil, false
	}
	f := e.Value.(*file)
	r, err := s.root.Open(f.name())
	if err != nil { // somebody took it away
		if f.readers == 0 {
			s.drop(e) // it is fetched again, whatever this says
		}
		return nil, false
	}
	s.seen.MoveToFront(e)
	f.readers++
	if now := s.now(); now.Sub(f.touched) > touchEvery {
		f.touched = now
		s.root.Chtimes(f.name(), now, now) // only for the order after a start
	}
	return &File{ReadSeeker: r, Type: kinds[f.ext], At: f.touched, close: sync.OnceValue(func() error {
		err := r.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		f.readers--
		return err
	})}, true
}

// An arrival is a file that is being written. It ends with keep or drop.
type arrival struct {
	s        *shelf
	w        *os.File
	name     string
	size     int64
	reserved int64
}

// begin reserves room for what a file is expected to have.
func (s *shelf) begin(expected int64) (*arrival, error) {
	if err := s.reserve(weight(expected)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.n++
	a := &arrival{s: s, name: path.Join(arrives, strconv.FormatUint(s.n, 10)), reserved: weight(expected)}
	s.mu.Unlock()
	w, err := s.root.OpenFile(a.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		s.release(a.reserved)
		return nil, err
	}
	a.w = w
	return a, nil
}

// Write reserves first, some more than is needed.
func (a *arrival) Write(b []byte) (int, error) {
	if need := weight(a.size + int64(len(b))); need > a.reserved {
		more := max(need-a.reserved, min(step, a.s.budget/64))
		if err := a.s.reserve(more); err != nil {
			return 0, err
		}
		a.reserved += more
	}
	n, err := a.w.Write(b)
	a.size += int64(n)
	return n, err
}

// drop forgets what arrived.
func (a *arrival) drop() error {
	err := errors.Join(a.w.Close(), a.s.root.Remove(a.name))
	if err == nil {
		a.s.release(a.reserved)
	}
	return err
}

// keep puts what arrived, and is on the disk, in its place, and takes away what
// is there: whoever fetches a file is the only one to do so. While somebody
// reads that, it stays, and what arrived is dropped: there is no room for both.
func (a *arrival) keep(k key, ext string) error {
	f := &file{key: k, ext: ext, size: a.size, touched: a.s.now()}
	if err := a.w.Sync(); err != nil {
		return errors.Join(err, a.drop())
	}
	if err := a.s.makeWay(k); err != nil {
		if dropped := a.drop(); dropped != nil {
			return dropped
		}
		return err
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	err := errors.Join(a.w.Close(), a.s.root.Rename(a.name, f.name()))
	if err != nil {
		if a.s.root.Remove(a.name) == nil {
			a.s.used -= a.reserved
		}
		return err
	}
	a.s.used += weight(f.size) - a.reserved
	a.s.files[k] = a.s.seen.PushFront(f)
	return nil
}
