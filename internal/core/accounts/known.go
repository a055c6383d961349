package accounts

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Known is an account by its ActivityPub id, ours or a remote one, with how it
// is reached, or NotFound. Of ours there is no Contact.
func (s *Service) Known(ctx context.Context, uri string) (a social.Account, c social.Contact, err error) {
	which, err := s.Lookup(ctx, uri)
	if err != nil {
		return a, c, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		if a, err = v.Account(ctx, which); err != nil || a.Local() {
			return err
		}
		c, err = v.Contact(ctx, which)
		return err
	})
	if err != nil {
		return a, c, fmt.Errorf("known account: %w", err)
	}
	return a, c, nil
}

// Awaited reports whether anybody here follows who has an address, or has asked
// to: their posts may come before their answer does.
func (s *Service) Awaited(ctx context.Context, uri string) (is bool, err error) {
	which, err := s.Lookup(ctx, uri)
	if err != nil {
		return false, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		is, err = v.Awaited(ctx, which)
		return err
	})
	return is, err
}

// KeyNamed is the key of a remote account with an address, and whose it is, or
// NotFound.
func (s *Service) KeyNamed(ctx context.Context, address string) (k social.PublicKey, owner social.Account, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if k, err = v.PublicKey(ctx, address); err != nil {
			return err
		}
		owner, err = v.Account(ctx, k.Account)
		return err
	})
	if err != nil {
		return k, owner, fmt.Errorf("key: %w", err)
	}
	return k, owner, nil
}
