package relations

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
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
