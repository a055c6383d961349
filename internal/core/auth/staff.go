package auth

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TellAdmins has a letter written to the owners and admins, if the write
// commits: something has happened that they do not see unless they look.
func (s *Service) TellAdmins(ctx context.Context, tx *store.Tx, subject, text string) error {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return err
	}
	for _, who := range staff {
		u, err := tx.User(ctx, who)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			continue // gone just now
		}
		if err != nil {
			return err
		}
		if !u.Role.AtLeast(social.Admin) || !u.Confirmed || u.Disabled {
			continue
		}
		a, err := tx.Account(ctx, who)
		if err != nil {
			return err
		}
		if err := s.send(ctx, tx, a, u.Email, subject, text); err != nil {
			return err
		}
	}
	return nil
}
