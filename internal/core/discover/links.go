package discover

import (
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
)

// linkHistory is how many days are told of.
const linkHistory = 7

// A Link is one that many pass on, with how often they did, day by day, today
// first.
type Link struct {
	view.Preview
	ID   social.LinkID
	Days []store.LinkDay

	People, Uses int // within the time that trends are counted over
	Why          []trend.Reason

	Review social.Review // for moderators: what was decided about it
}

// Links is the links most people pass on in a language, or in all for none, with
// what their pages say now, and without those that by filters.
func (s *Service) Links(ctx context.Context, by social.Actor, lang string, offset, limit int) ([]Link, error) {
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	return s.links(ctx, by, c, lang, offset, limit)
}

func (s *Service) links(ctx context.Context, by social.Actor, c *counts, lang string, offset, limit int) ([]Link, error) {
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	out, err := s.previewed(ctx, c.At, c.In(lang).Links, func(p view.Preview) bool {
		return reader.Filters(p.Title+"\n"+p.Description+"\n"+p.URL, social.FilterPublic, s.store.Now())
	}, offset, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]social.LinkID, len(out))
	for i, l := range out {
		ids[i] = l.ID
	}
	followed, err := heeds(ctx, s, by, func(v *store.View) (map[social.LinkID]int, error) {
		return v.LinksByFollowed(ctx, by.Account, c.since(), ids)
	})
	for i, l := range out {
		out[i].Why = trend.Because(trend.UsedBy, followed[l.ID], l.Why)
	}
	return out, err
}

// LinksToReview is the links most people pass on, whatever was decided. It is
// for moderators.
func (s *Service) LinksToReview(ctx context.Context, by social.Actor, offset, limit int) ([]Link, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, err
	}
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	out, err := s.previewed(ctx, c.At, c.all.In("").Links, func(view.Preview) bool { return false }, offset, limit)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	k, err := s.decided(ctx)
	for i, l := range out {
		out[i].Review = k.links[subject(l.ID)]
	}
	return out, err
}

// previewed is a piece of links with what their pages say, and how often they
// were passed on, day by day, without those to skip.
func (s *Service) previewed(ctx context.Context, now time.Time, all []trend.Link, skip func(view.Preview) bool, offset, limit int) ([]Link, error) {
	if len(all) == 0 {
		return nil, nil
	}
	counted := map[social.LinkID]trend.Link{}
	ids := make([]social.LinkID, len(all))
	for i, l := range all {
		ids[i], counted[l.ID] = l.ID, l
	}
	previews, err := s.view.Previews(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := map[social.LinkID]view.Preview{}
	for _, p := range previews {
		by[p.Link.ID] = p
	}
	ids = piece(slices.DeleteFunc(ids, func(id social.LinkID) bool { return by[id].Link == nil || skip(by[id]) }), offset, limit)
	today := now.UnixMilli() / (24 * time.Hour).Milliseconds()
	type on struct {
		link social.LinkID
		day  int64
	}
	days := map[on]store.LinkDay{}
	if err := s.store.Read(ctx, func(v *store.View) error {
		found, err := v.LinkDays(ctx, ids, id.Floor(time.UnixMilli((today-linkHistory+1)*(24*time.Hour).Milliseconds())))
		for _, d := range found {
			days[on{d.Link, d.Day}] = d
		}
		return err
	}); err != nil {
		return nil, err
	}
	out := make([]Link, len(ids))
	for i, which := range ids {
		out[i] = Link{Preview: by[which], ID: which, People: counted[which].People, Uses: counted[which].Uses, Why: counted[which].Why}
		for n := range int64(linkHistory) {
			d := days[on{which, today - n}]
			d.Link, d.Day = which, today-n
			out[i].Days = append(out[i].Days, d)
		}
	}
	return out, nil
}
