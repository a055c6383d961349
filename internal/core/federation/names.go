package federation

import (
	"cmp"
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var errOldName = errs.New(errs.Unavailable, "The house has another name by now, and this process still has the old one. It opens anew by itself.")

// homeMoved tells who follows one of ours where they are now. That nobody is
// left where they were comes after: some ask there, and wait in vain.
func (t teller) homeMoved(ctx context.Context, f event.HomeMoved) error {
	if is, err := t.ours(ctx, f.Account); err != nil || !is {
		return err
	}
	moved, err := t.say.HomeMoved(ctx, f.Account, f.From)
	if err := t.send(ctx, moved, err); err != nil {
		return err
	}
	left, err := t.say.HomeLeft(ctx, f.Account, f.From)
	return t.send(ctx, left, err)
}

// NotYet turns down who follows one of ours under a name that the house has not
// taken yet: they would hear nothing, and not follow when it is taken, as they
// asked to before. If the house has taken it meanwhile, and this process has not
// heard, it is for another one to let them in.
func (s *Service) NotYet(ctx context.Context, owner, target social.AccountID, act string) error {
	defer s.ring()
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if n, err := tx.HouseNames(ctx); err != nil || n.Next.URL == "" {
			return cmp.Or(err, errOldName)
		}
		said, err := s.say.NotYet(ctx, owner, target, act)
		return teller{Service: s, tx: tx}.send(ctx, said, err)
	})
}
