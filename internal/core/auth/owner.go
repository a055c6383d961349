package auth

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// ownerLink is the setting with the hash of the secret that makes an owner.
const ownerLink = "owner_link"

// OwnerLink makes the secret with which somebody becomes the owner of a house
// that has none; an earlier one stops working. Needed is false if there is an
// owner.
func (s *Service) OwnerLink(ctx context.Context) (secret string, needed bool, err error) {
	secret, hash := newSecret()
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if needed, err = ownerless(ctx, &tx.View); err != nil || !needed {
			return err
		}
		return tx.SetSetting(ctx, ownerLink, hash)
	})
	if err != nil || !needed {
		return "", false, err
	}
	return secret, true, nil
}

// NeedsOwner reports whether the house has no owner yet.
func (s *Service) NeedsOwner(ctx context.Context) (needed bool, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		needed, err = ownerless(ctx, v)
		return err
	})
	return needed, err
}

func ownerless(ctx context.Context, v *store.View) (bool, error) {
	_, err := v.Owner(ctx)
	if errs.KindOf(err) == errs.NotFound {
		return true, nil
	}
	return false, err
}

var notOwner = errs.New(errs.Forbidden, "This link does not make an owner, or does so no longer. The newest one stands in the log of the server, from when it was last started.")

// ClaimOwner makes the account of the owner, whom the newest secret of
// OwnerLink has been shown to. It may be used at once. A wrong secret, and one
// for a house that has an owner, is Forbidden.
func (s *Service) ClaimOwner(ctx context.Context, secret string, f SignUp) (social.Account, error) {
	var kept string
	if err := s.store.Read(ctx, func(v *store.View) error { return v.Setting(ctx, ownerLink, &kept) }); err != nil {
		return social.Account{}, fmt.Errorf("claim owner: %w", err)
	}
	if !same(kept, hashOf(secret)) {
		return social.Account{}, notOwner
	}
	a, err := s.admit(ctx, f.trimmed(), social.Owner, false, func(tx *store.Tx) error {
		var kept string
		had, err := tx.TakeSetting(ctx, ownerLink, &kept)
		if err != nil {
			return err
		}
		needed, err := ownerless(ctx, &tx.View)
		if err == nil && !(had && needed && same(kept, hashOf(secret))) {
			err = notOwner
		}
		return err
	})
	if err != nil {
		return social.Account{}, fmt.Errorf("claim owner: %w", err)
	}
	return a, nil
}
