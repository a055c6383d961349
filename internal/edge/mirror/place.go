package mirror

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Place is where a mirror stands. Keys are paths with slashes between their
// parts, in UTF-8, as they stand in the address of a page.
type Place interface {
	// Put keeps size bytes under key, whole or not at all, instead of what was
	// there.
	Put(ctx context.Context, key string, data io.Reader, size int64) error
	// Open reads what is under key; fs.ErrNotExist if nothing is.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Each visits what is there.
	Each(ctx context.Context, visit func(key string, size int64) error) error
	// Remove takes things away. What is not there is no error.
	Remove(ctx context.Context, keys ...string) error
	// String is the address, without secrets.
	String() string
}

// A Folder is a Place on this machine, or on one that is mounted here.
type Folder struct{ dir string }

// OpenFolder makes the folder if it is not there.
func OpenFolder(dir string) (*Folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &Folder{dir}, nil
}

// String is where it is.
func (f *Folder) String() string { return f.dir }

// ready is what a file is called while it is written.
const ready = ".plaza-part-"

func (f *Folder) at(key string) (string, error) {
	if !goodKey(key) {
		return "", errs.Newf(errs.Invalid, "%q is no name for a file of a mirror.", key)
	}
	return filepath.Join(f.dir, filepath.FromSlash(key)), nil
}

// goodKey reports whether a key is a path that stays where it is put.
func goodKey(key string) bool {
	return fs.ValidPath(key) && key != "." && !strings.ContainsAny(key, "\\\x00\n\r") && !strings.HasPrefix(path.Base(key), ready)
}

// Put writes beside the file and puts it into its place then: readers never see
// half of one.
func (f *Folder) Put(_ context.Context, key string, data io.Reader, size int64) error {
	to, err := f.at(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(to), ready+"*")
	if err != nil {
		return err
	}
	n, err := io.Copy(part, data)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	err = errors.Join(err, part.Chmod(0o644), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), to)
	}
	if err != nil {
		os.Remove(part.Name()) // what is in the way stays: the fault is told
	}
	return err
}

// Open opens a file.
func (f *Folder) Open(_ context.Context, key string) (io.ReadCloser, error) {
	at, err := f.at(key)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	file, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, errors.Join(err, fs.ErrNotExist)
	}
	return file, nil
}

// Each visits all files, in order.
func (f *Folder) Each(ctx context.Context, visit func(key string, size int64) error) error {
	return filepath.WalkDir(f.dir, func(at string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // taken away since
		}
		if err != nil || d.IsDir() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		key, err := filepath.Rel(f.dir, at)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // taken away since
		}
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(key), info.Size())
	})
}

// Remove takes files away, and the folders that are empty then.
func (f *Folder) Remove(_ context.Context, keys ...string) error {
	folders := map[string]bool{}
	for _, key := range keys {
		at, err := f.at(key)
		if err != nil {
			return err
		}
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	deepest := make([]string, 0, len(folders))
	for dir := range folders {
		deepest = append(deepest, dir)
	}
	sort.Slice(deepest, func(i, j int) bool { return len(deepest[i]) > len(deepest[j]) })
	for _, dir := range deepest {
		os.Remove(filepath.Join(f.dir, filepath.FromSlash(dir))) // those with something in them stay
	}
	return nil
}
