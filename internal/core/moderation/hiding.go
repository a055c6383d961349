package moderation

import (
	"context"
	"errors"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// AppealHiding asks the moderators about a reply of by's that was hidden, or was not
// let through by hand, in the name of whose thread it is. It is a report about that account, with the post
// above as far as by can see it; from then on moderators see the reply, and may
// show it to all again. It is for houses whose rules say so.
func (s *Service) AppealHiding(ctx context.Context, by social.Actor, which social.PostID, comment string) (social.Report, error) {
	return s.Report(ctx, by, social.Report{Hidden: which, Comment: comment, Category: social.ReportOther})
}

// aboutHiding fills in what a report about a hidden reply is about.
func (s *Service) aboutHiding(ctx context.Context, tx *store.Tx, r *social.Report) error {
	if r.Hidden == 0 {
		return nil
	}
	p, err := tx.VisiblePost(ctx, r.Reporter, r.Hidden)
	if err == nil && p.Author != r.Reporter {
		err = store.NoPost
	}
	if err != nil {
		return err
	}
	house, err := tx.House(ctx)
	switch {
	case err != nil:
		return err
	case !house.ReplyAppeals:
		return errs.New(errs.Forbidden, "Here a thread is its author's alone: the moderators do not look at what was hidden in it.")
	}
	h, err := tx.Holding(ctx, p.ID)
	if err != nil {
		return err
	}
	owner, err := tx.Account(ctx, h.Owner)
	switch {
	case err != nil:
		return errs.Absent(err)
	case h.State != social.HeldHidden && h.State != social.HeldRefused:
		return errs.New(errs.Invalid, "This reply is not hidden.")
	case h.Why != social.WhyOwner || !owner.Local():
		return errs.New(errs.Forbidden, "The moderators look at what somebody who lives here has decided about one reply, and not at who may reply at all.")
	}
	r.Target = h.Owner
	if _, err := tx.VisiblePost(ctx, r.Reporter, h.Root); err == nil {
		r.Posts = []social.PostID{h.Root}
	} else if !errors.Is(err, store.NoPost) {
		return err
	}
	about := "About a reply that was hidden: " + s.view.PostURI(p.ID)
	if h.State == social.HeldRefused {
		about = "About a reply that was not let through: " + s.view.PostURI(p.ID)
	}
	if r.Comment != "" {
		about += "\n\n" + r.Comment
	}
	r.Comment = about
	return nil
}

// appealed keeps with a hidden reply by which report the moderators were asked.
func appealed(ctx context.Context, tx *store.Tx, which social.PostID, r social.ReportID) error {
	if which == 0 {
		return nil
	}
	h, err := tx.Holding(ctx, which)
	if err != nil {
		return err
	}
	tx.Record(event.ThreadChanged{Thread: h.Root, Owner: h.Owner, By: h.Author, Deed: social.AppealHiding, Post: which})
	return tx.SetHiddenAppeal(ctx, which, r)
}
