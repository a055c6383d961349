package federation

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// refollowAtOnce is how many follows are queued in one transaction.
const refollowAtOnce = 50

// Refollow has what an account of ours (zero is everybody) follows on other
// servers, or asked to, be asked for again, and tells how many follows that is:
// after a restore, or under a new address, those servers may not know of them.
// Each asks under the address it always had, so that who is followed already
// stays so, and doing it again is harmless. A dry run only counts.
func (s *Service) Refollow(ctx context.Context, owner social.AccountID, dry bool, tell func(done, total int)) (n int, err error) {
	if err := s.store.Read(ctx, func(v *store.View) (err error) { n, err = v.CountFollowsElsewhere(ctx, owner); return err }); err != nil || dry {
		return n, err
	}
	for last, done := social.FollowID(0), 0; ; {
		some, err := s.refollow(ctx, owner, last)
		if err != nil || len(some) == 0 {
			return done, err
		}
		last, done = some[len(some)-1].ID, done+len(some)
		tell(min(done, n), n)
	}
}

// RefollowSome does that for a few of the follows, those after one, and returns
// the last of them; zero if there are none left.
func (s *Service) RefollowSome(ctx context.Context, owner social.AccountID, after social.FollowID) (last social.FollowID, err error) {
	some, err := s.refollow(ctx, owner, after)
	if len(some) > 0 {
		last = some[len(some)-1].ID
	}
	return last, err
}

func (s *Service) refollow(ctx context.Context, owner social.AccountID, after social.FollowID) (some []social.Follow, err error) {
	defer s.ring()
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if some, err = tx.FollowsElsewhere(ctx, owner, after, refollowAtOnce); err != nil {
			return err
		}
		return s.askAgain(ctx, tx, some)
	})
	return some, err
}

func (s *Service) askAgain(ctx context.Context, tx *store.Tx, some []social.Follow) error {
	for _, f := range some {
		said, err := s.say.FollowAsked(ctx, f.Owner, f.Target, f.ID)
		if err := (teller{Service: s, tx: tx}).send(ctx, said, err); err != nil {
			return err
		}
	}
	return nil
}
