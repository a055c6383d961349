package place

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// stray is how old a file among the unsaved is when nobody writes it any more.
const stray = time.Hour

// folder is a place on a disk of this machine. Nothing leads out of it.
type folder struct {
	root  *os.Root
	keys  rule
	web   bool           // others read it: see Config.Served
	modes [2]fs.FileMode // of folders and files

	mu      sync.Mutex
	lasting map[string]bool // folders that a power cut leaves where they are
}

func openFolder(_ context.Context, u *url.URL, c Config) (Place, error) {
	if u.Host != "" || !path.IsAbs(u.Path) || u.RawQuery != "" || u.Fragment != "" {
		return nil, errs.Newf(errs.Invalid, "%s is not a folder. Write three slashes and the whole path, such as file:///srv/copies.", u)
	}
	f, err := openFolderAt(filepath.Clean(u.Path))
	if err != nil {
		return nil, err
	}
	if f.keys, f.web = c.keys(), c.Served != nil; f.web {
		f.modes = [2]fs.FileMode{0o755, 0o644}
	}
	return f, nil
}

// openFolderAt makes the folder, but none above it: a disk that is not mounted
// must not be mistaken for an empty one.
func openFolderAt(dir string) (*folder, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, errs.Wrap(errs.Unavailable, "The folder "+dir+" cannot be made. Mount its disk, make the folder above it, or let us write there.", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "The folder "+dir+" cannot be opened. Let us read and write there.", err)
	}
	f := &folder{root: root, keys: plainKeys, modes: [2]fs.FileMode{0o700, 0o600}, lasting: map[string]bool{}}
	if err := f.tidy(); err != nil {
		return nil, errors.Join(errs.Wrap(errs.Unavailable, "The folder "+dir+" cannot be written to. Let us write there.", err), root.Close())
	}
	return f, nil
}

// tidy takes away what a crash left half written.
func (f *folder) tidy() error {
	if err := f.makeFolders(unsaved); err != nil {
		return err
	}
	left, err := fs.ReadDir(f.root.FS(), unsaved)
	for _, e := range left {
		name := path.Join(unsaved, e.Name())
		if info, err := f.root.Lstat(name); err == nil && time.Since(info.ModTime()) > stray {
			_ = f.root.Remove(name) // the next one who opens tries again
		}
	}
	return err
}

func (f *folder) String() string { return (&url.URL{Scheme: "file", Path: f.root.Name()}).String() }
func (f *folder) Close() error   { return f.root.Close() }

func (f *folder) Put(ctx context.Context, key string, data io.Reader, size int64) error {
	if err := f.keys.check(key); err != nil {
		return err
	}
	temp, err := f.stage(ctx, key, data, size)
	if err != nil {
		return f.tell("put", key, err)
	}
	return f.tell("put", key, f.commit(key, func() error { return f.root.Rename(temp, key) }, temp))
}

// PutNew gives a whole file a second name, which the disk grants only once.
func (f *folder) PutNew(ctx context.Context, key string, data []byte) error {
	if err := f.keys.fresh(key, data); err != nil {
		return err
	}
	if err := f.free(key); err != nil { // which spares the disk most of those who come too late
		return f.tell("put", key, err)
	}
	temp, err := f.stage(ctx, key, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return f.tell("put", key, err)
	}
	return f.tell("put", key, f.commit(key, func() error { return f.root.Link(temp, key) }, temp))
}

// free reports whether nothing is under key, for now.
func (f *folder) free(key string) error {
	_, err := f.root.Lstat(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = fs.ErrExist
	}
	return err
}

// tell says of which place and key an error is.
func (f *folder) tell(what, key string, err error) error {
	if err != nil {
		return fmt.Errorf("%s %s in %s: %w", what, key, f, err)
	}
	return nil
}

// stage writes data under a name of its own, to last.
func (f *folder) stage(ctx context.Context, key string, data io.Reader, size int64) (temp string, err error) {
	e, err := exactly(ctx, key, data, size)
	if err != nil {
		return "", err
	}
	temp = path.Join(unsaved, rand.Text())
	w, err := f.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.modes[1])
	if err != nil {
		return "", err
	}
	_, err = io.Copy(w, e)
	if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
		return "", errors.Join(err, f.root.Remove(temp))
	}
	return temp, nil
}

// commit has a file that was staged get its name by give, to last.
func (f *folder) commit(key string, give func() error, temp string) error {
	defer f.root.Remove(temp) // in vain if it was renamed
	dir := path.Dir(key)
	if err := f.makeFolders(dir); err != nil {
		return err
	}
	err := give()
	if errors.Is(err, fs.ErrNotExist) { // somebody tidied up behind us
		f.mu.Lock()
		clear(f.lasting)
		f.mu.Unlock()
		err = errors.Join(f.makeFolders(dir), give())
	}
	if err != nil {
		return err
	}
	return f.sync(dir)
}

// makeFolders makes a folder and those above it, to last.
func (f *folder) makeFolders(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if dir == "." || f.lasting[dir] {
		return nil
	}
	above := "."
	for part := range strings.SplitSeq(dir, "/") {
		this := path.Join(above, part)
		if err := f.root.Mkdir(this, f.modes[0]); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if !f.lasting[this] { // also one that was there: who made it may have died before this
			if err := f.sync(above); err != nil {
				return err
			}
			f.lasting[this] = true
		}
		above = this
	}
	return nil
}

// sync makes the names in a folder last.
func (f *folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f *folder) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	r, _, err := f.open(ctx, key)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (f *folder) open(ctx context.Context, key string) (*os.File, fs.FileInfo, error) {
	if err := errors.Join(f.keys.check(key), ctx.Err()); err != nil {
		return nil, nil, err
	}
	r, err := f.root.Open(key)
	if err != nil {
		return nil, nil, f.tell("open", key, err)
	}
	info, err := r.Stat()
	if err == nil && !info.Mode().IsRegular() { // a folder is the beginning of keys and no object
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, nil, f.tell("open", key, errors.Join(err, r.Close()))
	}
	return r, info, nil
}

func (f *folder) Each(ctx context.Context, prefix, after string, visit func(Info) error) error {
	return eachFile(ctx, f.keys, f.list, prefix, after, visit)
}

func (f *folder) list(_ context.Context, dir string) ([]entry, error) {
	all, err := fs.ReadDir(f.root.FS(), path.Clean("./"+dir))
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(all))
	for _, d := range all {
		name := d.Name()
		if d.IsDir() {
			entries = append(entries, entry{name: name + "/"})
		} else if d.Type().IsRegular() {
			entries = append(entries, entry{name, func() (int64, time.Time, error) {
				info, err := f.root.Lstat(dir + name)
				if err != nil {
					return 0, time.Time{}, err
				}
				return info.Size(), info.ModTime(), nil
			}})
		}
	}
	return entries, nil
}

func (f *folder) Remove(ctx context.Context, keys ...string) error {
	if err := f.keys.all(keys); err != nil {
		return err
	}
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f.tell("remove", key, err)
		}
	}
	if f.web {
		f.prune(keys)
	}
	return nil
}

// prune takes away the folders that keys were in, if nothing is left in them.
func (f *folder) prune(keys []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, dir := range above(keys) {
		if f.root.Remove(dir) == nil { // those with something in them stay
			delete(f.lasting, dir)
		}
	}
}
