package imports

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"path"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// An archive is a stranger's: nothing in it is written anywhere by its name,
// only three files are read, and what they unpack to is bounded.
const (
	maxActor     = 1 << 20 // bytes
	maxDirectory = 24 << 20
	maxEntries   = 200_000
	// A gzip may unpack to inflation times its size, and a little more.
	inflation   = 200
	inflateFree = 64 << 20
	maxInflated = 8 << 30
)

var (
	errNotArchive = errs.New(errs.Invalid, "Validation failed: This is no archive as Mastodon makes it: a .zip or .tar.gz with actor.json and outbox.json.")
	errBomb       = errs.New(errs.Invalid, "Validation failed: The archive unpacks to far more than an archive does.")
)

// archive finds files in an archive by their names, without folders.
type archive interface {
	// each calls do for each of the named files, in the archive's order.
	each(ctx context.Context, names []string, do func(name string, r io.Reader) error) error
}

func openArchive(file File, size int64) (archive, error) {
	head := make([]byte, 4)
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		from := &metered{ReaderAt: file, left: maxDirectory}
		z, err := zip.NewReader(from, size)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, errs.Public(errNotArchive), err)
		}
		from.free = true
		return zipped{z}, nil
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return tarred{file, size}, nil
	}
	return nil, errNotArchive
}

// metered bounds what is read of a directory, which is held in memory whole.
type metered struct {
	io.ReaderAt
	left int64
	free bool
}

func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 && !m.free {
		return 0, errors.New("the directory is too large")
	}
	return m.ReaderAt.ReadAt(p, at)
}

type zipped struct{ *zip.Reader }

func (z zipped) each(_ context.Context, names []string, do func(string, io.Reader) error) error {
	seen := map[string]bool{}
	for _, f := range z.File {
		name := wanted(f.Name, names)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		r, err := f.Open()
		if err != nil {
			return errs.Wrap(errs.Invalid, errs.Public(errNotArchive), err)
		}
		err = do(name, &bounded{r: r, left: inflated(int64(f.CompressedSize64))})
		if err = errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// wanted is name's last part if it is one of names and stands at the top, or
// in the one folder there is.
func wanted(name string, names []string) string {
	name = path.Clean("/" + name)
	if dir := path.Dir(name); dir != "/" && path.Dir(dir) != "/" {
		return ""
	}
	for _, n := range names {
		if path.Base(name) == n {
			return n
		}
	}
	return ""
}

func inflated(size int64) int64 {
	if size > maxInflated/inflation {
		return maxInflated
	}
	return min(size*inflation+inflateFree, maxInflated)
}

type tarred struct {
	file File
	size int64
}

func (t tarred) each(ctx context.Context, names []string, do func(string, io.Reader) error) error {
	z, err := gzip.NewReader(io.NewSectionReader(t.file, 0, t.size))
	if err != nil {
		return errs.Wrap(errs.Invalid, errs.Public(errNotArchive), err)
	}
	from := &bounded{r: z, left: inflated(t.size)}
	seen := map[string]bool{}
	in := tar.NewReader(from)
	for range maxEntries {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errBomb) {
			return err
		}
		if err != nil {
			return errs.Wrap(errs.Invalid, errs.Public(errNotArchive), err)
		}
		name := wanted(h.Name, names)
		if name == "" || seen[name] || h.Typeflag != tar.TypeReg {
			continue
		}
		seen[name] = true
		if err := do(name, in); err != nil || len(seen) == len(names) {
			return err
		}
	}
	return errs.Newf(errs.Invalid, "Validation failed: The archive holds more than %d files.", maxEntries)
}

// bounded is a reader that gives up.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBomb
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
