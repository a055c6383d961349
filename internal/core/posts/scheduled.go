package posts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Schedule has d said at a time later. What is wrong with it is told now, as
// far as it can be known.
func (s *Service) Schedule(ctx context.Context, by social.Actor, d social.Draft, at time.Time) (later social.Scheduled, err error) {
	d = clean(d)
	if err := d.Check(by, length(d), s.config.MaxText); err != nil {
		return later, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		later = social.Scheduled{ID: social.ScheduledID(id.New(tx.Now)), Owner: by.Account, App: by.App, At: at, Draft: d}
		if err := mayScheduleAt(ctx, tx, by, at); err != nil {
			return err
		}
		probe, err := s.draft(ctx, tx, by, d, social.PostID(later.ID))
		if err != nil {
			return err
		}
		if _, err := attach(ctx, tx, &probe, d.Media); err != nil {
			return err
		}
		if _, err := asked(tx, probe, d.Poll); err != nil {
			return err
		}
		if err := tx.ReserveMedia(ctx, by.Account, d.Media, int64(later.ID)); err != nil {
			return err
		}
		return tx.AddScheduled(ctx, later)
	})
	if err != nil {
		return later, fmt.Errorf("schedule post: %w", err)
	}
	return later, nil
}

func mayScheduleAt(ctx context.Context, tx *store.Tx, by social.Actor, at time.Time) error {
	if err := social.CheckSchedule(at, tx.Now); err != nil {
		return err
	}
	if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
		return err
	}
	all, day, err := tx.CountScheduled(ctx, by.Account, at)
	switch {
	case err != nil:
		return err
	case all >= social.MaxScheduled:
		return errs.Newf(errs.Invalid, "Validation failed: You have exceeded the limit of %d scheduled posts", social.MaxScheduled)
	case day >= social.MaxScheduledDay:
		return errs.Newf(errs.Invalid, "Validation failed: You have exceeded the limit of %d scheduled posts for a day", social.MaxScheduledDay)
	}
	return nil
}

// A Later is a scheduled post with what it will show.
type Later struct {
	social.Scheduled
	Media []social.Media
}

// Scheduled is a page of by's posts for later.
func (s *Service) Scheduled(ctx context.Context, by social.Actor, p social.Page) (out view.Slice[Later], err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.Scheduled(ctx, by.Account, p)
		if err != nil || len(all) == 0 {
			return err
		}
		page := view.Ends(all, p, func(one social.Scheduled) int64 { return int64(one.ID) })
		out.Newest, out.Oldest = page.Newest, page.Oldest
		for _, one := range page.Items {
			later, err := withMedia(ctx, v, one)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, later)
		}
		return nil
	})
	return out, err
}

func withMedia(ctx context.Context, v *store.View, one social.Scheduled) (Later, error) {
	media, err := mediaOf(ctx, v, social.Post{Media: one.Draft.Media})
	return Later{one, media}, err
}

// ScheduledPost is one of by's, or NotFound.
func (s *Service) ScheduledPost(ctx context.Context, by social.Actor, which social.ScheduledID) (out Later, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		one, err := v.ScheduledOf(ctx, by.Account, which)
		if err != nil {
			return err
		}
		out, err = withMedia(ctx, v, one)
		return err
	})
	return out, err
}

// Reschedule has a post of by's said at another time.
func (s *Service) Reschedule(ctx context.Context, by social.Actor, which social.ScheduledID, at time.Time) error {
	return s.withScheduled(ctx, by, which, func(tx *store.Tx, one social.Scheduled) error {
		if err := social.CheckSchedule(at, tx.Now); err != nil {
			return err
		}
		one.At = at
		return tx.MoveScheduled(ctx, one)
	})
}

// Unschedule forgets a post of by's that was not said yet.
func (s *Service) Unschedule(ctx context.Context, by social.Actor, which social.ScheduledID) error {
	return s.withScheduled(ctx, by, which, func(tx *store.Tx, one social.Scheduled) error {
		if err := tx.ReserveMedia(ctx, by.Account, one.Draft.Media, 0); err != nil {
			return err
		}
		_, err := tx.EndScheduled(ctx, one.ID)
		return err
	})
}

func (s *Service) withScheduled(ctx context.Context, by social.Actor, which social.ScheduledID, do func(*store.Tx, social.Scheduled) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		one, err := tx.HoldScheduled(ctx, which)
		if err == nil && one.Owner != by.Account {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		return do(tx, one)
	})
}

const (
	laterAtOnce  = 4
	laterTimeout = time.Minute
	laterTries   = 12
)

// Worker says what was scheduled. A post that can no longer be said, because
// what it answers is gone or its author may not speak now, stays among the
// scheduled ones with its time in the past, and nothing of it is lost.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: store.PostLaterJob, AtOnce: laterAtOnce, Timeout: laterTimeout, Tries: laterTries, Do: func(ctx context.Context, args []byte) error {
		var which social.ScheduledID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a scheduled post.", err)
		}
		if err := s.judgeScheduled(ctx, which); err != nil {
			return err
		}
		return s.store.Write(ctx, func(tx *store.Tx) error {
			one, err := tx.HoldScheduled(ctx, which)
			if errs.KindOf(err) == errs.NotFound && err != nil {
				return nil // said or forgotten before
			}
			if err != nil || one.At.After(tx.Now) { // it was moved, and another job is for that
				return err
			}
			return s.sayNow(ctx, tx, one)
		})
	}}
}

// sayNow says a scheduled post and forgets that it was one, together.
func (s *Service) sayNow(ctx context.Context, tx *store.Tx, one social.Scheduled) error {
	by, err := tx.Actor(ctx, one.Owner)
	if err != nil {
		return err
	}
	by.App = one.App
	if err := by.MustAct(); err != nil {
		return err
	}
	if _, err := s.say(ctx, tx, by, one.Draft, social.PostID(id.New(tx.Now))); err != nil {
		return err
	}
	_, err = tx.EndScheduled(ctx, one.ID)
	return err
}
