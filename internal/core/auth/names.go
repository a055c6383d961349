package auth

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
)

// tellMoved writes to one of ours where the house is now: they may find it by
// nothing else.
func (s *Service) tellMoved(ctx context.Context, tx *store.Tx, f event.HomeMoved) error {
	u, err := tx.User(ctx, f.Account)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil
	}
	if err != nil || u.Email == "" || !u.Confirmed {
		return err // an address that nobody has shown to be theirs is whoever's it is
	}
	a, err := tx.Account(ctx, f.Account)
	if err != nil {
		return err
	}
	return s.send(ctx, tx, a, u.Email, "This place has a new address", fmt.Sprintf(
		`this network is not at its old address any more. It was

%s

and is from now on

%s

Everything is there: your posts, your followers, whom you follow. You are
@%s now. Sign in there with the password that you have.

In an app, add the account again under the new address. Nobody stays signed in:
whoever has the old address could be asked to let you in.

Those who follow you from other servers are being told at this moment. Nobody
has to do anything for that.`, f.From, f.To, f.Handle))
}
