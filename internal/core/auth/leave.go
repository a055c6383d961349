package auth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// DeleteAccount ends by's account for good. From when this returns nobody can
// sign in as them or see them; a job then removes what they leave behind.
func (s *Service) DeleteAccount(ctx context.Context, by social.Actor, password string) error {
	u, err := s.again(ctx, by, "password", password)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := unchanged(ctx, tx, u); err != nil {
			return err
		}
		a, err := tx.HoldAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := mayLeave(ctx, tx, u); err != nil {
			return err
		}
		if err := s.goodbyeLetter(ctx, tx, a, u.Email); err != nil {
			return err
		}
		return leave(ctx, tx, a.ID)
	})
	if err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	s.forget(by.Account)
	return nil
}

// Expel ends somebody's account for good, which is suspended already. It is
// for admins, about people of lower roles.
func (s *Service) Expel(ctx context.Context, by social.Actor, who social.AccountID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if !by.Role.AtLeast(social.Admin) {
		return errs.New(errs.Forbidden, "This action is not allowed")
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, who)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		a, err := tx.HoldAccount(ctx, who)
		if err != nil {
			return err
		}
		if err := mayExpel(ctx, tx, by, a, u); err != nil {
			return err
		}
		if err := decided(ctx, tx, by, who, social.Expel, ""); err != nil {
			return err
		}
		return leave(ctx, tx, who)
	})
	if err != nil {
		return fmt.Errorf("expel: %w", err)
	}
	s.forget(who)
	return nil
}

func mayExpel(ctx context.Context, tx *store.Tx, by social.Actor, a social.Account, u social.User) error {
	role := social.Member
	switch {
	case u.Account != 0:
		role = u.Role
	case a.Local():
		return errs.New(errs.Conflict, "This account is being deleted already.")
	}
	if err := by.MayJudge(role); err != nil {
		return err
	}
	if a.Standing != social.Suspended || !u.LeavesAt.IsZero() { // who leaves by themselves can come back
		return errs.New(errs.Conflict, "Suspend this account first: that can be taken back, and deleting it cannot.")
	}
	return mayLeave(ctx, tx, u)
}

// mayLeave keeps a house from losing its only owner: it would belong to
// whoever opens its next set-up link.
func mayLeave(ctx context.Context, tx *store.Tx, u social.User) error {
	if u.Role != social.Owner {
		return nil
	}
	owners, err := tx.Owners(ctx, 2)
	if err == nil && !slices.ContainsFunc(owners, func(who social.AccountID) bool { return who != u.Account }) {
		err = errs.New(errs.Forbidden, "You are the only owner of this house. Make another account an owner first: plaza account create --role owner.")
	}
	return err
}

// LeaveLater has by's account deleted after social.LeaveGrace, and returns when.
// Nobody else sees it from now on, and its owner can do nothing but to Stay.
func (s *Service) LeaveLater(ctx context.Context, by social.Actor, password string) (at time.Time, err error) {
	u, err := s.again(ctx, by, "password", password)
	if err != nil {
		return at, err
	}
	if err := by.MustAct(); err != nil {
		return at, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := unchanged(ctx, tx, u); err != nil {
			return err
		}
		a, err := tx.HoldAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		now, err := tx.HoldUser(ctx, by.Account)
		if err != nil {
			return err
		}
		if now.On(a.Standing) != social.Good { // it was decided about them meanwhile
			return social.Actor{Account: a.ID, Standing: now.On(a.Standing)}.MustAct()
		}
		if err := mayLeave(ctx, tx, now); err != nil {
			return err
		}
		at = tx.Now.Add(social.LeaveGrace)
		now.LeavesAt = at
		if err := s.farewellLetter(ctx, tx, a, now); err != nil {
			return err
		}
		return stand(ctx, tx, now, social.Suspended)
	})
	if err != nil {
		return at, fmt.Errorf("delete account later: %w", err)
	}
	s.forget(by.Account)
	return at, nil
}

// Stay takes LeaveLater back: the account stands as before. Of somebody who is
// not leaving it is a Conflict.
func (s *Service) Stay(ctx context.Context, by social.Actor) error {
	if !by.SignedIn() {
		return by.MustAct()
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.HoldAccount(ctx, by.Account)
		if err != nil {
			return err
		}
		u, err := tx.HoldUser(ctx, by.Account)
		if err != nil {
			return err
		}
		if u.On(a.Standing) != social.Leaving {
			return errs.New(errs.Conflict, "Your account is not about to be deleted.")
		}
		u.LeavesAt = time.Time{}
		return stand(ctx, tx, u, social.Good)
	})
	if err != nil {
		return fmt.Errorf("keep account: %w", err)
	}
	s.forget(by.Account)
	return nil
}

// stand has the account of u, who leaves or stays, stand so, and tells of it.
func stand(ctx context.Context, tx *store.Tx, u social.User, how social.Standing) error {
	if err := tx.SetUser(ctx, u); err != nil {
		return err
	}
	if err := tx.SetStanding(ctx, u.Account, how); err != nil {
		return err
	}
	tx.Record(event.AccessChanged{Account: u.Account})
	tx.Record(event.ProfileChanged{Account: u.Account})
	return nil
}

// leaveDue deletes those whose time to think better of it is over.
func (s *Service) leaveDue(ctx context.Context, tx *store.Tx) error {
	due, err := tx.UsersLeaving(ctx, tx.Now, tidyAtOnce)
	if err != nil {
		return err
	}
	for _, u := range due {
		a, err := tx.HoldAccount(ctx, u.Account)
		if err != nil {
			return err
		}
		if err := s.goodbyeLetter(ctx, tx, a, u.Email); err != nil {
			return err
		}
		if err := leave(ctx, tx, u.Account); err != nil {
			return err
		}
	}
	return nil
}

// leave makes an account that nobody can use or see, and has it deleted.
// The name of one that was in use is not given out again.
func leave(ctx context.Context, tx *store.Tx, who social.AccountID) error {
	a, err := tx.Account(ctx, who)
	if err != nil {
		return err
	}
	if a.Local() && a.Standing != social.Pending {
		if err := tx.RetireName(ctx, a.Username); err != nil {
			return err
		}
	}
	if u, err := tx.User(ctx, who); err == nil && u.Email != "" {
		if err := tx.DropJobs(ctx, LetterJob, "To", u.Email); err != nil { // but for the last one, which was just written
			return err
		}
	} else if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	if err := tx.EndSessions(ctx, who, 0, 0); err != nil {
		return err
	}
	if err := tx.EndTokensOf(ctx, who); err != nil {
		return err
	}
	if err := tx.EndCeremonies(ctx, who); err != nil {
		return err
	}
	if err := tx.DropUser(ctx, who); err != nil {
		return err
	}
	if err := tx.SetStanding(ctx, who, social.Suspended); err != nil {
		return err
	}
	tx.Record(event.AccessChanged{Account: who})
	tx.Record(event.ProfileChanged{Account: who})
	return tx.LeaveAccount(ctx, who)
}
