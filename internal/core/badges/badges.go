// Package badges is what is known of who somebody is, and who says so: that the
// staff confirmed them, and that they are of the staff. It also looks for who could
// be mistaken for such people. Links and domains are checked by accounts; which
// badges somebody has, social.Badges says.
package badges

import (
	"context"
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Report brings somebody before the staff who can be mistaken for another, within a
// transaction.
type Report func(ctx context.Context, tx *store.Tx, who social.AccountID, why string) error

// Service gives badges.
type Service struct {
	store  *store.Store
	report Report
}

// New returns a Service.
func New(s *store.Store, r Report) *Service { return &Service{s, r} }

// Confirm says for everybody to read that the staff knows who somebody is, and how,
// by the name that they have: a Conflict if it is not the one that by saw. It is for
// moderators, and not about themselves.
func (s *Service) Confirm(ctx context.Context, by social.Actor, who social.AccountID, name, reason string) error {
	c := social.Confirmation{Account: who, By: by.Account, Role: by.Role, Reason: strings.Join(strings.Fields(text.Clean(reason)), " ")}
	if _, err := social.ParseRole(string(by.Role)); err != nil { // the command line speaks for who runs the house
		c.Role = social.Owner
	}
	err := s.judge(ctx, by, who, social.Confirm, c.Reason, func(tx *store.Tx, a social.Account, p store.Proof) error {
		if err := c.Check(); err != nil {
			return err
		}
		switch {
		case who == by.Account:
			return errs.New(errs.Invalid, "Somebody else has to confirm who you are.")
		case !a.Local():
			return errs.New(errs.Invalid, "Only who lives here can be confirmed. Others are for their own house to confirm.")
		case a.Standing != social.Good || a.MovedTo != 0:
			return errs.New(errs.Invalid, "This account is not in use, so it cannot be confirmed.")
		case name != a.Name():
			return errs.Newf(errs.Conflict, "This account is called %s now. Look again whether you know that this is who it is.", a.Name())
		}
		c.Name, c.At = a.Name(), tx.Now
		tx.Record(event.BadgesChanged{Account: who, Guarded: true})
		return tx.Confirm(ctx, c, p)
	})
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	return nil
}

// Withdraw takes that back. It is for moderators.
func (s *Service) Withdraw(ctx context.Context, by social.Actor, who social.AccountID) error {
	err := s.judge(ctx, by, who, social.Unconfirm, "", func(tx *store.Tx, _ social.Account, _ store.Proof) error {
		was, err := tx.Unconfirm(ctx, who)
		if err == nil && !was {
			err = errs.New(errs.NotFound, "This badge was withdrawn already.")
		}
		tx.Record(event.BadgesChanged{Account: who, Withdrawn: true})
		return err
	})
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	return nil
}

// judge runs do with a record of it in the log, in one transaction.
func (s *Service) judge(ctx context.Context, by social.Actor, who social.AccountID, what social.Action, why string, do func(*store.Tx, social.Account, store.Proof) error) error {
	if err := by.MustBe(social.Moderator); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.HoldAccount(ctx, who)
		if err != nil {
			return err
		}
		p, err := record.Configured(ctx, tx, by, string(what), who, "")
		if err != nil {
			return err
		}
		if err := do(tx, a, p); err != nil {
			return err
		}
		return tx.AddDecision(ctx, social.Decision{ID: social.DecisionID(id.New(tx.Now)), By: by.Account, Account: who, Action: what, Text: why}, p)
	})
}

// Confirmation is what the staff said of who, whether it shows or not; zero if it
// said nothing. It is for moderators, and for who it is about.
func (s *Service) Confirmation(ctx context.Context, by social.Actor, who social.AccountID) (c social.Confirmation, err error) {
	if by.Account != who || !by.SignedIn() {
		if err := by.MustBe(social.Moderator); err != nil {
			return c, err
		}
	}
	err = s.store.Read(ctx, func(v *store.View) error { c, err = v.Confirmation(ctx, who); return errs.Absent(err) })
	return c, err
}

// ShowRole has it seen by everybody, or no more, that by looks after the house.
func (s *Service) ShowRole(ctx context.Context, by social.Actor, show bool) error {
	if err := by.MustBe(social.Moderator); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, by.Account)
		if err != nil || u.Prefs.ShowRole == show {
			return err
		}
		u.Prefs.ShowRole = show
		tx.Record(event.BadgesChanged{Account: by.Account})
		return tx.SetUser(ctx, u)
	})
	if err != nil {
		return fmt.Errorf("show role: %w", err)
	}
	return nil
}
