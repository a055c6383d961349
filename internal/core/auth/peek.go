package auth

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/store"
)

// What a link is good for is told before somebody fills in a form for nothing.
// The commands look again.

// CheckOwnerLink is nil if secret would make an owner now, and Forbidden
// otherwise.
func (s *Service) CheckOwnerLink(ctx context.Context, secret string) error {
	var kept string
	var needed bool
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		if err = v.Setting(ctx, ownerLink, &kept); err != nil {
			return err
		}
		needed, err = ownerless(ctx, v)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("check owner link: %w", err)
	case !needed:
		return errs.New(errs.Forbidden, "This house has an owner already.")
	case !same(kept, hashOf(secret)):
		return notOwner
	}
	return nil
}

// CheckInvite is nil if somebody may join with code now, and Forbidden
// otherwise.
func (s *Service) CheckInvite(ctx context.Context, code string) error {
	var ps Problems
	err := s.store.Read(ctx, func(v *store.View) error {
		_, err := invitation(ctx, v, code, s.store.Now(), &ps)
		return err
	})
	if err != nil {
		return fmt.Errorf("check invite: %w", err)
	}
	if len(ps) > 0 {
		return errs.New(errs.Forbidden, ps[0].Text)
	}
	return nil
}

// CheckReset is nil if secret would let somebody choose a new password now,
// and NotFound otherwise.
func (s *Service) CheckReset(ctx context.Context, secret string) error {
	err := s.store.Read(ctx, func(v *store.View) error {
		_, err := v.MailToken(ctx, hashOf(secret), resetPurpose, s.store.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("check reset link: %w", err)
	}
	return nil
}
