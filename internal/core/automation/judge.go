package automation

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const notTaken = "This was not posted: an automatic rule of this house refuses it. If that is a mistake, write to the people who run the house."

// Judge reports why by may not say d, or nil: a rule that refuses is met. That
// is kept, also if nothing else comes of it. It is asked before a transaction
// begins.
func (s *Service) Judge(ctx context.Context, by social.Actor, d social.Draft) error {
	if by.Remote {
		return nil
	}
	var met *social.AutoRule
	var hit social.AutoHit
	err := s.store.Read(ctx, func(v *store.View) error {
		rules, err := s.of(ctx, v, func(r social.AutoRule) bool { return r.State == social.AutoOn && r.Terms.Does(social.AutoReject) })
		if err != nil || len(rules) == 0 {
			return err
		}
		said, err := about(ctx, v, by, d, s.store.Now())
		if err != nil {
			return errs.Absent(err) // who is not here is told so by whoever asks
		}
		table, err := s.table.get(ctx, v)
		if err != nil {
			return err
		}
		x := said.subject(look{ctx, v, &said, &s.lately, table})
		for _, r := range rules {
			if d.Visibility == social.Direct && r.Terms.Scope != social.AutoMessages {
				continue
			}
			why, is, err := r.Terms.Meets(x)
			if err != nil {
				return err
			}
			if is {
				met, hit = &r, social.AutoHit{Account: by.Account, Why: why}
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("hold against automatic rules: %w", err)
	}
	if met == nil {
		return nil
	}
	return s.refuse(ctx, *met, hit)
}

// refusedAgain is for how long one refusal stands for all of somebody by a rule:
// who tries again and again fills neither the log nor what the rule may meet.
const refusedAgain = time.Hour

// refuse keeps that a rule refused something, and is the answer; nil if the rule
// may not by now.
func (s *Service) refuse(ctx context.Context, r social.AutoRule, h social.AutoHit) error {
	refuses := false
	err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if refuses, err = again(ctx, tx, r, h.Account); err != nil || refuses {
			return err
		}
		h.ID = social.AutoHitID(id.New(tx.Now))
		if refuses, err = s.met(ctx, tx, r, h, int64(h.ID)); err != nil || !refuses {
			return err
		}
		return refused(tx, r, h)
	})
	switch {
	case err != nil:
		return fmt.Errorf("refuse a post: %w", err)
	case !refuses:
		return nil
	case r.Terms.Say != "":
		return errs.New(errs.Forbidden, r.Terms.Say)
	}
	return errs.New(errs.Forbidden, notTaken)
}

// again reports whether a rule that still refuses has just refused something of
// who.
func again(ctx context.Context, tx *store.Tx, r social.AutoRule, who social.AccountID) (bool, error) {
	now, err := tx.HoldAutoRule(ctx, r.ID)
	if err != nil || now.Version != r.Version || now.State != social.AutoOn {
		return false, errs.Absent(err)
	}
	return tx.WasRefused(ctx, now, who, tx.Now.Add(-refusedAgain))
}
