package blob

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Place is one of several stores elsewhere in which every file is kept.
type Place interface {
	// Put keeps size bytes under key, whole or not at all, instead of what was there.
	Put(ctx context.Context, key string, data io.Reader, size int64) error
	// Open reads what is under key; fs.ErrNotExist if nothing is.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Each visits what comes after a key, in the order of their bytes.
	Each(ctx context.Context, after string, visit func(key string, size int64, at time.Time) error) error
	// Remove takes things away. What is not there is no error.
	Remove(ctx context.Context, keys ...string) error
	Close() error
	fmt.Stringer // the address, without secrets
}

const (
	owed   = "removed" // the folder of names that may still be in a store that was away
	cached = "cached"  // the folder of what was read from a store
	// settle is how long a removed file is looked for: whoever was writing it has
	// ended by then.
	settle = putWait + time.Minute
	// oldest is how long a file that was read stays here: one that was removed on
	// another host is gone from this one then, too.
	oldest     = time.Hour
	maxCached  = 2_000_000_000 // bytes of what was read, looked at every minute
	removeWait = 5 * time.Second
)

// several is the shelf of files that are kept in several stores, so that one may
// be away or lie. A file is acknowledged when the disk here and one of them has it;
// it stays here until all have it. What is read is checked, and one that is
// damaged is read from another store and mended.
type several struct {
	spool, cache folder
	stores       []Place
	log          *slog.Logger
	settle       time.Duration

	mu     sync.Mutex
	has    map[string]map[Place]bool // of files of the spool: who has it
	flight singleflight.Group
	after  sync.WaitGroup // what goes on after an answer
}

func openSeveral(root *os.Root, stores []Place, log *slog.Logger) (*several, error) {
	err := errors.Join(root.MkdirAll(path.Join(cached, unsaved), 0o755), root.MkdirAll(owed, 0o755))
	if err != nil {
		return nil, err
	}
	inner, err := root.OpenRoot(cached)
	if err != nil {
		return nil, err
	}
	return &several{spool: folder{root}, cache: folder{inner}, stores: stores, log: log, settle: settle, has: map[string]map[Place]bool{}}, nil
}

func (s *several) close() (err error) {
	s.after.Wait()
	for _, p := range s.stores {
		err = errors.Join(err, p.Close())
	}
	return errors.Join(err, s.cache.root.Close())
}

func keyOf(name string) string { return name[:2] + "/" + name }

// A seal stands before a file in a store, as a line of JSON.
type seal struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Name   string `json:"name"` // one file is not to be shown in another's stead
}

const maxSeal = 300

// put is done when the disk here and the first store have it.
func (s *several) put(_ context.Context, name string, data io.Reader, size int64) error {
	if err := s.spool.put(context.Background(), name, data, size); err != nil {
		return err
	}
	done := make(chan error, len(s.stores))
	for _, p := range s.stores {
		s.after.Go(func() { done <- s.send(p, name) })
	}
	var faults []error
	for range s.stores {
		err := <-done
		if err == nil {
			return nil // the others go on, and Run tries again
		}
		faults = append(faults, err)
	}
	return errors.Join(append(faults, s.spool.remove(context.Background(), name))...)
}

// send carries a file of the spool to a store. Once all have it, it leaves the
// spool.
func (s *several) send(p Place, name string) error {
	ctx, stop := context.WithTimeout(context.Background(), putWait)
	defer stop()
	s.mu.Lock()
	there := s.has[name][p]
	s.mu.Unlock()
	if there {
		return nil
	}
	f, err := s.spool.open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.write(ctx, p, name, f); err != nil {
		return fmt.Errorf("keep %s in %s: %w", name, p, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.has[name] == nil {
		s.has[name] = map[Place]bool{}
	}
	s.has[name][p] = true
	if len(s.has[name]) < len(s.stores) {
		return nil
	}
	delete(s.has, name)
	return s.spool.remove(ctx, name)
}

// write sends a file behind its seal.
func (s *several) write(ctx context.Context, p Place, name string, f *File) error {
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head, err := json.Marshal(seal{hex.EncodeToString(h.Sum(nil)), f.Size, name})
	if err != nil {
		return err
	}
	head = append(head, '\n')
	return p.Put(ctx, keyOf(name), io.MultiReader(bytes.NewReader(head), f), int64(len(head))+f.Size)
}

// removed reports whether a file was taken away, from here.
func (s *several) removed(name string) bool {
	_, err := s.spool.root.Lstat(path.Join(owed, name))
	return err == nil
}

func (s *several) open(ctx context.Context, name string) (*File, error) {
	if s.removed(name) {
		return nil, fs.ErrNotExist
	}
	for _, here := range []folder{s.spool, s.cache} {
		if f, err := here.open(ctx, name); !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	_, err, _ := s.flight.Do(name, func() (any, error) { return nil, s.fetch(name) })
	if err != nil {
		return nil, err
	}
	return s.cache.open(ctx, name)
}

// errDamaged is a file that a store gives back other than it was.
var errDamaged = errors.New("it is not as it was kept")

// fetch brings a file here from whichever store has it as it was, and mends the
// others. It is not there if no store has it.
func (s *several) fetch(name string) error {
	ctx, stop := context.WithTimeout(context.Background(), putWait) // the next one who asks wants it, too
	defer stop()
	var faults []error
	var damaged []Place
	gone := 0
	for _, p := range s.stores {
		err := s.read(ctx, p, name)
		switch {
		case err == nil:
			s.mend(damaged, name)
			return nil
		case errors.Is(err, fs.ErrNotExist):
			gone++
			continue
		case errors.Is(err, errDamaged):
			s.log.Error("A FILE IS DAMAGED, and is read from another store", "store", p.String(), "file", name)
			damaged = append(damaged, p)
		default:
			s.log.Warn("a store for files does not answer", "store", p.String(), "err", err)
		}
		faults = append(faults, fmt.Errorf("%s: %w", p, err))
	}
	if gone == len(s.stores) {
		return fs.ErrNotExist
	}
	return errors.Join(faults...)
}

// read brings a file into the cache, if it is as it was.
func (s *several) read(ctx context.Context, p Place, name string) error {
	r, size, err := unseal(ctx, p, name)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := s.cache.put(ctx, name, r, size); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// mend writes a file again where it was damaged.
func (s *several) mend(where []Place, name string) {
	for _, p := range where {
		s.after.Go(func() {
			ctx, stop := context.WithTimeout(context.Background(), putWait)
			defer stop()
			f, err := s.cache.open(ctx, name)
			if err == nil {
				err = errors.Join(s.write(ctx, p, name, f), f.Close())
			}
			if err != nil {
				s.log.Warn("a damaged file is not mended", "store", p.String(), "file", name, "err", err)
			}
		})
	}
}

// unsealed is a file on its way from a store. Its last byte is given only if all
// were as they were.
type unsealed struct {
	io.Reader
	io.Closer
	want seal
	left int64
	sum  interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func unseal(ctx context.Context, p Place, name string) (io.ReadCloser, int64, error) {
	r, err := p.Open(ctx, keyOf(name))
	if err != nil {
		return nil, 0, err
	}
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.ReadSlice('\n')
	u := &unsealed{Reader: b, Closer: r, sum: sha256.New()}
	if err == nil && len(head) > maxSeal || errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		err = errDamaged
	}
	if err == nil && (json.Unmarshal(head, &u.want) != nil || u.want.Name != name || u.want.Size < 0) {
		err = errDamaged
	}
	if err != nil {
		return nil, 0, errors.Join(err, r.Close())
	}
	u.left = u.want.Size
	return u, u.want.Size, nil
}

func (u *unsealed) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	u.left -= int64(n)
	u.sum.Write(p[:n])
	if u.left < 0 || err == io.EOF && (u.left > 0 || hex.EncodeToString(u.sum.Sum(nil)) != u.want.SHA256) {
		return 0, errDamaged
	}
	return n, err
}

// remove takes a file away from here at once, and from all stores: those that are
// away are asked again until they have done it.
func (s *several) remove(ctx context.Context, name string) error {
	if err := s.spool.root.WriteFile(path.Join(owed, name), nil, 0o600); err != nil {
		return err
	}
	if err := errors.Join(s.spool.sync(owed), s.drop(ctx, name)); err != nil {
		return err
	}
	var all sync.WaitGroup
	for _, p := range s.stores {
		all.Go(func() {
			ctx, stop := context.WithTimeout(ctx, removeWait)
			defer stop()
			if err := p.Remove(ctx, keyOf(name)); err != nil {
				s.log.Warn("a file is not removed yet, trying again", "store", p.String(), "file", name, "err", err)
			}
		})
	}
	all.Wait()
	return nil
}

// drop takes a file away from this machine.
func (s *several) drop(ctx context.Context, name string) error {
	s.mu.Lock()
	delete(s.has, name)
	s.mu.Unlock()
	return errors.Join(s.spool.remove(ctx, name), s.cache.remove(ctx, name))
}

// each visits what is in any of the stores or waits for them: its names are in
// memory.
func (s *several) each(ctx context.Context, visit func(Info) error) error {
	seen := map[string]bool{}
	once := func(i Info) error {
		if seen[i.Name] || s.removed(i.Name) {
			return nil
		}
		seen[i.Name] = true
		return visit(i)
	}
	for _, p := range s.stores {
		if err := eachIn(ctx, p, "", once); err != nil {
			return fmt.Errorf("list %s: %w", p, err)
		}
	}
	return s.spool.each(ctx, once)
}

func eachIn(ctx context.Context, p Place, after string, visit func(Info) error) error {
	return p.Each(ctx, after, func(key string, size int64, at time.Time) error {
		if name := path.Base(key); form.MatchString(name) && key == keyOf(name) {
			return visit(Info{name, size, at})
		}
		return nil
	})
}

// check writes to every store, reads and removes, and reads some of what is there.
func (s *several) check(ctx context.Context) error {
	faults := []error{s.spool.check(ctx)}
	for _, p := range s.stores {
		ctx, stop := context.WithTimeout(ctx, askWait)
		if err := tryStore(ctx, p, random()[:2]); err != nil {
			faults = append(faults, errs.Wrap(errs.Unavailable, fmt.Sprintf("%s: %s", p, reasonOf(err)), err))
		}
		stop()
	}
	return errors.Join(faults...)
}

func reasonOf(err error) string {
	if said := errs.Public(err); said != "" {
		return said
	}
	return err.Error()
}

// sample is how many files of each store are read when it is checked.
const sample = 20

var errEnough = errors.New("enough")

// tryStore tries a store, and reads some of the files behind after.
func tryStore(ctx context.Context, p Place, after string) error {
	trial := "check/" + random()
	if err := p.Put(ctx, trial, strings.NewReader("."), 1); err != nil {
		return err
	}
	r, err := p.Open(ctx, trial)
	if err == nil {
		err = r.Close()
	}
	if err = errors.Join(err, p.Remove(ctx, trial)); err != nil {
		return err
	}
	n := 0
	err = eachIn(ctx, p, after, func(i Info) error {
		if n++; n > sample {
			return errEnough
		}
		r, _, err := unseal(ctx, p, i.Name)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			err = errors.Join(err, r.Close())
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if errors.Is(err, errDamaged) {
			return errs.Wrap(errs.Conflict, i.Name+" is damaged there", err)
		}
		return err
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
