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
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/social"
)

// A round is one bringing up to date.
type round struct {
	*Keeper
	m      social.Mirror
	links  rewriter
	shared map[string]bool // files that pages share and that are there
	failed map[string]bool // pages that could not be made
	there  map[string][]social.MirrorFile
	batch  map[string]bool // the pages that are made together
	linked map[string]bool // things that those made so far lead to
	late   []file          // to be written when all pages of the batch are made
}

// pages makes what is marked, until nothing is.
func (r *round) pages(ctx context.Context, rest time.Duration) error {
	if err := r.tidy(ctx); err != nil { // what a round left that was interrupted
		return err
	}
	var faults []error
	for {
		since, err := r.Mirrors.At(ctx)
		if err != nil {
			return err
		}
		marks, err := r.Mirrors.Marks(ctx, r.m.ID, rest, batch+len(r.failed))
		if err != nil {
			return err
		}
		marks = slices.DeleteFunc(marks, func(m social.MirrorMark) bool { return r.failed[m.Page] })
		if len(marks) == 0 {
			return errors.Join(faults...)
		}
		made, wrong, err := r.makeAll(ctx, marks)
		if err != nil {
			return err
		}
		if err := r.flush(ctx); err != nil {
			return err
		}
		faults = append(faults, wrong...)
		if err := r.Mirrors.Keep(ctx, r.m.ID, since, made); err != nil {
			return err
		}
		if err := r.tidy(ctx); err != nil {
			return err
		}
		if ok, err := r.Mirrors.Hold(ctx, r.m.ID, r.holder, lease); err != nil || !ok {
			return errors.Join(err, errHeld)
		}
	}
}

// maxFaults is how many pages may fail in one round.
const maxFaults = 20

// makeAll makes pages. One that cannot be made holds up no other.
func (r *round) makeAll(ctx context.Context, marks []social.MirrorMark) (made []social.MirrorMade, faults []error, err error) {
	names := make([]string, len(marks))
	r.batch, r.linked = map[string]bool{}, map[string]bool{}
	for i, m := range marks {
		names[i] = m.Page
		r.batch[m.Page] = true
	}
	if r.there, err = r.Mirrors.Pages(ctx, r.m.ID, names); err != nil {
		return nil, nil, err
	}
	for _, m := range marks {
		p, err := r.make(ctx, m.Page)
		if err != nil {
			if ctx.Err() != nil || len(r.failed) >= maxFaults {
				return nil, nil, fmt.Errorf("page %s: %w", m.Page, err)
			}
			r.failed[m.Page] = true
			faults = append(faults, fmt.Errorf("page %s: %w", m.Page, err))
			continue
		}
		p.MirrorMark = m
		made = append(made, p)
	}
	return made, faults, nil
}

// make makes the page of a mark.
func (r *round) make(ctx context.Context, page string) (social.MirrorMade, error) {
	if after, ok := strings.CutPrefix(page, social.MirrorAll); ok {
		return r.seeds(ctx, after)
	}
	if list, n, ok := isOlder(page); ok {
		return r.olderPage(ctx, list, n)
	}
	if isList(page) {
		return r.newestPage(ctx, page)
	}
	return r.render(ctx, Wish{Page: page})
}

// The moment stands in a page as these until it is known whether anything else in
// it has changed. A post may have them in its words: then it tells the time.
const (
	stampMark  = "@@mirror-stamp@@"
	momentMark = "@@mirror-moment@@"
)

// render makes a page and puts its file into its place, unless it is there
// already. A page that strangers are not shown has no file.
func (r *round) render(ctx context.Context, w Wish) (made social.MirrorMade, err error) {
	w.Stamp, w.Moment, w.Key = stampMark, momentMark, r.public
	r.Did.Pages++
	body, err := r.Render(ctx, w)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return made, nil
	}
	if err != nil {
		return made, err
	}
	refs := refs{}
	if w.Page != robotsPage {
		if body, refs, err = r.links.rewrite(ctx, w.Page, body); err != nil {
			return made, err
		}
	}
	if s, ok := read(w.Page); ok && s.post != 0 { // also if it names itself nowhere
		refs.things[social.MirrorPostThing(s.post)] = true
	}
	maps.Copy(r.linked, refs.things)
	if err := r.share(ctx, refs, &made); err != nil {
		return made, err
	}
	made.Things = append(made.Things, slices.Sorted(maps.Keys(refs.things))...)
	if made.Next, err = r.unknown(ctx, refs.pages); err != nil {
		return made, err
	}
	f, err := r.put(ctx, w.Page, fileOf(w.Page), body)
	made.Files = append(made.Files, f)
	return made, err
}

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

// unknown is those of pages that were never made. That is how everything is
// found that a page leads to.
func (r *round) unknown(ctx context.Context, pages map[string]bool) (out []string, err error) {
	known, err := r.Mirrors.Pages(ctx, r.m.ID, slices.Collect(maps.Keys(pages)))
	for page := range pages {
		if len(known[page]) == 0 && !r.batch[page] {
			out = append(out, page)
		}
	}
	slices.Sort(out)
	return out, err
}

// seeds are the pages that lead to all others: those of accounts after one, and
// first of all what every mirror has.
func (r *round) seeds(ctx context.Context, after string) (made social.MirrorMade, err error) {
	var last social.AccountID
	if after == "" {
		made.Next = append(made.Next, fixed...)
	} else if _, err := fmt.Sscan(after, &last); err != nil {
		return made, nil // no mark of ours
	}
	pages, last, err := r.Mirrors.Accounts(ctx, last)
	made.Next = append(made.Next, pages...)
	if last != 0 {
		made.Next = append(made.Next, social.MirrorAll+number(last))
	}
	return made, err
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

func isList(page string) bool {
	s, ok := read(page)
	return ok && (page == mirrors.HomePage || page == mirrors.PublicPage || s.tag || s.name != "" && s.post == 0)
}
