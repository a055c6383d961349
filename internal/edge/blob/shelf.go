package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// A shelf is where files stand under their names: a folder of this machine, or
// a store elsewhere. Under a name there is a whole file or none.
type shelf interface {
	// put keeps size bytes under a name that is new.
	put(ctx context.Context, name string, data io.Reader, size int64) error
	// open opens a file to be read, or is fs.ErrNotExist.
	open(ctx context.Context, name string) (*File, error)
	// remove takes a file away. One that is not there is no error.
	remove(ctx context.Context, name string) error
	// each visits every file, in no order, until visit fails.
	each(ctx context.Context, visit func(Info) error) error
	// check reports why files cannot be kept, or nil.
	check(ctx context.Context) error
}

// A File is open to be read. Whoever opened it closes it.
type File struct {
	io.ReadSeekCloser
	Type string // MIME
	Size int64
	At   time.Time // when it was kept
}

// Info is what is known of a file from outside.
type Info struct {
	Name string
	Size int64
	At   time.Time // when it was kept
}

// keep writes data under a name that is not taken, whole or not at all.
func (s *Store) keep(name string, data []byte) error {
	return s.keepFrom(name, bytes.NewReader(data), int64(len(data)))
}

// keepFrom is keep for what is too large to be held in memory.
func (s *Store) keepFrom(name string, data io.Reader, size int64) error {
	ctx, stop := context.WithTimeout(context.Background(), putWait) // what was sent is not lost because the sender hangs up
	defer stop()
	if err := s.shelf.put(ctx, name, data, size); err != nil || s.kept == nil {
		return err
	}
	return s.kept(ctx, name)
}

// Adopt keeps a file of another house under the name that it has there.
func (s *Store) Adopt(name string, data io.Reader, size int64) error {
	if !form.MatchString(name) {
		return fs.ErrInvalid
	}
	return s.keepFrom(name, data, size)
}

// Watch has kept be told of each file that is kept, before whoever keeps it is
// answered, and gone of each that is removed. Call it before the store is used.
// What kept answers is what they are answered.
func (s *Store) Watch(kept func(ctx context.Context, name string) error, gone func(name string)) {
	s.kept, s.gone = kept, gone
}

// folder is the shelf on this machine: a folder for each first two letters.
type folder struct{ root *os.Root }

// put writes elsewhere first, so that under its name there is a whole file or
// none.
func (f folder) put(_ context.Context, name string, data io.Reader, _ int64) (err error) {
	temp, dir := path.Join(unsaved, name), name[:2]
	if err := f.writeNew(temp, data); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.root.Remove(temp))
		}
	}()
	if err := f.makeFolder(dir); err != nil {
		return err
	}
	// Nobody else gets past here with this name while temp is there.
	if _, err := f.root.Lstat(path.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(&fs.PathError{Op: "keep", Path: name, Err: fs.ErrExist}, err)
	}
	if err := f.root.Rename(temp, path.Join(dir, name)); err != nil {
		return err
	}
	return f.sync(dir)
}

func (f folder) writeNew(name string, data io.Reader) error {
	w, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, data)
	if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
		return errors.Join(err, f.root.Remove(name))
	}
	return nil
}

func (f folder) makeFolder(name string) error {
	err := f.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.sync(".")
}

// sync makes the names in a folder last.
func (f folder) sync(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f folder) open(_ context.Context, name string) (*File, error) {
	r, err := f.root.Open(path.Join(name[:2], name))
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &File{ReadSeekCloser: r, Size: info.Size(), At: info.ModTime()}, nil
}

func (f folder) remove(_ context.Context, name string) error {
	if err := f.root.Remove(path.Join(name[:2], name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (f folder) each(ctx context.Context, visit func(Info) error) error {
	return fs.WalkDir(f.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if d.IsDir() && p == unsaved {
			return fs.SkipDir
		}
		if d.IsDir() || !form.MatchString(d.Name()) || path.Dir(p) != d.Name()[:2] {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		return visit(Info{d.Name(), info.Size(), info.ModTime()})
	})
}

func (f folder) check(context.Context) error {
	trial := path.Join(unsaved, random())
	return errors.Join(f.root.WriteFile(trial, []byte("."), 0o600), f.root.Remove(trial))
}
