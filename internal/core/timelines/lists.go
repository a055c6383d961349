package timelines

import (
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// List is what the members of one of by's lists posted.
func (s *Service) List(ctx context.Context, by social.Actor, which social.ListID, p social.Page) (view.Slice[*view.Seen], error) {
	l, members, err := s.members(ctx, by, which)
	if err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	r, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	shows := showing(l, members, r, s.store.Now())
	return s.fill(ctx, by, p, social.Offered, func(p social.Page) ([]social.PostID, error) {
		ids, _, err := s.pull(ctx, s.postsBy(members), p, shows)
		return ids, err
	})
}

// ListShared is what List shows by, as far as it was said to everybody, for
// whoever by gave the address of the list: a stranger's sight of it. What a filter
// of by's meets stays out, so that nobody learns of the filter.
func (s *Service) ListShared(ctx context.Context, by social.Actor, which social.ListID, p social.Page) (view.Slice[*view.Seen], error) {
	out, err := s.List(ctx, by, which, p)
	if err != nil {
		return out, err
	}
	var ids []social.PostID
	unseen := map[social.PostID]string{} // what by is not shown within them
	for _, post := range out.Items {
		o := post.Original()
		held := slices.ContainsFunc(post.Hits, func(h social.FilterHit) bool { return slices.Contains(h.Filter.Contexts, social.FilterHome) })
		if !held && post.Visibility == social.Public && o.Visibility == social.Public {
			ids = append(ids, post.ID)
		}
		if o.Quoted == nil {
			unseen[o.ID] = o.Unseen
		}
	}
	if out.Items, err = s.view.Posts(ctx, social.Anyone, ids, social.Asked); err != nil {
		return out, err
	}
	for _, post := range out.Items {
		o := post.Original()
		if why, is := unseen[o.ID]; is {
			o.Quoted, o.Unseen = nil, why
		}
	}
	return out, nil
}

// members is one of by's lists and who is on it.
func (s *Service) members(ctx context.Context, by social.Actor, which social.ListID) (l social.List, members []social.AccountID, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if l, err = v.List(ctx, by.Account, which); err != nil {
			return err
		}
		members, err = v.Members(ctx, which, social.Page{Limit: social.MaxMembers})
		return err
	})
	return l, members, err
}

// showing tells which posts belong on a list.
func showing(l social.List, members []social.AccountID, r *view.Reader, now time.Time) func(social.Post) bool {
	sorted := slices.Sorted(slices.Values(members))
	member := func(id social.AccountID) bool {
		_, ok := slices.BinarySearch(sorted, id)
		return ok
	}
	return func(p social.Post) bool {
		rel := r.Relation(p.Author, now)
		return member(p.Author) && l.Shows(p, rel, r.Follows, member)
	}
}

// OnList tells which posts belong on one of by's lists, as it is now.
func (s *Service) OnList(ctx context.Context, by social.Actor, which social.ListID) (func(social.Post) bool, error) {
	l, members, err := s.members(ctx, by, which)
	if err != nil {
		return nil, err
	}
	r, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	return showing(l, members, r, s.store.Now()), nil
}
