package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// OrphanGrace is how old a file is at least that is removed because no row
	// names it: its row may be written in a moment.
	OrphanGrace   = 24 * time.Hour
	filesAtOnce   = 500     // that are asked for in one query
	maxOrphans    = 200_000 // that are remembered; the rest is for the next time
	orphansAtOnce = 100     // removed between two looks at the tables
)

// Orphans is what was found where files are kept.
type Orphans struct {
	Files   int   `json:"files"`   // all there are
	Orphans int   `json:"orphans"` // those that no row names, and that are old
	Bytes   int64 `json:"bytes"`   // of these
	More    bool  `json:"more"`    // there are more than are removed at once
}

// RemoveOrphans removes files that were kept for some days, at least for
// OrphanGrace, and that no row names; with dry it only counts them. Where not
// one of the files is named, nothing is removed: these are another house's. It
// tells of the files it has seen, without a total, and then of those it has
// removed.
func (a *App) RemoveOrphans(ctx context.Context, days int, dry bool, tell func(done, total int)) (o Orphans, err error) {
	before := a.daysAgo(days)
	if latest := a.Store.Now().Add(-OrphanGrace); before.After(latest) {
		before = latest
	}
	all, err := a.findOrphans(ctx, before, &o, tell)
	if err != nil || dry {
		return o, err
	}
	o.Orphans, o.Bytes = 0, 0
	for some := range slices.Chunk(all, orphansAtOnce) {
		nameless, err := a.nameless(ctx, some) // a row may have come meanwhile
		if err != nil {
			return o, err
		}
		for _, f := range nameless {
			if err := a.blobs.Remove(f.Name); err != nil {
				return o, err
			}
			o.Orphans, o.Bytes = o.Orphans+1, o.Bytes+f.Size
		}
		tell(o.Orphans, len(all))
	}
	return o, nil
}

var errEnough = errors.New("enough")

// findOrphans looks through all files.
func (a *App) findOrphans(ctx context.Context, before time.Time, o *Orphans, tell func(done, total int)) (all []blob.Info, err error) {
	named := 0
	var page []blob.Info
	look := func() error {
		nameless, err := a.nameless(ctx, page)
		if err != nil {
			return err
		}
		o.Files, named = o.Files+len(page), named+len(page)-len(nameless)
		for _, f := range nameless {
			if f.At.Before(before) {
				all, o.Orphans, o.Bytes = append(all, f), o.Orphans+1, o.Bytes+f.Size
			}
		}
		page = page[:0]
		tell(o.Files, 0)
		if o.More = len(all) >= maxOrphans; o.More {
			return errEnough
		}
		return nil
	}
	err = a.blobs.Each(ctx, func(f blob.Info) error {
		if page = append(page, f); len(page) < filesAtOnce {
			return nil
		}
		return look()
	})
	if err == nil {
		err = look()
	}
	if err != nil && !errors.Is(err, errEnough) {
		return nil, fmt.Errorf("look through files: %w", err)
	}
	if named == 0 && len(all) > 0 {
		return nil, errs.Newf(errs.Conflict, "None of the %d files belongs to this house: nothing was removed. Look whether --data and --db name the right one, and media.bucket and media.prefix too.", o.Files)
	}
	return all, nil
}

// nameless is those of files that no row names.
func (a *App) nameless(ctx context.Context, files []blob.Info) (out []blob.Info, err error) {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	var named []string
	if err := a.Store.Read(ctx, func(v *store.View) (err error) {
		named, err = v.NamedFiles(ctx, names)
		return err
	}); err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(named))
	for _, name := range named {
		known[name] = true
	}
	for _, f := range files {
		if !known[f.Name] {
			out = append(out, f)
		}
	}
	return out, nil
}
