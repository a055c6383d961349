package auth

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func mayApprove(by social.Actor) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if !by.Role.AtLeast(social.Moderator) {
		return errs.New(errs.Forbidden, "Only moderators decide who may join.")
	}
	return nil
}

// Waiting returns those who ask to be let in. That by is shown their addresses is
// written down, once a day. It is for moderators.
func (s *Service) Waiting(ctx context.Context, by social.Actor, p social.Page) (all []social.User, err error) {
	if err := mayApprove(by); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err = v.Waiting(ctx, p)
		return err
	})
	for i := range all {
		all[i].Password = ""
	}
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, record.Looked(ctx, s.store, by, record.Look{Outcome: evidence.AccessAddress, What: "addresses of who asks to be let in", Why: "a list"})
}

// Approve lets somebody in who asked for it, and tells them. It is for
// moderators.
func (s *Service) Approve(ctx context.Context, by social.Actor, who social.AccountID) error {
	return s.decide(ctx, social.Admit, by, who, func(tx *store.Tx, u social.User, a social.Account) error {
		u.Approved = true
		if err := tx.SetUser(ctx, u); err != nil {
			return err
		}
		like, err := guardedLike(ctx, &tx.View, a)
		if err != nil {
			return err
		}
		for _, g := range like { // whom the name looks like was said where by decided: it is not asked again
			if _, err := tx.AddLikeness(ctx, who, g.Account, false); err != nil {
				return err
			}
		}
		if err := joined(ctx, tx, u); err != nil {
			return err
		}
		return s.approvedLetter(ctx, tx, a, u.Email)
	})
}

// Reject deletes the account of somebody who asked to be let in, and tells
// them. It is for moderators.
func (s *Service) Reject(ctx context.Context, by social.Actor, who social.AccountID) error {
	return s.decide(ctx, social.TurnDown, by, who, func(tx *store.Tx, u social.User, a social.Account) error {
		if err := s.rejectedLetter(ctx, tx, a, u.Email); err != nil {
			return err
		}
		if err := tx.RecountFollows(ctx, who); err != nil {
			return err
		}
		tx.Record(event.AccountDeleted{Account: who})
		return tx.DeleteAccount(ctx, who)
	})
}

// decide runs do for somebody who waits, and notes who decided, in one
// transaction.
func (s *Service) decide(ctx context.Context, what social.Action, by social.Actor, who social.AccountID,
	do func(tx *store.Tx, u social.User, a social.Account) error) error {
	if err := mayApprove(by); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, who)
		if err != nil {
			return err
		}
		if u.Approved || !u.Confirmed {
			return errs.New(errs.NotFound, "Nobody waits under this name; somebody else may have decided already.")
		}
		a, err := tx.Account(ctx, who)
		if err != nil {
			return err
		}
		if err := decided(ctx, tx, by, who, what, ""); err != nil {
			return err
		}
		return do(tx, u, a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.forget(who)
	return nil
}

// decided notes that somebody of the staff did something about an account; what
// happened to it is told by facts of its own.
func decided(ctx context.Context, tx *store.Tx, by social.Actor, who social.AccountID, what social.Action, why string) error {
	d := social.Decision{ID: social.DecisionID(id.New(tx.Now)), By: by.Account, Account: who, Action: what, Text: why}
	if what == social.Expel {
		rests, err := record.Cited(ctx, tx, []string{social.GeneralRule.ID})
		if err != nil {
			return err
		}
		d.Rule = rests[0].Name()
	}
	p, err := record.Configured(ctx, tx, by, string(what), who, why)
	if err != nil {
		return err
	}
	return tx.AddDecision(ctx, d, p)
}
