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
// far as it can be known. The same key gives the same post again; what was said
// under it already is a Conflict.
func (s *Service) Schedule(ctx context.Context, by social.Actor, d social.Draft, at time.Time) (later social.Scheduled, err error) {
	d = clean(d)
	d.Held = false
	if err := s.check(by, d); err != nil {
		return later, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		var out social.PostID
		if d, err = keyed(ctx, &tx.View, by, d); err != nil {
			return err
		}
		if later, out, err = underKey(ctx, tx, by, d); err != nil || later.ID != 0 {
			return err
		}
		if out != 0 {
			return errs.New(errs.Conflict, "This was sent already.")
		}
		if err := mayScheduleAt(ctx, tx, by, at); err != nil {
			return err
		}
		later, err = s.addLater(ctx, tx, by, d, at)
		return err
	})
	if err != nil {
		return later, fmt.Errorf("schedule post: %w", err)
	}
	return later, nil
}

// Hold has d said in a moment, so that it can be taken back until then: see
// BackToDrafts. If it is out already under its key, out is what it became.
func (s *Service) Hold(ctx context.Context, by social.Actor, d social.Draft) (later social.Scheduled, out social.PostID, err error) {
	d = clean(d)
	d.Held = true
	if err := s.check(by, d); err != nil {
		return later, 0, err
	}
	if err := s.config.judge(ctx, by, d); err != nil {
		return later, 0, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if d, err = keyed(ctx, &tx.View, by, d); err != nil {
			return err
		}
		if later, out, err = underKey(ctx, tx, by, d); err != nil || later.ID != 0 || out != 0 {
			return err
		}
		later, err = s.addLater(ctx, tx, by, d, tx.Now.Add(social.UndoFor))
		return err
	})
	if err != nil {
		return later, 0, fmt.Errorf("hold post: %w", err)
	}
	return later, out, nil
}

// underKey is what by has for later under d's key, or has said under it.
func underKey(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft) (later social.Scheduled, out social.PostID, err error) {
	if d.Key == "" {
		return later, 0, nil
	}
	if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // who asks twice at once waits for the first
		return later, 0, err
	}
	if later, err = tx.KeyedScheduled(ctx, by.Account, d.Key); errs.Absent(err) != nil || err == nil {
		return later, 0, err
	}
	out, err = tx.Keyed(ctx, by.Account, d.Key, tx.Now.Add(-keyLife).UnixMilli())
	return later, out, err
}

// addLater keeps d to be said at a time.
func (s *Service) addLater(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft, at time.Time) (later social.Scheduled, err error) {
	later = social.Scheduled{ID: social.ScheduledID(id.New(tx.Now)), Owner: by.Account, App: by.App, At: at, Draft: d}
	if err := s.try(ctx, tx, by, d, later.ID); err != nil {
		return later, err
	}
	if err := endDraft(ctx, tx, by, d); err != nil { // its attachments are this one's now
		return later, err
	}
	if err := tx.TakeMedia(ctx, by.Account, d.AllMedia(), int64(later.ID)); err != nil {
		return later, err
	}
	return later, tx.AddScheduled(ctx, later)
}

// try reports why by could not say d now, or nil.
func (s *Service) try(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft, as social.ScheduledID) error {
	for i, one := range d.Posts() {
		probe, err := s.draft(ctx, tx, by, one, social.PostID(as))
		if err != nil {
			return inThread(err, i, len(d.Then))
		}
		media, err := attach(ctx, tx, &probe, one.Media)
		if err == nil {
			err = described(ctx, tx, by, media, one.Describe)
		}
		if err != nil {
			return inThread(err, i, len(d.Then))
		}
		if _, err := asked(tx, probe, one.Poll); err != nil {
			return inThread(err, i, len(d.Then))
		}
	}
	return nil
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

// Rewrite has other words, and what goes with them, said in place of a post of
// by's that was not said yet, and at another time.
func (s *Service) Rewrite(ctx context.Context, by social.Actor, which social.ScheduledID, d social.Draft, at time.Time) error {
	d = clean(d)
	if err := s.check(by, d); err != nil {
		return err
	}
	return s.withScheduled(ctx, by, which, func(tx *store.Tx, one social.Scheduled) error {
		if err := social.CheckSchedule(at, tx.Now); err != nil {
			return err
		}
		if err := s.try(ctx, tx, by, d, which); err != nil {
			return err
		}
		if err := tx.TakeMedia(ctx, by.Account, d.AllMedia(), int64(which)); err != nil {
			return err
		}
		d.Key, d.Form, d.Held, d.Kept = one.Draft.Key, one.Draft.Form, false, 0
		one.At, one.Draft = at, d
		return tx.RewriteScheduled(ctx, one)
	})
}

// BackToDrafts takes back a post of by's that was not said yet: it is a draft
// then. What is out already is NotFound.
func (s *Service) BackToDrafts(ctx context.Context, by social.Actor, which social.ScheduledID) (k social.KeptDraft, err error) {
	err = s.withScheduled(ctx, by, which, func(tx *store.Tx, one social.Scheduled) error {
		if err := tx.KeepMedia(ctx, by.Account, nil, int64(which)); err != nil {
			return err
		}
		if _, err := tx.EndScheduled(ctx, which); err != nil {
			return err
		}
		one.Draft.Key, one.Draft.Form, one.Draft.Held = "", "", false
		k, err = keepDraft(ctx, tx, by, social.KeptDraft{Draft: one.Draft}, 0)
		return err
	})
	return k, err
}

// Unschedule forgets a post of by's that was not said yet.
func (s *Service) Unschedule(ctx context.Context, by social.Actor, which social.ScheduledID) error {
	return s.withScheduled(ctx, by, which, func(tx *store.Tx, one social.Scheduled) error {
		if err := tx.KeepMedia(ctx, by.Account, nil, int64(which)); err != nil {
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
	fresh := social.PostID(id.New(tx.Now))
	said, err := published(ctx, tx, by, one.Draft, fresh)
	if err != nil {
		return err
	}
	if said.ID == 0 {
		if _, err := s.say(ctx, tx, by, one.Draft, fresh); err != nil {
			return err
		}
	}
	_, err = tx.EndScheduled(ctx, one.ID)
	return err
}
