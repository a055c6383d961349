package reach

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxEchoes is how many of each kind are counted day by day, the last first: a post
// that a million people like is looked at as quickly as others.
const maxEchoes = 20_000

// Uncounted says why views of a post are not counted.
type Uncounted string

// The reasons.
const (
	HouseOff  Uncounted = "house"    // this house does not count
	AuthorOff Uncounted = "author"   // its author does not want it
	ForFew    Uncounted = "audience" // it is not for everybody
)

// A Day is what became of a post on one. Views are as they are shown: in steps, zero
// for fewer than social.LeastViews.
type Day struct {
	At     time.Time
	Views  int
	Echoes map[social.Echo]int
}

// A Reach is how far a post came, for its author.
type Reach struct {
	Why    Uncounted // empty if views are counted
	Views  int       // of all days, as they are shown
	Days   []Day     // the first first; the last is today
	Echoes map[social.Echo]int
}

// Of tells how far a post of by's came. For everybody else, whoever looks after the
// house included, there is no such thing.
func (s *Service) Of(ctx context.Context, by social.Actor, which social.PostID) (r Reach, err error) {
	seen, err := s.view.Post(ctx, by, which)
	if err != nil {
		return r, err
	}
	p := seen.Original().Post
	if !by.SignedIn() || p.Author != by.Account {
		return r, store.NoPost
	}
	today := social.Day(s.store.Now())
	first := min(max(today-social.ReachDays+1, social.Day(p.At)), today)
	r.Echoes = map[social.Echo]int{}
	for d := first; d <= today; d++ {
		r.Days = append(r.Days, Day{At: time.Unix(d*int64(24*time.Hour/time.Second), 0).UTC(), Echoes: map[social.Echo]int{}})
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		u, err := v.User(ctx, by.Account)
		if err != nil {
			return err
		}
		r.Why = s.uncounted(p, u)
		if err := r.views(ctx, v, p, first); err != nil {
			return err
		}
		return r.echoes(ctx, v, p, first)
	})
	if err != nil {
		return Reach{}, fmt.Errorf("reach of a post: %w", err)
	}
	return r, nil
}

func (s *Service) uncounted(p social.Post, author social.User) Uncounted {
	switch {
	case s.settings().NoViews:
		return HouseOff
	case author.Prefs.NoViews:
		return AuthorOff
	case !p.Counted():
		return ForFew
	}
	return ""
}

func (r *Reach) views(ctx context.Context, v *store.View, p social.Post, first int64) error {
	if r.Why != "" {
		return nil
	}
	all, err := v.Views(ctx, p.ID, first)
	sum := 0
	for _, t := range all {
		sum += t.N
		if i := t.Key - first; i < int64(len(r.Days)) {
			r.Days[i].Views = social.ShownViews(t.N)
		}
	}
	r.Views = social.ShownViews(sum)
	return err
}

func (r *Reach) echoes(ctx context.Context, v *store.View, p social.Post, first int64) error {
	for _, e := range social.Echoes {
		all, err := v.Echoes(ctx, e, p, first, maxEchoes)
		if err != nil {
			return err
		}
		for _, t := range all {
			if i := t.Key - first; i >= 0 && i < int64(len(r.Days)) {
				r.Days[i].Echoes[e] = t.N
				r.Echoes[e] += t.N
			}
		}
	}
	return nil
}
