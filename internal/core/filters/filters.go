// Package filters is what people keep of what they do not want to read. What
// meets a filter is found where posts are shown: core/view.
package filters

import (
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service keeps them.
type Service struct{ store *store.Store }

// New returns a Service.
func New(s *store.Store) *Service { return &Service{store: s} }

// All is by's filters, oldest first.
func (s *Service) All(ctx context.Context, by social.Actor) (all []social.Filter, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.Filters(ctx, by.Account)
		return err
	})
	return all, err
}

// A Which tells the filter that is meant from others: by its id, or by that
// of something in it.
type Which func(f social.Filter) bool

// ByID means the filter with an id.
func ByID(id social.FilterID) Which { return func(f social.Filter) bool { return f.ID == id } }

// ByKeyword means the filter that has a keyword.
func ByKeyword(id social.FilterKeywordID) Which {
	return func(f social.Filter) bool { return f.Keyword(id) >= 0 }
}

// ByPost means the filter that is about a post, by the id it has in the filter.
func ByPost(id social.FilterPostID) Which {
	return func(f social.Filter) bool { return f.PostAt(id) >= 0 }
}

// Get is one of by's filters, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which Which) (social.Filter, error) {
	all, err := s.All(ctx, by)
	if err != nil {
		return social.Filter{}, err
	}
	if i := slices.IndexFunc(all, which); i >= 0 {
		return all[i], nil
	}
	return social.Filter{}, store.NoPost
}

// A Change is what is to be another way in a filter; nil is left as it is.
type Change struct {
	Title    *string
	Contexts *[]social.FilterContext
	Action   *social.FilterAction
	Lasts    *time.Duration // from now on; zero for good
	Keywords []KeywordChange
}

// A KeywordChange is a new keyword, or with an ID one to change or remove.
type KeywordChange struct {
	ID     social.FilterKeywordID
	Words  *string
	Whole  *bool
	Remove bool
}

func (c Change) apply(f *social.Filter, now time.Time) error {
	if c.Title != nil {
		f.Title = text.Clean(*c.Title)
	}
	if c.Contexts != nil {
		f.Contexts = slices.Compact(slices.Sorted(slices.Values(*c.Contexts)))
	}
	if c.Action != nil {
		f.Action = *c.Action
	}
	if c.Lasts != nil {
		if f.Until = (time.Time{}); *c.Lasts > 0 {
			f.Until = now.Add(min(*c.Lasts, social.MaxFilterLasts))
		}
	}
	for _, k := range c.Keywords {
		if err := k.apply(f, now); err != nil {
			return err
		}
	}
	return f.Check()
}

func (c KeywordChange) apply(f *social.Filter, now time.Time) error {
	i := f.Keyword(c.ID)
	switch {
	case c.ID != 0 && i < 0:
		return store.NoPost
	case c.Remove && c.ID == 0:
		return nil // a new one that is not wanted after all
	case c.Remove:
		f.Keywords = slices.Delete(f.Keywords, i, i+1)
		return nil
	case c.ID == 0:
		i = len(f.Keywords)
		f.Keywords = append(f.Keywords, social.FilterKeyword{ID: after(f.Keywords, now)})
	}
	if c.Words != nil {
		f.Keywords[i].Words = text.Clean(*c.Words)
	}
	if c.Whole != nil {
		f.Keywords[i].Whole = *c.Whole
	}
	return nil
}

// after is an id for a keyword that comes after others, also after those of
// the same moment.
func after(all []social.FilterKeyword, now time.Time) social.FilterKeywordID {
	next := social.FilterKeywordID(id.New(now))
	for _, k := range all {
		next = max(next, k.ID+1)
	}
	return next
}

// Add makes a filter of by's, which warns unless c says otherwise.
func (s *Service) Add(ctx context.Context, by social.Actor, c Change) (f social.Filter, err error) {
	err = s.write(ctx, by, "add filter", func(tx *store.Tx, all []social.Filter) error {
		f = social.Filter{ID: social.FilterID(id.New(tx.Now)), Owner: by.Account, Action: social.FilterWarn}
		if err := c.apply(&f, tx.Now); err != nil {
			return err
		}
		if err := social.CheckFilters(append(all, f)); err != nil {
			return err
		}
		return tx.SetFilter(ctx, social.Filter{}, f)
	})
	return f, err
}

// Change changes one of by's filters.
func (s *Service) Change(ctx context.Context, by social.Actor, which Which, c Change) (social.Filter, error) {
	return s.edit(ctx, by, "change filter", which, func(tx *store.Tx, f *social.Filter) error { return c.apply(f, tx.Now) })
}

// ChangeOld is Change for those who know a filter as one keyword: what holds
// for all of a filter is changed only where it has no other.
func (s *Service) ChangeOld(ctx context.Context, by social.Actor, which Which, c Change) (social.Filter, error) {
	return s.edit(ctx, by, "change filter", which, func(tx *store.Tx, f *social.Filter) error {
		was := *f
		if len(f.Keywords) > 1 {
			c.Title = nil
		}
		if err := c.apply(f, tx.Now); err != nil {
			return err
		}
		if same := slices.Equal(was.Contexts, f.Contexts) && was.Action == f.Action && was.Until.Equal(f.Until); len(f.Keywords) > 1 && !same {
			return errs.New(errs.Invalid, "This filter has more keywords, for which this would be changed too: use an app that knows them.")
		}
		return nil
	})
}

// AddPost has one of by's filters be about a post that by may see.
func (s *Service) AddPost(ctx context.Context, by social.Actor, which Which, post social.PostID) (added social.FilterPost, err error) {
	_, err = s.edit(ctx, by, "filter post", which, func(tx *store.Tx, f *social.Filter) error {
		if _, err := tx.VisiblePost(ctx, by.Account, post); err != nil {
			return err
		}
		if slices.ContainsFunc(f.Posts, func(p social.FilterPost) bool { return p.Post == post }) {
			return errs.New(errs.Invalid, "Validation failed: Status has already been taken")
		}
		added = social.FilterPost{ID: social.FilterPostID(id.New(tx.Now)), Post: post}
		f.Posts = append(f.Posts, added)
		return nil
	})
	return added, err
}

// RemovePost ends that a filter of by's is about a post, and says which.
func (s *Service) RemovePost(ctx context.Context, by social.Actor, which social.FilterPostID) (was social.FilterPost, err error) {
	_, err = s.edit(ctx, by, "unfilter post", ByPost(which), func(_ *store.Tx, f *social.Filter) error {
		i := f.PostAt(which)
		was = f.Posts[i]
		f.Posts = slices.Delete(f.Posts, i, i+1)
		return nil
	})
	return was, err
}

// Remove takes one of by's filters away.
func (s *Service) Remove(ctx context.Context, by social.Actor, which Which) error {
	return s.write(ctx, by, "remove filter", func(tx *store.Tx, all []social.Filter) error {
		i := slices.IndexFunc(all, which)
		if i < 0 {
			return store.NoPost
		}
		return tx.RemoveFilter(ctx, all[i].ID)
	})
}

// RemoveOld takes a keyword away, and its filter if that was all there was.
func (s *Service) RemoveOld(ctx context.Context, by social.Actor, which social.FilterKeywordID) error {
	return s.write(ctx, by, "remove filter", func(tx *store.Tx, all []social.Filter) error {
		i := slices.IndexFunc(all, ByKeyword(which))
		if i < 0 {
			return store.NoPost
		}
		was, f := all[i], all[i]
		if len(f.Keywords) == 1 && len(f.Posts) == 0 {
			return tx.RemoveFilter(ctx, f.ID)
		}
		f.Keywords = slices.DeleteFunc(slices.Clone(f.Keywords), func(k social.FilterKeyword) bool { return k.ID == which })
		return tx.SetFilter(ctx, was, f)
	})
}

// edit runs do on one of by's filters and stores what came of it.
func (s *Service) edit(ctx context.Context, by social.Actor, what string, which Which, do func(tx *store.Tx, f *social.Filter) error) (f social.Filter, err error) {
	err = s.write(ctx, by, what, func(tx *store.Tx, all []social.Filter) error {
		i := slices.IndexFunc(all, which)
		if i < 0 {
			return store.NoPost
		}
		was := all[i]
		was.Keywords, was.Posts = slices.Clone(was.Keywords), slices.Clone(was.Posts)
		if err := do(tx, &all[i]); err != nil {
			return err
		}
		if err := social.CheckFilters(all); err != nil {
			return err
		}
		f = all[i]
		return tx.SetFilter(ctx, was, f)
	})
	return f, err
}

// write runs do on by's filters, and tells that they changed.
func (s *Service) write(ctx context.Context, by social.Actor, what string, do func(tx *store.Tx, all []social.Filter) error) error {
	return s.store.WriteFor(ctx, by, what, func(tx *store.Tx) error {
		all, err := tx.Filters(ctx, by.Account)
		if err != nil {
			return err
		}
		tx.Record(event.FiltersChanged{Owner: by.Account})
		return do(tx, all)
	})
}
