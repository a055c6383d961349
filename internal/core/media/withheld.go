package media

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// withheld are the files of posts that are hidden: who knows the name of one does
// not get it any more. There are few, and every request asks, so they are in
// memory.
type withheld struct {
	names   atomic.Pointer[map[string]bool]
	changes atomic.Int64
	loading sync.Mutex
}

// Watch forgets which files are withheld when that has changed. It is a
// store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch f := r.Fact.(type) {
		case event.PostJudged:
			if f.Was == social.PostHidden || f.Standing == social.PostHidden {
				s.withheld.forget()
			}
		case event.MediaChanged:
			if names := s.withheld.names.Load(); names != nil && len(*names) > 0 {
				s.withheld.forget() // one was made that may be of such a post
			}
		}
	}
}

// Withheld reports whether a file is of a post that is hidden.
func (s *Service) Withheld(ctx context.Context, name string) (bool, error) {
	names := s.withheld.names.Load()
	if names == nil {
		var err error
		if names, err = s.loadWithheld(ctx); err != nil {
			return false, err
		}
	}
	return (*names)[name], nil
}

func (s *Service) loadWithheld(ctx context.Context) (*map[string]bool, error) {
	s.withheld.loading.Lock()
	defer s.withheld.loading.Unlock()
	if names := s.withheld.names.Load(); names != nil {
		return names, nil
	}
	before := s.withheld.changes.Load()
	var files []string
	if err := s.store.Read(ctx, func(v *store.View) (err error) { files, err = v.HiddenFiles(ctx); return err }); err != nil {
		return nil, err
	}
	names := make(map[string]bool, len(files))
	for _, f := range files {
		names[f] = true
	}
	if s.withheld.names.Store(&names); s.withheld.changes.Load() != before {
		s.withheld.names.Store(nil) // it changed while we read
	}
	return &names, nil
}

func (w *withheld) forget() {
	w.changes.Add(1)
	w.names.Store(nil)
}
