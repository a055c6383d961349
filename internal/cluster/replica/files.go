package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

const (
	// compareEvery is how often all files are compared with a copy, besides
	// what is told of each.
	compareEvery = time.Hour
	// maxNews is how many files can wait to be told of; more, and all are
	// compared.
	maxNews = 1024
	// maxGone is how many files may be gone from here for no reason that we
	// were told, one in so many, before we would rather keep them there: a disk
	// that is not mounted looks like a folder without files.
	maxGone = 4
	// namedAtOnce is of how many it is asked at once whether the house means to
	// have them.
	namedAtOnce = 500
)

// Files are what is kept besides the database. Under a name there is always
// the same, or nothing any more.
type Files interface {
	Each(ctx context.Context, visit func(name string) error) error
	// Open is fs.ErrNotExist for what is not there any more.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Named are those of some names that the house means to have, also if they are
	// not here.
	Named(ctx context.Context, names []string) ([]string, error)
}

func fileKey(name string) string { return "media/" + name[:2] + "/" + name }

const media = "media/"

// news is a file that has come or gone.
type news struct {
	name string
	gone bool
}

// shelf is what one place has of the files.
type shelf struct {
	news chan news

	mu   sync.Mutex
	have map[string]bool // nil before it was looked at
	all  bool            // they are to be compared: not all news could be told
}

func newShelf() *shelf { return &shelf{news: make(chan news, maxNews)} }

func (f *shelf) has(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.have[name]
}

func (f *shelf) set(name string, have bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if have {
		f.have[name] = true
	} else {
		delete(f.have, name)
	}
}

func (f *shelf) hear(n news) {
	select {
	case f.news <- n:
	default:
		f.mu.Lock()
		f.all = true
		f.mu.Unlock()
	}
}

// Kept has a file that has come be sent. Where writes wait for a copy, so does
// it.
func (r *Replica) Kept(ctx context.Context, name string) error {
	for _, s := range r.ships {
		s.shelf.hear(news{name: name})
	}
	if !r.Soon {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, r.Patience)
	defer stop()
	return r.wait(ctx, func() bool {
		for _, s := range r.ships {
			if s.shelf.has(name) {
				return true
			}
		}
		return false
	})
}

// Gone has a file that was removed be removed from the copies.
func (r *Replica) Gone(name string) {
	for _, s := range r.ships {
		s.shelf.hear(news{name, true})
	}
}

// carry keeps the files at one place the same as here, once it is sure that this
// house has all that is there, until ctx ends.
func (r *Replica) carry(ctx context.Context, s *ship) {
	select {
	case <-s.in:
	case <-ctx.Done():
	}
	rest, compared := firstRest, time.Time{}
	var left []news // what could not be done
	for ctx.Err() == nil && r.fault() == nil {
		err := r.carryNews(ctx, s, &left, &compared)
		if err == nil {
			rest = firstRest
			continue
		}
		if f := (*Fenced)(nil); errors.As(err, &f) {
			r.failed(ctx, s, err)
		} else if ctx.Err() == nil {
			s.note(func(p *progress) { p.fileFault = err.Error() })
			s.log.WarnContext(ctx, "files do not come to the copy, trying again", "err", err)
			r.yield(ctx, s, err)
		}
		pause(ctx, rest)
		rest = min(2*rest, longestRest)
	}
}

// carryNews compares all if it is time to, or else waits for news, and does what
// is to be done.
func (r *Replica) carryNews(ctx context.Context, s *ship, left *[]news, compared *time.Time) error {
	f := s.shelf
	f.mu.Lock()
	all := f.all || f.have == nil || time.Since(*compared) > compareEvery
	f.all = false
	f.mu.Unlock()
	if all {
		begin := time.Now()
		if err := r.compare(ctx, s); err != nil {
			f.mu.Lock()
			f.all = true
			f.mu.Unlock()
			return err
		}
		*compared = begin
		f.settled(s)
	}
	if len(*left) == 0 {
		t := time.NewTimer(r.Every)
		defer t.Stop()
		select {
		case n := <-f.news:
			*left = append(*left, n)
		case <-t.C:
		case <-ctx.Done():
		}
	}
	for len(*left) > 0 {
		if err := r.carryOne(ctx, s, (*left)[0]); err != nil {
			return err
		}
		*left = (*left)[1:]
	}
	f.settled(s)
	return nil
}

// settled notes that files are there, or how many are still to be told of.
func (f *shelf) settled(s *ship) {
	at := time.Now()
	f.mu.Lock()
	waiting, all := len(f.news), f.all
	f.mu.Unlock()
	s.note(func(p *progress) {
		p.files, p.fileFault = waiting, ""
		if waiting == 0 && !all {
			p.filesTo = at
		}
	})
}

// compare makes the files there those that are here.
func (r *Replica) compare(ctx context.Context, s *ship) error {
	missing := Missing(r.DB) // asked before it is looked at what is here
	here, have := map[string]bool{}, map[string]bool{}
	if err := s.Place.Each(ctx, media, "", func(i place.Info) error {
		if name := nameOf(i.Key); name != "" {
			have[name] = true
		}
		return nil
	}); err != nil {
		return err
	}
	if err := r.Files.Each(ctx, func(name string) error { here[name] = true; return nil }); err != nil {
		return err
	}
	s.shelf.mu.Lock()
	s.shelf.have = have
	s.shelf.mu.Unlock()
	var gone []string
	for name := range have {
		if !here[name] && !missing {
			gone = append(gone, name)
		}
	}
	if len(gone) > maxGone && len(gone)*maxGone > len(have) {
		return errs.Newf(errs.Conflict, "%d of the %d files that %s has are not here any more, and nobody removed them one by one: they are kept there. "+
			"Look whether the folder of files is the right one. If they are to go, remove them there.", len(gone), len(have), s.Place)
	}
	todo, err := r.toRemove(ctx, s, gone)
	if err != nil {
		return err
	}
	for name := range here {
		s.shelf.mu.Lock()
		known := have[name]
		s.shelf.mu.Unlock()
		if !known {
			todo = append(todo, news{name: name})
		}
	}
	s.note(func(p *progress) { p.files = len(todo) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(sendAtOnce)
	for _, n := range todo {
		g.Go(func() error {
			defer s.note(func(p *progress) { p.files-- })
			return r.carryOne(ctx, s, n)
		})
	}
	return g.Wait()
}

// toRemove are those of the files that are gone from here that nobody needs. What
// the house means to have stays in the copy, and it is told of.
func (r *Replica) toRemove(ctx context.Context, s *ship, gone []string) (todo []news, err error) {
	lost := 0
	for some := range slices.Chunk(gone, namedAtOnce) {
		named, err := r.Files.Named(ctx, some)
		if err != nil {
			return nil, err
		}
		lost += len(named)
		for _, name := range some {
			if !slices.Contains(named, name) {
				todo = append(todo, news{name, true})
			}
		}
	}
	s.note(func(p *progress) { p.lost = lost })
	return todo, nil
}

func (r *Replica) carryOne(ctx context.Context, s *ship, n news) error {
	if n.gone {
		// The files are those of all epochs: who has taken over needs them.
		if err := unclaimed(ctx, s.Place, s.epoch); err != nil {
			return err
		}
		if err := s.Place.Remove(ctx, fileKey(n.name)); err != nil {
			return err
		}
		s.shelf.set(n.name, false)
		return nil
	}
	if s.shelf.has(n.name) {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, sendWait)
	defer stop()
	f, err := r.Files.Open(ctx, n.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", n.name, err)
	}
	defer f.Close()
	sent, err := s.seal(ctx, fileKey(n.name), f)
	if err != nil {
		return err
	}
	s.note(func(p *progress) { p.sent += sent; p.reached = time.Now() })
	r.tell(func() { s.shelf.set(n.name, true) })
	return nil
}
