package auth

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Changes are what is done to one of our accounts: all of it from the command line,
// and the role by who may. The zero value leaves all as it is.
type Changes struct {
	Role     social.Role // empty for the one there is
	Email    string      // counts as confirmed
	Confirm  bool        // the address is theirs
	Password bool        // a new one is made, and signs everybody out
	Factors  bool        // the second factor is lost: the password alone opens it
}

// Modify changes what we know of who, and returns the new password if one was
// asked for. Nobody changes somebody of the same or a higher role, nor makes
// somebody one of them. The only owner stays one.
func (s *Service) Modify(ctx context.Context, by social.Actor, who social.AccountID, c Changes) (password string, err error) {
	var ps Problems
	if c.Email != "" {
		ps.email(c.Email)
	}
	if err := ps.err(); err != nil {
		return "", err
	}
	hash := ""
	if c.Password {
		password, _ = newSecret()
		password = password[:20] // as when an account is made
		if hash, err = s.hasher.hash(ctx, password); err != nil {
			return "", err
		}
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, who)
		if err != nil {
			return err
		}
		if err := by.MayJudge(u.Role); err != nil {
			return err
		}
		if c.Role != "" {
			if err := by.MayJudge(c.Role); err != nil {
				return err
			}
		}
		return s.modify(ctx, tx, by, u, c, hash)
	})
	if err != nil {
		return "", fmt.Errorf("modify account: %w", err)
	}
	s.forget(who)
	return password, nil
}

func (s *Service) modify(ctx context.Context, tx *store.Tx, by social.Actor, u social.User, c Changes, hash string) error {
	a, err := tx.Account(ctx, u.Account)
	if err != nil {
		return err
	}
	if c.Role != "" && c.Role != u.Role {
		if err := mayLeave(ctx, tx, u); err != nil {
			return err
		}
		u.Role = c.Role
		tx.Record(event.BadgesChanged{Account: a.ID}) // which shows the role, if they want
		if err := decided(ctx, tx, by, a.ID, social.ChangeRole, string(c.Role)); err != nil {
			return err
		}
	}
	if c.Email != "" || c.Confirm || hash != "" || c.Factors {
		if err := decided(ctx, tx, by, a.ID, social.ChangeEntry, ""); err != nil {
			return err
		}
	}
	if c.Email != "" {
		u.Email = c.Email
	}
	if hash != "" {
		u.Password = hash
	}
	tx.Record(event.AccessChanged{Account: a.ID})
	if c.Factors {
		if err := s.loseFactors(ctx, tx, a, u); err != nil {
			return err
		}
	}
	if c.Email != "" || c.Confirm {
		err = confirmed(ctx, tx, u)
	} else {
		err = conflict(tx.SetUser(ctx, u), "email", emailTaken)
	}
	if err != nil || hash == "" {
		return err
	}
	return s.newPassword(ctx, tx, a, u, 0)
}

// loseFactors takes away what u shows besides the password, and tells them.
func (s *Service) loseFactors(ctx context.Context, tx *store.Tx, a social.Account, u social.User) error {
	f, err := tx.Factors(ctx, a.ID)
	if err != nil || !f.Any() {
		return err
	}
	tx.Record(event.FactorsChanged{Account: a.ID})
	if err := tx.DropFactors(ctx, a.ID); err != nil {
		return err
	}
	return s.factorLetter(ctx, tx, a, u.Email, "Your second step was removed", "the people who run this house removed what is asked for besides your password:\nthe app, the passkeys and the recovery codes. Your password alone opens the\naccount until you set up another one.")
}
