package timelines

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	firstWindow = 6 * time.Hour
	widerBy     = 4
	// pullAtOnce bounds what one query of a pull brings.
	pullAtOnce = 500
)

// A source gives a page of posts without their words, and in it the first of
// all there are.
type source func(ctx context.Context, p social.Page) ([]social.Post, error)

// pull reads a page of what a source has and keep wants, from the tables: in
// windows of time that widen until there is enough, so that the newest posts
// of many authors are found without sorting all they ever said. whole tells
// whether there is nothing more in the direction of the page.
func (s *Service) pull(ctx context.Context, from source, p social.Page, keep func(social.Post) bool) (out []social.PostID, whole bool, err error) {
	lowest, highest := p.After, p.Before
	if newest := id.Floor(s.store.Now().Add(time.Minute)); highest == 0 || highest > newest {
		highest = newest
	}
	if lowest >= highest { // nothing lies between, also where an id is none that time gave
		return nil, true, nil
	}
	for window := firstWindow; ; window *= widerBy {
		part, last := slab(lowest, highest, window, p.Oldest)
		rows, err := from(ctx, part)
		if err != nil {
			return nil, false, err
		}
		for _, post := range rows {
			if !keep(post) {
				continue
			}
			if out = append(out, post.ID); len(out) == p.Limit {
				return out, false, nil
			}
		}
		switch full := len(rows) == pullAtOnce; {
		case full && p.Oldest:
			lowest, window = int64(rows[pullAtOnce-1].ID), firstWindow/widerBy
		case full:
			highest, window = int64(rows[pullAtOnce-1].ID), firstWindow/widerBy
		case last:
			return out, true, nil
		case p.Oldest:
			lowest = part.Before - 1
		default:
			highest = part.After + 1
		}
	}
}

// slab is the next window between two ids, and whether it is the last.
func slab(lowest, highest int64, window time.Duration, oldest bool) (p social.Page, last bool) {
	p = social.Page{After: lowest, Before: highest, Limit: pullAtOnce, Oldest: oldest}
	if oldest {
		p.Before = min(highest, id.Floor(id.Time(max(lowest, 1)).Add(window)))
		return p, p.Before == highest
	}
	p.After = max(lowest, id.Floor(id.Time(highest).Add(-window)), 0)
	return p, p.After == lowest || p.After == 0
}

// postsBy is what authors posted.
func (s *Service) postsBy(authors []social.AccountID) source {
	return s.bare(func(ctx context.Context, v *store.View, p social.Page) ([]social.Post, error) {
		return v.BarePostsBy(ctx, authors, p)
	})
}

// postsTagged is public posts with one of some tags.
func (s *Service) postsTagged(tags []string) source {
	return s.bare(func(ctx context.Context, v *store.View, p social.Page) ([]social.Post, error) {
		return v.BarePostsTagged(ctx, tags, p)
	})
}

func (s *Service) bare(q func(ctx context.Context, v *store.View, p social.Page) ([]social.Post, error)) source {
	return func(ctx context.Context, p social.Page) (posts []social.Post, err error) {
		err = s.store.Read(ctx, func(v *store.View) (err error) {
			posts, err = q(ctx, v, p)
			return err
		})
		return posts, err
	}
}

// both is what two sources have together. What stands in both is as the second
// has it.
func both(a, b source) source {
	return func(ctx context.Context, p social.Page) ([]social.Post, error) {
		as, err := a(ctx, p)
		if err != nil {
			return nil, err
		}
		bs, err := b(ctx, p)
		if err != nil || len(bs) == 0 {
			return as, err
		}
		all := append(bs, as...)
		slices.SortStableFunc(all, func(x, y social.Post) int {
			if p.Oldest {
				return cmp.Compare(x.ID, y.ID)
			}
			return cmp.Compare(y.ID, x.ID)
		})
		all = slices.CompactFunc(all, func(x, y social.Post) bool { return x.ID == y.ID })
		return all[:min(len(all), p.Limit)], nil
	}
}
