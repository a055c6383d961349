package mirror

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Source is a mirror that is read: a Place, or one on the web.
type Source interface {
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}

// A Report is what came of verifying a mirror.
type Report struct {
	Manifest Manifest
	Key      string // that signed it
	Checked  int    // files that are as they should be
	Changed  []string
	Missing  []string
	Extra    []string        // that no index tells of
	Listed   bool            // extra files were looked for: a web host does not list its files
	known    map[string]line // what the index tells of, and its own files
}

// OK reports whether the mirror is as it was signed.
func (r Report) OK() bool { return len(r.Changed)+len(r.Missing)+len(r.Extra) == 0 }

// Check says what to hold a mirror against.
type Check struct {
	Key     string // empty to take the mirror's own word
	AtLeast int64  // the number of its manifest
	// Told is told of each file.
	Told func(done, total int)
}

// Limits of what is read from a mirror that may be anybody's.
const (
	maxNode  = 64 << 10
	maxFiles = 10_000_000
	deepest  = 16 // nodes, one below the other
	atOnce   = 8  // files that are read side by side
	tries    = 3  // when the mirror is written while it is read
)

// Verify reads all of a mirror. An error says that there is nothing to hold it
// against: no manifest, or one that is not signed with the key, or an older one.
func Verify(ctx context.Context, s Source, c Check) (r Report, err error) {
	for range tries {
		if r, err = verify(ctx, s, c); err != nil || r.OK() {
			return r, err
		}
		now, err := signed(ctx, s, c)
		if err != nil || now.Manifest.Number == r.Manifest.Number {
			return r, err
		}
	}
	return r, nil
}

// signed reads the manifest.
func signed(ctx context.Context, s Source, c Check) (r Report, err error) {
	if r.Key = strings.TrimSpace(c.Key); r.Key == "" {
		own, err := readAll(ctx, s, keyFile, maxManifest)
		if err != nil {
			return r, noMirror(keyFile, err)
		}
		r.Key = strings.TrimSpace(string(own))
	}
	b, err := readAll(ctx, s, manifestFile, maxManifest)
	if err != nil {
		return r, noMirror(manifestFile, err)
	}
	if r.Manifest, err = Open(b, r.Key); err != nil {
		return r, err
	}
	if r.Manifest.Number < c.AtLeast {
		return r, errs.Newf(errs.Conflict, "This is an older copy: number %d of %s, and at least number %d was asked for. Somebody may be showing you the past.",
			r.Manifest.Number, stamp(r.Manifest.At), c.AtLeast)
	}
	return r, nil
}

func noMirror(file string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errs.Newf(errs.NotFound, "There is no mirror here: the file %s is missing.", file)
	}
	return fmt.Errorf("read %s: %w", file, err)
}

// index reads the manifest, and all of the index.
func index(ctx context.Context, s Source, c Check) (*verifying, error) {
	r, err := signed(ctx, s, c)
	if err != nil {
		return nil, err
	}
	r.known = map[string]line{}
	v := &verifying{Source: s, Report: r, told: c.Told}
	return v, v.node(ctx, line{r.Manifest.Index, r.Manifest.IndexSize, rootKey}, "")
}

func verify(ctx context.Context, s Source, c Check) (r Report, err error) {
	v, err := index(ctx, s, c)
	if err != nil {
		return r, err
	}
	if err := v.files(ctx); err != nil {
		return r, err
	}
	if p, ok := s.(Place); ok {
		v.Listed = true
		err = p.Each(ctx, func(key string, _ int64) error {
			if _, known := v.known[key]; !known && key != manifestFile && key != keyFile {
				v.Extra = append(v.Extra, key)
			}
			return nil
		})
	}
	slices.Sort(v.Changed)
	slices.Sort(v.Missing)
	slices.Sort(v.Extra)
	return v.Report, err
}

// A line of the index.
type line struct {
	sum  string
	size int64
	path string
}

// verifying is a mirror while it is verified.
type verifying struct {
	Source
	Report
	mu   sync.Mutex
	all  []line
	told func(done, total int)
}

// node reads a part of the index, and what is below it.
func (v *verifying) node(ctx context.Context, at line, prefix string) error {
	v.known[at.path] = at
	b, ok, err := v.read(ctx, at)
	if err != nil || !ok {
		return err
	}
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		l, ok := parseLine(sc.Text())
		if !ok || len(v.known) > maxFiles {
			return errs.Newf(errs.Invalid, "%s is signed, and of a form that this Plaza does not know.", at.path)
		}
		below, inner := strings.CutPrefix(l.path, indexFolder)
		if !inner {
			v.known[l.path] = l
			v.all = append(v.all, l)
			continue
		}
		if len(below) != len(prefix)+1 || !strings.HasPrefix(below, prefix) || len(below) > deepest {
			return errs.Newf(errs.Invalid, "%s does not stand below %s.", l.path, at.path)
		}
		if err := v.node(ctx, l, below); err != nil {
			return err
		}
	}
	return nil
}

// read reads a node; false if it is not what it should be, which is noted.
func (v *verifying) read(ctx context.Context, l line) ([]byte, bool, error) {
	b, err := readAll(ctx, v, l.path, maxNode)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.Missing = append(v.Missing, l.path)
		return nil, false, nil
	case errs.KindOf(err) == errs.Invalid && err != nil, err == nil && (sum(b) != l.sum || int64(len(b)) != l.size):
		v.Changed = append(v.Changed, l.path)
		return nil, false, nil
	}
	return b, err == nil, err
}

func parseLine(s string) (l line, ok bool) {
	parts := strings.SplitN(s, " ", 3)
	if len(parts) != 3 || !isSum(parts[0]) || !goodKey(parts[2]) {
		return l, false
	}
	size, err := strconv.ParseInt(parts[1], 10, 64)
	return line{parts[0], size, parts[2]}, err == nil && size >= 0
}

// files reads every file, some side by side.
func (v *verifying) files(ctx context.Context) error {
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan line)
	for range atOnce {
		wg.Go(func() {
			for l := range work {
				if err := v.file(ctx, l); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i, l := range v.all {
		select {
		case work <- l:
		case <-ctx.Done():
		}
		if v.told != nil {
			v.told(i+1, len(v.all))
		}
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

func (v *verifying) file(ctx context.Context, l line) error {
	same, err := v.same(ctx, l)
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.Missing = append(v.Missing, l.path)
	case err != nil:
		return fmt.Errorf("read %s: %w", l.path, err)
	case !same:
		v.Changed = append(v.Changed, l.path)
	default:
		v.Checked++
	}
	return nil
}

func (v *verifying) same(ctx context.Context, l line) (bool, error) {
	f, err := v.Open(ctx, l.path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, l.size+1))
	return err == nil && n == l.size && hex.EncodeToString(h.Sum(nil)) == l.sum, err
}
