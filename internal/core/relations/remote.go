package relations

import (
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// FollowAs is Follow for by from another server, under the address by which it
// will be undone. What was undone before it came has no effect.
func (s *Service) FollowAs(ctx context.Context, by social.Actor, target social.AccountID, uri string) error {
	f := social.Follow{Target: target, Boosts: true}
	return s.follow(ctx, by, f, func(tx *store.Tx, them social.Account) (bool, error) {
		if !them.Local() {
			return false, errs.New(errs.NotFound, "There is no such account.")
		}
		return acted(ctx, tx, by, social.Act{URI: uri, Kind: social.ActFollow, Owner: by.Account, Target: int64(target)})
	})
}

// BlockAs is the same of Block.
func (s *Service) BlockAs(ctx context.Context, by social.Actor, target social.AccountID, uri string) error {
	return s.between(ctx, "block", by, target, func(tx *store.Tx, them social.Account, rel social.Relation) error {
		if !them.Local() {
			return errs.New(errs.NotFound, "There is no such account.")
		}
		ok, err := acted(ctx, tx, by, social.Act{URI: uri, Kind: social.ActBlock, Owner: by.Account, Target: int64(target)})
		if err != nil || !ok {
			return err
		}
		return block(ctx, tx, by, target, rel)
	})
}

// acted keeps the address of what by is about to do. It is false for what was
// undone before it came; once, as some servers use an address again.
func acted(ctx context.Context, tx *store.Tx, by social.Actor, a social.Act) (bool, error) {
	if a.URI == "" {
		return true, nil
	}
	who, err := tx.Account(ctx, by.Account)
	if err != nil {
		return false, err
	}
	if !social.Address(a.URI) || !social.SameHost(a.URI, who.URI) {
		return false, errs.New(errs.Invalid, "This is not at home where who did it is.")
	}
	if gone, err := tx.EndGone(ctx, a.URI); err != nil || gone {
		return false, err
	}
	return true, tx.AddAct(ctx, a)
}

// Answer takes what by, from another server, says to being followed by one of
// ours. An answer to nothing changes nothing; a late refusal ends the follow.
func (s *Service) Answer(ctx context.Context, by social.Actor, owner social.AccountID, accepted bool) error {
	return s.between(ctx, "answer follow", by, owner, func(tx *store.Tx, them social.Account, rel social.Relation) error {
		switch {
		case !them.Local() || !rel.RequestedBy && !rel.FollowedBy:
			return nil
		case !accepted:
			return end(ctx, tx, by, owner, by.Account)
		case rel.RequestedBy:
			return accept(ctx, tx, owner, by.Account)
		}
		return nil
	})
}

// Act is what by did under an address, or NotFound: what to undo.
func (s *Service) Act(ctx context.Context, by social.Actor, uri string) (a social.Act, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		a, err = v.Act(ctx, uri)
		if err == nil && a.Owner != by.Account {
			err = errs.New(errs.NotFound, "There is no such activity.")
		}
		return err
	})
	return a, err
}

const (
	alongAtOnce  = 50
	alongTimeout = 10 * time.Minute
	alongTries   = 20
)

// AlongWorker has those of ours who follow an account that moved follow it to
// where it went, but who is kept apart from there.
func (s *Service) AlongWorker() work.Worker {
	return work.Worker{Kind: store.FollowAlongJob, AtOnce: 1, Timeout: alongTimeout, Tries: alongTries, Do: func(ctx context.Context, args []byte) error {
		var m store.Moving
		if err := json.Unmarshal(args, &m); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name who moved.", err)
		}
		for last, done := social.FollowID(0), false; !done; {
			if err := ctx.Err(); err != nil {
				return err
			}
			var next social.FollowID
			if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
				next, done, err = along(ctx, tx, m, last)
				return err
			}); err != nil {
				return err
			}
			last = next
		}
		return nil
	}}
}

// along is a step of it. It is done when the account has come back meanwhile,
// or either of the two is gone.
func along(ctx context.Context, tx *store.Tx, m store.Moving, after social.FollowID) (last social.FollowID, done bool, err error) {
	from, to, err := ends(ctx, tx, m)
	if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && (from.MovedTo != to.ID || to.Standing != social.Good) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	all, err := tx.FollowersHere(ctx, from.ID, after, alongAtOnce)
	if err != nil {
		return 0, false, err
	}
	for _, f := range all {
		if last = f.ID; f.Owner == to.ID {
			continue
		}
		if err := takeAlong(ctx, tx, f.Owner, from, to); err != nil {
			return 0, false, err
		}
	}
	return last, len(all) < alongAtOnce, nil
}

func ends(ctx context.Context, tx *store.Tx, m store.Moving) (from, to social.Account, err error) {
	if from, err = tx.Account(ctx, m.From); err != nil {
		return from, to, err
	}
	to, err = tx.Account(ctx, m.To)
	return from, to, err
}

// takeAlong has owner follow where somebody went, as they followed them, and
// no longer where nobody is.
func takeAlong(ctx context.Context, tx *store.Tx, owner social.AccountID, from, to social.Account) error {
	if err := tx.HoldAccounts(ctx, owner, to.ID); err != nil {
		return err
	}
	wish, err := tx.Relation(ctx, owner, from.ID)
	if err != nil || !wish.Follows {
		return err
	}
	rel, err := tx.Relation(ctx, owner, to.ID)
	if err != nil || rel.Apart() {
		return err
	}
	if !rel.Follows && !rel.Requested {
		f := social.Follow{Owner: owner, Target: to.ID, Boosts: wish.Boosts, Notify: wish.Notify, Languages: wish.Languages}
		if err := connect(ctx, tx, f, rel, to); err != nil {
			return err
		}
	}
	return end(ctx, tx, social.Actor{Account: owner}, owner, from.ID)
}
