package discover

import (
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	leastLinks  = 2 // people who must pass a link on
	maxLinks    = 100
	linkHistory = 7 // days that are told of
)

// A Link is one that many pass on, with how often they did, day by day, today
// first.
type Link struct {
	view.Preview
	ID   social.LinkID
	Days []store.LinkDay

	Review social.Review // for moderators: what was decided about it
}

// trendingLinks finds them, without what their pages say.
func trendingLinks(ctx context.Context, v *store.View, after int64, now time.Time) ([]Link, error) {
	ids, err := v.TrendingLinks(ctx, after, leastLinks, maxLinks)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	today := now.UnixMilli() / (24 * time.Hour).Milliseconds()
	days, err := v.LinkDays(ctx, ids, id.Floor(time.UnixMilli((today-linkHistory+1)*(24*time.Hour).Milliseconds())))
	if err != nil {
		return nil, err
	}
	out := make([]Link, len(ids))
	for i, link := range ids {
		out[i] = Link{ID: link}
		for n := range int64(linkHistory) {
			day := store.LinkDay{Link: link, Day: today - n}
			if at := slices.IndexFunc(days, func(d store.LinkDay) bool { return d.Link == link && d.Day == day.Day }); at >= 0 {
				day = days[at]
			}
			out[i].Days = append(out[i].Days, day)
		}
	}
	return out, nil
}

// Links is the links most people pass on, as far as moderators let them, with
// what their pages say now.
func (s *Service) Links(ctx context.Context, offset, limit int) ([]Link, error) {
	all, err := s.lookForLinks(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	k, err := s.decided(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(l Link) bool { return !k.mayLink(l.ID, social.LinkHost(l.URL)) })
	return piece(all, offset, limit), nil
}

// LinksToReview is the links most people pass on, whatever was decided. It is
// for moderators.
func (s *Service) LinksToReview(ctx context.Context, by social.Actor, offset, limit int) ([]Link, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, err
	}
	all, err := s.lookForLinks(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	k, err := s.decided(ctx)
	for i, l := range all {
		all[i].Review = k.links[subject(l.ID)]
	}
	return piece(all, offset, limit), err
}

func (s *Service) lookForLinks(ctx context.Context) ([]Link, error) {
	s.mu.Lock()
	_, _, err := s.lookAnew(ctx)
	all := slices.Clone(s.links)
	s.mu.Unlock()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]social.LinkID, len(all))
	for i, l := range all {
		ids[i] = l.ID
	}
	previews, err := s.view.Previews(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, l := range all {
		if at := slices.IndexFunc(previews, func(p view.Preview) bool { return p.Link.ID == l.ID }); at >= 0 {
			l.Preview = previews[at]
			out = append(out, l)
		}
	}
	return out, nil
}
