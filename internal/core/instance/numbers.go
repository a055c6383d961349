package instance

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Weeks is how far back Activity goes.
// https://docs.joinmastodon.org/methods/instance/#activity
const Weeks = 12

const week = 7 * 24 * time.Hour

// A Week is what happened in the seven days from Start on.
type Week struct {
	Start time.Time
	store.WeekCount
}

// Activity is the last weeks, the present one first. Those that are over are
// counted once.
func (s *Service) Activity(ctx context.Context) ([]Week, error) {
	s.weeksLock.Lock()
	defer s.weeksLock.Unlock()
	now := s.store.Now().UTC()
	start := now.Truncate(24*time.Hour).AddDate(0, 0, -(int(now.Weekday())+6)%7) // Monday
	if len(s.weeks) > 0 && now.Sub(s.weeksAt) < countEvery {
		return s.weeks, nil
	}
	known := map[time.Time]Week{}
	for _, w := range s.weeks {
		if w.Start.Add(week).Before(s.weeksAt) {
			known[w.Start] = w
		}
	}
	out := make([]Week, Weeks)
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		for i := range out {
			from := start.Add(-time.Duration(i) * week)
			if w, ok := known[from]; ok {
				out[i] = w
				continue
			}
			out[i].Start = from
			if out[i].WeekCount, err = v.CountWeek(ctx, id.Floor(from), id.Floor(from.Add(week)), from.UnixMilli(), from.Add(week).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count weeks: %w", err)
	}
	s.weeks, s.weeksAt = out, now
	return out, nil
}

// MaxPeers is how many hosts Peers names.
const MaxPeers = 10_000

// Peers is the hosts whose accounts are known here, in order.
func (s *Service) Peers(ctx context.Context) ([]string, error) { return s.peers(ctx, "", MaxPeers) }

// FindPeers is the first hosts that begin with some letters.
func (s *Service) FindPeers(ctx context.Context, begins string, limit int) ([]string, error) {
	return s.peers(ctx, begins, limit)
}

func (s *Service) peers(ctx context.Context, begins string, limit int) (hosts []string, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		hosts, err = v.Hosts(ctx, begins, limit)
		return err
	})
	return hosts, err
}

// PlainPrivacy is what holds where the owner has written nothing else: what
// the page at /privacy says, in short.
const PlainPrivacy = `We keep your e-mail address, a fingerprint of your password that cannot be turned back into it, your profile, your posts, whom you follow, mute and block, your likes and bookmarks, and for each browser and app you use what it calls itself and when it was last used.

There is no tracking, no advertising and no profile of what you read. These pages load nothing from anywhere else.

Public posts are for everybody. Posts for followers, and direct ones, are shown only to those they are for; they are not encrypted, and the people who run this place could read them. Bookmarks, notes, mutes and lists are yours alone.

What you delete is gone from our tables at once, and from backups as they grow old. Deleting your account, in the settings, deletes all of it.`

// TermsOn is the terms of service that came into force on a day, or those in
// force now for an empty day, with the day on which the next ones did.
func (s *Service) TermsOn(day string) (t social.Text, next time.Time, err error) {
	all := s.Settings().Terms
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Body != "" && (day == "" || all[i].Since.UTC().Format(time.DateOnly) == day) {
			return all[i], next, nil
		}
		next = all[i].Since
	}
	return t, next, errs.New(errs.NotFound, "Record not found")
}
