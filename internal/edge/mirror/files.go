package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// put writes a file of a page, unless it says what it says already.
func (r *round) put(ctx context.Context, page, path string, body []byte) (social.MirrorFile, error) {
	bare := sum(body)
	for _, f := range r.there[page] {
		if f.Path == path && f.Bare == bare {
			return f, nil
		}
	}
	now := r.Mirrors.Now().UTC()
	body = bytes.ReplaceAll(body, []byte(stampMark), []byte(now.Format(time.RFC3339)))
	body = bytes.ReplaceAll(body, []byte(momentMark), []byte(now.Format("2 January 2006, 15:04 UTC")))
	f := social.MirrorFile{Path: path, Page: page, Size: int64(len(body)), Sum: sum(body), Bare: bare}
	r.late = append(r.late, file{path, body})
	return f, nil
}

// A file is to be written.
type file struct {
	path string
	body []byte
}

// writesAtOnce is how many files are on their way to the place side by side: it
// may be far away.
const writesAtOnce = 8

// flush writes the files of a batch. The tables are told before, and again when
// it is done: whatever dies in between, nothing is left lying that is not known.
func (r *round) flush(ctx context.Context) error {
	files := r.late
	r.late = nil
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.path
		r.Did.Files++
		r.Did.Bytes += int64(len(f.body))
	}
	if err := r.Mirrors.Begin(ctx, r.m.ID, paths); err != nil {
		return err
	}
	faults := make([]error, writesAtOnce)
	var wg sync.WaitGroup
	for w := range writesAtOnce {
		wg.Go(func() {
			for i := w; i < len(files) && faults[w] == nil; i += writesAtOnce {
				faults[w] = r.Place.Put(ctx, files[i].path, bytes.NewReader(files[i].body), int64(len(files[i].body)))
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

func (k *Keeper) write(ctx context.Context, path string, body []byte) error {
	k.Did.Files++
	k.Did.Bytes += int64(len(body))
	return k.Place.Put(ctx, path, bytes.NewReader(body), int64(len(body)))
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// share puts the files that a page shares with others into their place. One that
// is not to be had is left out: the page shows the same gap on the site.
func (r *round) share(ctx context.Context, refs refs, made *social.MirrorMade) error {
	var ask []string
	for path := range refs.files {
		if !r.shared[path] {
			ask = append(ask, path)
		}
	}
	if len(ask) > 0 {
		known, err := r.Mirrors.Files(ctx, r.m.ID, ask)
		if err != nil {
			return err
		}
		for _, f := range known {
			r.shared[f.Path] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(refs.files)) {
		if !r.shared[path] {
			f, err := r.copy(ctx, path)
			if errs.KindOf(err) == errs.NotFound && err != nil || errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			made.Shared = append(made.Shared, f)
			r.shared[path] = true
		}
		made.Things = append(made.Things, social.MirrorFileThing(path))
	}
	return nil
}

// copy puts a file that pages share into its place.
func (r *round) copy(ctx context.Context, path string) (social.MirrorFile, error) {
	from, size, err := r.File(ctx, path)
	if err != nil {
		return social.MirrorFile{}, err
	}
	defer from.Close()
	if err := r.Mirrors.Begin(ctx, r.m.ID, []string{path}); err != nil {
		return social.MirrorFile{}, err
	}
	h := sha256.New()
	r.Did.Files++
	r.Did.Bytes += size
	err = r.Place.Put(ctx, path, io.TeeReader(from, h), size)
	return social.MirrorFile{Path: path, Size: size, Sum: hex.EncodeToString(h.Sum(nil))}, err
}

// tidy takes away the files that are gone. It comes after the tables have been
// told: what dies in between is done again.
func (r *round) tidy(ctx context.Context) error {
	for {
		gone, err := r.Mirrors.Gone(ctx, r.m.ID, removeAtOnce)
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := r.Place.Remove(ctx, gone...); err != nil {
			return err
		}
		for _, path := range gone {
			delete(r.shared, path)
		}
		r.Did.Removed += len(gone)
		if err := r.Mirrors.Removed(ctx, r.m.ID, gone); err != nil {
			return err
		}
	}
}

// strangers takes away what lies at the place and is in no index.
func (r *round) strangers(ctx context.Context) error {
	var all []string
	if err := r.Place.Each(ctx, func(key string, _ int64) error {
		if key != manifestFile && key != keyFile {
			all = append(all, key)
		}
		return nil
	}); err != nil {
		return err
	}
	for some := range slices.Chunk(all, removeAtOnce) {
		known, err := r.ours(ctx, some)
		if err != nil {
			return err
		}
		some = slices.DeleteFunc(some, func(key string) bool { return known[key] })
		r.Did.Removed += len(some)
		if err := r.Place.Remove(ctx, some...); err != nil {
			return err
		}
	}
	return nil
}

// ours is those of keys that are files of the mirror or nodes of its index.
func (r *round) ours(ctx context.Context, keys []string) (map[string]bool, error) {
	known := map[string]bool{}
	files, err := r.Mirrors.Files(ctx, r.m.ID, keys)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		known[f.Path] = true
	}
	prefixes := []string{""}
	for _, key := range keys {
		if prefix, ok := strings.CutPrefix(key, indexFolder); ok {
			prefixes = append(prefixes, prefix)
		}
	}
	nodes, err := r.Mirrors.Nodes(ctx, r.m.ID, prefixes)
	for _, n := range nodes {
		known[nodeKey(n.Prefix)] = true
	}
	return known, err
}
