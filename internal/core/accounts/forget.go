package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// ForgetAfter is for how long nothing was heard of an account at least that
	// is forgotten: somebody may just have looked for it, to follow it.
	ForgetAfter = 24 * time.Hour
	// forgetAtOnce is how many accounts are looked at in one read, and taken
	// away in one write.
	forgetAtOnce = 200
)

// Forget takes away accounts of other servers of which nothing was heard since
// before a moment, and that nobody and nothing here has anything to do with;
// not those about which the staff decided something. It tells how far it is,
// and how many they were; with dry, how many they would be. An account comes
// back when somebody looks for it.
func (s *Service) Forget(ctx context.Context, before time.Time, dry bool, tell func(done, total int)) (n int, err error) {
	if latest := s.store.Now().Add(-ForgetAfter); before.After(latest) {
		before = latest
	}
	total := 0
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		total, err = v.CountAccountsElsewhere(ctx)
		return err
	}); err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	for after, seen := social.AccountID(0), 0; ; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		var page, strangers []social.AccountID
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if page, err = v.AccountsElsewhere(ctx, after, forgetAtOnce); err == nil {
				strangers, err = v.Strangers(ctx, page, before)
			}
			return err
		}); err != nil {
			return n, fmt.Errorf("look at accounts: %w", err)
		}
		if len(page) == 0 {
			return n, nil
		}
		if !dry && len(strangers) > 0 {
			if strangers, err = s.forget(ctx, strangers, before); err != nil {
				return n, fmt.Errorf("forget accounts: %w", err)
			}
		}
		n, seen, after = n+len(strangers), seen+len(page), page[len(page)-1]
		tell(seen, total)
	}
}

// forget takes accounts away that were strangers a moment ago, and still are.
// Their pictures are addresses elsewhere: there are no files to remove.
func (s *Service) forget(ctx context.Context, all []social.AccountID, before time.Time) (gone []social.AccountID, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		held, err := tx.HoldFreeAccounts(ctx, all)
		if err != nil {
			return err
		}
		if gone, err = tx.Strangers(ctx, held, before); err != nil {
			return err
		}
		for _, who := range gone {
			if err := tx.DeleteAccount(ctx, who); err != nil {
				return err
			}
			tx.Record(event.AccountDeleted{Account: who})
		}
		return nil
	})
	return gone, err
}
