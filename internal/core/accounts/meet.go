package accounts

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Meet keeps what another server says of one of its accounts, new or not: the
// row, how it is reached and what it signs with. Who is known to be gone is
// NotFound. A name that another account of the host had is taken from it: its
// server gave the name away.
func (s *Service) Meet(ctx context.Context, who social.Stranger) (social.Account, error) {
	return social.Account{}, errNotYet
}

// Depart deletes an account of another server, with all it left here, and
// keeps it from coming back by a message that was late. Who is not here is
// only remembered as gone.
func (s *Service) Depart(ctx context.Context, uri string) error { return errNotYet }

var errNotYet = errs.New(errs.Invalid, "This is not there yet.")

// Lookup is which account an ActivityPub id names, ours or a remote one, or
// NotFound.
func (s *Service) Lookup(ctx context.Context, uri string) (which social.AccountID, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		place, ours := s.config.Base.ParseURI(uri)
		a, err := social.Account{}, error(store.NoPost)
		switch {
		case ours && place.Part == "" && place.Account != 0:
			a, err = v.Account(ctx, place.Account)
		case ours && place.Part == "" && place.Name != "" && place.Post == 0:
			a, err = v.AccountNamed(ctx, place.Name, "")
		case !ours:
			a, err = v.AccountByURI(ctx, uri)
		}
		which = a.ID
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look an account up: %w", err)
	}
	return which, nil
}
