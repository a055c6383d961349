// Package timelines is posts in order: home, public, by tag, list and
// account, what one marked, and threads. It says which posts; core/view says
// who may see them.
package timelines

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service gives them.
type Service struct {
	store *store.Store
	view  *view.View
	ring  ring
	feeds feeds

	// Opened, if there is one, is told of each thread that somebody was shown.
	Opened func(ctx context.Context, by social.Actor, t Thread)
}

// New returns a Service. Its Watch must be told of every fact, after view's.
func New(s *store.Store, v *view.View) *Service {
	return &Service{store: s, view: v, feeds: feeds{m: map[social.AccountID]*feed{}}}
}

// Limits of a page of posts.
const (
	DefaultPage = 20
	MaxPage     = 40
	// maxLooks is how often a page that came out short, because the reader may
	// not see some of it, is filled up.
	maxLooks = 5
)

// fill gets pages of ids from next until there is a page of posts that by may
// be shown.
func (s *Service) fill(ctx context.Context, by social.Actor, p social.Page, door social.Door, next func(social.Page) ([]social.PostID, error)) (view.Slice[*view.Seen], error) {
	return fill(p, next, func(ids []social.PostID) ([]*view.Seen, error) { return s.view.Posts(ctx, by, ids, door) })
}

// fill looks up what next gives with see, which leaves some out, until it has
// a page.
func fill[ID ~int64, T any](p social.Page, next func(social.Page) ([]ID, error), see func([]ID) ([]T, error)) (out view.Slice[T], err error) {
	first := int64(0)
	for range maxLooks {
		want := p.Limit - len(out.Items)
		ids, err := next(social.Page{Before: p.Before, After: p.After, Oldest: p.Oldest, Limit: want})
		if err != nil {
			return out, err
		}
		if len(ids) == 0 {
			break
		}
		items, err := see(ids)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, items...)
		last := int64(ids[len(ids)-1])
		if first == 0 {
			first = int64(ids[0])
		}
		if p.Oldest {
			out.Oldest, out.Newest, p.After = first, last, last
		} else {
			out.Newest, out.Oldest, p.Before = first, last, last
		}
		if len(out.Items) >= p.Limit || len(ids) < want {
			break
		}
	}
	if p.Oldest { // pages are shown newest first
		for i, j := 0, len(out.Items)-1; i < j; i, j = i+1, j-1 {
			out.Items[i], out.Items[j] = out.Items[j], out.Items[i]
		}
	}
	return out, nil
}

// reading runs a query for ids.
func (s *Service) reading(ctx context.Context, q func(v *store.View, p social.Page) ([]social.PostID, error)) func(social.Page) ([]social.PostID, error) {
	return func(p social.Page) (ids []social.PostID, err error) {
		err = s.store.Read(ctx, func(v *store.View) (err error) {
			ids, err = q(v, p)
			return err
		})
		return ids, err
	}
}

// Public is what was said to everybody, without boosts and replies to others.
func (s *Service) Public(ctx context.Context, by social.Actor, q social.PublicQuery, p social.Page) (view.Slice[*view.Seen], error) {
	return s.fill(ctx, by, p, social.Offered, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.PublicPosts(ctx, q, p)
	}))
}

// MaxTagsAsked is how many further tags a query may name.
const MaxTagsAsked = 4

// Tag is the public posts with tags.
func (s *Service) Tag(ctx context.Context, by social.Actor, q social.TagQuery, p social.Page) (view.Slice[*view.Seen], error) {
	if len(q.Any) > 1+MaxTagsAsked || len(q.All) > MaxTagsAsked || len(q.None) > MaxTagsAsked {
		return view.Slice[*view.Seen]{}, errs.Newf(errs.Invalid, "Ask for at most %d further tags of each kind.", MaxTagsAsked)
	}
	rules, err := s.view.TagRules(ctx)
	if err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	q.Any = rules.Usable(q.Any)
	return s.fill(ctx, by, p, social.Offered, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.TaggedPosts(ctx, q, p)
	}))
}

// Account is what one account posted. Who it mutes is shown here: it was
// asked for.
func (s *Service) Account(ctx context.Context, by social.Actor, who social.AccountID, q social.AccountQuery, p social.Page) (view.Slice[*view.Seen], error) {
	if _, err := s.view.Face(ctx, who); err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	return s.fill(ctx, by, p, social.Asked, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.AccountPosts(ctx, who, q, p)
	}))
}

// Direct is the messages by wrote or was sent.
func (s *Service) Direct(ctx context.Context, by social.Actor, p social.Page) (view.Slice[*view.Seen], error) {
	return s.fill(ctx, by, p, social.Offered, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.DirectPosts(ctx, by.Account, p)
	}))
}

// Pinned is what an account pinned to its profile, the last first.
func (s *Service) Pinned(ctx context.Context, by social.Actor, who social.AccountID) (view.Slice[*view.Seen], error) {
	return s.marked(ctx, by, social.Pinned, who, social.Page{Limit: social.MaxPins})
}

// Marked is what by liked or bookmarked, the last first. The slice's ends are
// those of the marks, not of the posts.
func (s *Service) Marked(ctx context.Context, by social.Actor, m social.Marks, p social.Page) (view.Slice[*view.Seen], error) {
	return s.marked(ctx, by, m, by.Account, p)
}

func (s *Service) marked(ctx context.Context, by social.Actor, m social.Marks, who social.AccountID, p social.Page) (view.Slice[*view.Seen], error) {
	posts := map[social.MarkID]social.PostID{}
	next := func(p social.Page) (ids []social.MarkID, err error) {
		err = s.store.Read(ctx, func(v *store.View) error {
			ms, err := v.MarkedBy(ctx, m, who, p)
			for _, x := range ms {
				posts[x.ID] = x.Post
				ids = append(ids, x.ID)
			}
			return err
		})
		return ids, err
	}
	return fill(p, next, func(ids []social.MarkID) ([]*view.Seen, error) {
		pids := make([]social.PostID, len(ids))
		for i, id := range ids {
			pids[i] = posts[id]
		}
		return s.view.Posts(ctx, by, pids, social.Asked)
	})
}
