package blob

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// How often stores that were away are tried again, and by how many at once.
const (
	tryEvery  = 10 * time.Second
	pruneTime = time.Minute
	triedOnce = 4
)

// Run carries files to stores that were away when they were sent, and takes those
// away there that were removed meanwhile, until ctx ends.
func (s *Store) Run(ctx context.Context) {
	many, ok := s.shelf.(*several)
	if !ok {
		return
	}
	tick, prune := time.NewTicker(tryEvery), time.NewTicker(pruneTime)
	defer tick.Stop()
	defer prune.Stop()
	for {
		if err := many.catchUp(ctx); err != nil && ctx.Err() == nil {
			many.log.WarnContext(ctx, "files are not in every store yet, trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-prune.C:
			if err := many.prune(ctx, time.Now()); err != nil {
				many.log.WarnContext(ctx, "what was read from stores is not tidied up", "err", err)
			}
		}
	}
}

// catchUp tries all that is owed once. A store that is away is asked once each time.
func (s *several) catchUp(ctx context.Context) error {
	names, err := fs.ReadDir(s.spool.root.FS(), owed)
	if err != nil {
		return err
	}
	away := map[Place]error{}
	for _, d := range names {
		if err := s.removeAgain(ctx, d, away); err != nil {
			return err
		}
	}
	var waiting []string
	if err := s.spool.each(ctx, func(i Info) error { waiting = append(waiting, i.Name); return nil }); err != nil {
		return err
	}
	for _, p := range s.stores {
		if away[p] == nil {
			away[p] = s.sendAll(ctx, p, waiting)
		}
	}
	var faults []error
	for _, p := range s.stores {
		faults = append(faults, away[p])
	}
	return errors.Join(faults...)
}

// sendAll sends until one cannot be sent.
func (s *several) sendAll(ctx context.Context, p Place, names []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(triedOnce)
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			if s.removed(name) {
				return s.drop(ctx, name)
			}
			return s.send(p, name)
		})
	}
	return g.Wait()
}

// removeAgain removes a file from all stores that are not known to be away. It is
// done when all have removed it after whoever may have been writing it has ended.
func (s *several) removeAgain(ctx context.Context, d fs.DirEntry, away map[Place]error) error {
	name := d.Name()
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) || !form.MatchString(name) {
		return nil
	}
	if err != nil {
		return err
	}
	settled := time.Since(info.ModTime()) >= s.settle
	if err := s.drop(ctx, name); err != nil {
		return err
	}
	for _, p := range s.stores {
		if away[p] != nil {
			settled = false
			continue
		}
		ctx, stop := context.WithTimeout(ctx, askWait)
		if err := p.Remove(ctx, keyOf(name)); err != nil {
			away[p], settled = err, false
		}
		stop()
	}
	if !settled {
		return ctx.Err()
	}
	return s.spool.root.Remove(path.Join(owed, name))
}

// prune forgets what was read: all that is old, and the oldest if it is too much.
func (s *several) prune(ctx context.Context, now time.Time) error {
	var all []Info
	var bytes int64
	if err := s.cache.each(ctx, func(i Info) error { all = append(all, i); bytes += i.Size; return nil }); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Info) int { return a.At.Compare(b.At) })
	for _, i := range all {
		if now.Sub(i.At) < oldest && bytes <= maxCached {
			break
		}
		if err := s.cache.remove(ctx, i.Name); err != nil {
			return err
		}
		bytes -= i.Size
	}
	return nil
}
