package posts

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// judge asks whether the house takes d.
func (c Config) judge(ctx context.Context, by social.Actor, d social.Draft) error {
	if c.Judge == nil {
		return nil
	}
	for i, one := range d.Posts() {
		if err := c.Judge(ctx, by, one); err != nil {
			return inThread(err, i, len(d.Then))
		}
	}
	return nil
}

// judgeEdit asks whether the house takes d in place of what a post says. Whom
// it is for stays.
func (s *Service) judgeEdit(ctx context.Context, by social.Actor, which social.PostID, d social.Draft) error {
	if s.config.Judge == nil {
		return nil
	}
	var was social.Post
	if err := s.store.Read(ctx, func(v *store.View) (err error) { was, err = v.Post(ctx, which); return err }); err != nil {
		return errs.Absent(err)
	}
	if was.Author != by.Account {
		return nil // which is said by whoever edits
	}
	d.Visibility = was.Visibility
	return s.config.judge(ctx, by, d)
}

// judgeScheduled asks whether the house takes what was to be said now.
func (s *Service) judgeScheduled(ctx context.Context, which social.ScheduledID) error {
	if s.config.Judge == nil {
		return nil
	}
	var one social.Scheduled
	if err := s.store.Read(ctx, func(v *store.View) (err error) { one, err = v.ScheduledByID(ctx, which); return err }); err != nil {
		return errs.Absent(err)
	}
	if one.At.After(s.store.Now()) {
		return nil // it was moved
	}
	return s.config.judge(ctx, social.Actor{Account: one.Owner, App: one.App}, one.Draft)
}
