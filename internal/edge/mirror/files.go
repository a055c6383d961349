package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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
	r.late = append(r.late, file{page, path, body})
	return f, nil
}

// A file is to be written.
type file struct {
	page, path string
	body       []byte
}

// writesAtOnce is how many files are on their way to the place side by side: it
// may be far away.
const writesAtOnce = 8

// side does n things side by side, until one fails.
func side(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writesAtOnce)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error { return do(ctx, i) })
	}
	return g.Wait()
}

// flush writes the files of pages that could be made, but for those in failed. The tables are told before, and
// again when it is done: whatever dies in between, nothing is left lying that is not known.
func (r *round) flush(ctx context.Context) error {
	files := slices.DeleteFunc(r.late, func(f file) bool { return r.failed[f.page] })
	r.late = nil
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.path
	}
	if err := r.Mirrors.Begin(ctx, r.m.ID, paths); err != nil {
		return err
	}
	return r.writeAll(ctx, files)
}

// writeAll writes files side by side.
func (k *Keeper) writeAll(ctx context.Context, files []file) error {
	for _, f := range files {
		k.Did.Files++
		k.Did.Bytes += int64(len(f.body))
	}
	return side(ctx, len(files), func(ctx context.Context, i int) error {
		return k.Place.Put(ctx, files[i].path, bytes.NewReader(files[i].body), int64(len(files[i].body)))
	})
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

// share puts the files that pages of the batch share with others into their
// place, and tells the pages of them. One that is not to be had is left out: the
// page shows the same gap on the site. One that fails fails its pages.
func (r *round) share(ctx context.Context, made []social.MirrorMade) (whole []social.MirrorMade, faults []error, err error) {
	copied, err := r.copyAll(ctx, slices.Sorted(maps.Keys(r.asked)))
	if err != nil {
		return nil, nil, err
	}
	for _, p := range made {
		var wrong error
		for _, path := range r.shows[p.Page] {
			c, fresh := copied[path]
			switch {
			case c.fault != nil:
				wrong = c.fault
			case fresh && c.file.Path != "" && !r.shared[path]:
				p.Shared = append(p.Shared, c.file)
				r.shared[path] = true
			}
			if r.shared[path] {
				p.Things = append(p.Things, social.MirrorFileThing(path))
			}
		}
		if wrong != nil {
			if len(r.failed) >= maxFaults {
				return nil, nil, wrong
			}
			r.failed[p.Page] = true
			faults = append(faults, wrong)
			continue
		}
		whole = append(whole, p)
	}
	return whole, faults, nil
}

// copied is what became of a file that pages share: none, if it is not to be had.
type copied struct {
	file  social.MirrorFile
	fault error
}

// copyAll puts those of files that are not there yet into their place.
func (r *round) copyAll(ctx context.Context, paths []string) (map[string]copied, error) {
	known, err := r.Mirrors.Files(ctx, r.m.ID, paths)
	if err != nil {
		return nil, err
	}
	for _, f := range known {
		r.shared[f.Path] = true
	}
	paths = slices.DeleteFunc(paths, func(p string) bool { return r.shared[p] })
	if err := r.Mirrors.Begin(ctx, r.m.ID, paths); err != nil {
		return nil, err
	}
	all := make([]copied, len(paths))
	side(ctx, len(paths), func(ctx context.Context, i int) error { // each has a fault of its own
		all[i].file, all[i].fault = r.copy(ctx, paths[i])
		return nil
	})
	out := map[string]copied{}
	for i, c := range all {
		if gone := errs.KindOf(c.fault) == errs.NotFound || errors.Is(c.fault, fs.ErrNotExist); gone && c.fault != nil {
			c = copied{}
		}
		if c.file.Path != "" {
			r.Did.Files++
			r.Did.Bytes += c.file.Size
		}
		out[paths[i]] = c
	}
	return out, ctx.Err()
}

// copy puts a file that pages share into its place.
func (r *round) copy(ctx context.Context, path string) (social.MirrorFile, error) {
	from, size, err := r.File(ctx, path)
	if err != nil {
		return social.MirrorFile{}, err
	}
	defer from.Close()
	h := sha256.New()
	if err := r.Place.Put(ctx, path, io.TeeReader(from, h), size); err != nil {
		return social.MirrorFile{}, fmt.Errorf("file %s: %w", path, err)
	}
	return social.MirrorFile{Path: path, Size: size, Sum: hex.EncodeToString(h.Sum(nil))}, nil
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
