package notices

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Group is what several people did alike, or one did alone, before the owner
// of the notices: the newest of them, and who did it last.
type Group struct {
	Told
	Key    social.GroupKey
	Count  int
	People []*view.Face // newest first, up to Sample
	// The newest and oldest of those that are on the page; zero on no page.
	PageMax, PageMin social.NoticeID
}

// Sample is how many of the people of a group are named.
const Sample = 8

// Groups is a page of by's notices, with one Group for each group of the kinds
// in f.Groups. It stands where its newest notice does. What by may no longer
// see is left out.
func (s *Service) Groups(ctx context.Context, by social.Actor, f social.NoticeFilter, p social.Page) (out view.Slice[Group], err error) {
	var newest, members []social.Notice
	if err := s.store.Read(ctx, func(v *store.View) error {
		if newest, err = v.Notices(ctx, by.Account, f, p); err != nil {
			return err
		}
		if f.From != 0 {
			if newest, err = whole(ctx, v, newest, f.Groups); err != nil {
				return err
			}
		}
		members, err = sample(ctx, v, newest, f.Groups)
		return err
	}); err != nil || len(newest) == 0 {
		return out, err
	}
	if p.Oldest {
		slices.Reverse(newest)
	}
	out.Newest, out.Oldest = int64(newest[0].ID), int64(newest[len(newest)-1].ID)
	out.Items, err = s.gather(ctx, by, newest, members, f.Groups)
	for i := range out.Items {
		g := &out.Items[i]
		g.PageMax, g.PageMin = g.ID, g.ID
		for _, m := range members {
			if m.Group == g.Group && g.Key.Kind != "" && m.ID >= social.NoticeID(min(out.Oldest, out.Newest)) {
				g.PageMin = min(g.PageMin, m.ID)
			}
		}
	}
	return out, err
}

// whole is one notice for each group in which one of ns is, with the group's
// size.
func whole(ctx context.Context, v *store.View, ns []social.Notice, grouped []social.NoticeKind) (out []social.Notice, err error) {
	for _, n := range ns {
		if !slices.Contains(grouped, n.Kind) {
			out = append(out, n)
			continue
		}
		if slices.ContainsFunc(out, func(o social.Notice) bool { return o.Group == n.Group }) {
			continue
		}
		if n.Size == 0 {
			newest, err := v.GroupOf(ctx, n.Owner, n.Key())
			if err != nil {
				return nil, err
			}
			n.Size = newest.Size
		}
		out = append(out, n)
	}
	return out, nil
}

// sample is the notices of ns with, for those that are groups, the newest of
// each, and the oldest that comes after the last of ns.
func sample(ctx context.Context, v *store.View, ns []social.Notice, grouped []social.NoticeKind) ([]social.Notice, error) {
	var large []social.NoticeID
	var all []social.Notice
	since := social.NoticeID(0)
	for _, n := range ns {
		if since == 0 || n.ID < since {
			since = n.ID
		}
		if n.Size > 1 && slices.Contains(grouped, n.Kind) {
			large = append(large, n.Group)
		} else {
			all = append(all, n)
		}
	}
	more, err := v.GroupSamples(ctx, large, Sample, since)
	return append(all, more...), err
}

// gather puts the groups of which newest is the newest before by.
func (s *Service) gather(ctx context.Context, by social.Actor, newest, members []social.Notice, grouped []social.NoticeKind) ([]Group, error) {
	told, err := s.show(ctx, by, members)
	if err != nil {
		return nil, err
	}
	var out []Group
	for _, n := range newest {
		g := Group{Key: social.GroupKey{ID: n.ID}, Count: 1}
		if slices.Contains(grouped, n.Kind) {
			g.Key, g.Count = n.Key(), max(1, n.Size)
		}
		for _, t := range told {
			if (t.ID == n.ID || g.Key.Kind != "" && t.Group == n.Group) && len(g.People) < Sample {
				if len(g.People) == 0 {
					g.Told = t
				}
				g.People = append(g.People, t.From)
			}
		}
		if len(g.People) > 0 {
			g.Notice = n // also where who did it last is not shown
			out = append(out, g)
		}
	}
	return out, nil
}

// Group is one of by's groups, or NotFound.
func (s *Service) Group(ctx context.Context, by social.Actor, key social.GroupKey) (g Group, err error) {
	var newest social.Notice
	var members []social.Notice
	var grouped []social.NoticeKind
	if key.Kind != "" {
		grouped = social.GroupedKinds
	}
	if err := s.store.Read(ctx, func(v *store.View) error {
		if newest, err = v.GroupOf(ctx, by.Account, key); err != nil {
			return err
		}
		members, err = sample(ctx, v, []social.Notice{newest}, grouped)
		return err
	}); err != nil {
		return g, err
	}
	all, err := s.gather(ctx, by, []social.Notice{newest}, members, grouped)
	if err == nil && len(all) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return g, err
	}
	return all[0], nil
}

// People is a page of who is in one of by's groups, or NotFound.
func (s *Service) People(ctx context.Context, by social.Actor, key social.GroupKey, p social.Page) (out view.Slice[*view.Face], err error) {
	var members []social.Notice
	if err := s.store.Read(ctx, func(v *store.View) error {
		newest, err := v.GroupOf(ctx, by.Account, key)
		if err != nil {
			return err
		}
		if members = []social.Notice{newest}; key.Kind != "" {
			members, err = v.GroupMembers(ctx, newest.Group, p)
		}
		return err
	}); err != nil || len(members) == 0 {
		return out, err
	}
	if p.Oldest {
		slices.Reverse(members)
	}
	out.Newest, out.Oldest = int64(members[0].ID), int64(members[len(members)-1].ID)
	told, err := s.show(ctx, by, members)
	for _, t := range told {
		out.Items = append(out.Items, t.From)
	}
	return out, err
}

// DismissGroup removes one of by's groups, or NotFound.
func (s *Service) DismissGroup(ctx context.Context, by social.Actor, key social.GroupKey) error {
	if key.Kind == "" {
		return s.Dismiss(ctx, by, key.ID)
	}
	return s.remove(ctx, by, func(tx *store.Tx) error {
		n, err := tx.GroupOf(ctx, by.Account, key)
		if err != nil {
			return err
		}
		_, err = tx.DeleteGroup(ctx, by.Account, n.Group)
		return err
	})
}
