// Package threads is what people may do in the threads that they opened: rules
// that hold replies back, keepers who help them, and hiding, pinning and
// locking. Who may reply at all is said post by post: core/posts.
package threads

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service does it.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// Rules are what holds replies to by.
func (s *Service) Rules(ctx context.Context, by social.Actor) (r social.ReplyRules, err error) {
	if err := by.MustAct(); err != nil {
		return r, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		r, err = v.ReplyRules(ctx, by.Account)
		return err
	})
	return r, err
}

// SetRules stores them in place of those before. What waits already goes on
// waiting, and what stands goes on standing.
func (s *Service) SetRules(ctx context.Context, by social.Actor, r social.ReplyRules) (social.ReplyRules, error) {
	r.Owner = by.Account
	r = r.Clean()
	if err := r.Check(); err != nil {
		return r, err
	}
	return r, s.store.WriteFor(ctx, by, "set reply rules", func(tx *store.Tx) error { return tx.SetReplyRules(ctx, r) })
}

// A Keeping is a Keeper with the account that its reader wants to know of.
type Keeping struct {
	social.Keeper
	Who *view.Face
}

// Keepers are who keeps by's threads, and who was asked to.
func (s *Service) Keepers(ctx context.Context, by social.Actor) ([]Keeping, error) {
	return s.keepings(ctx, by, func(v *store.View) ([]social.Keeper, error) { return v.KeepersOf(ctx, by.Account) },
		func(k social.Keeper) social.AccountID { return k.Keeper })
}

// maxKept is of how many people somebody is told whose threads they keep.
const maxKept = 200

// Kept is whose threads by keeps, and who asked by to.
func (s *Service) Kept(ctx context.Context, by social.Actor) ([]Keeping, error) {
	return s.keepings(ctx, by, func(v *store.View) ([]social.Keeper, error) { return v.KeptBy(ctx, by.Account, maxKept) },
		func(k social.Keeper) social.AccountID { return k.Owner })
}

func (s *Service) keepings(ctx context.Context, by social.Actor, read func(*store.View) ([]social.Keeper, error), who func(social.Keeper) social.AccountID) (out []Keeping, err error) {
	if err := by.MustAct(); err != nil {
		return nil, err
	}
	var all []social.Keeper
	if err := s.store.Read(ctx, func(v *store.View) (err error) { all, err = read(v); return err }); err != nil {
		return nil, err
	}
	for _, k := range all {
		f, err := s.view.Face(ctx, who(k))
		if errs.Absent(err) != nil {
			return nil, err
		}
		if f != nil && f.Standing == social.Good {
			out = append(out, Keeping{k, f})
		}
	}
	return out, nil
}

// AskKeeper has by ask somebody who lives here to keep by's threads.
func (s *Service) AskKeeper(ctx context.Context, by social.Actor, who social.AccountID) error {
	return s.store.WriteFor(ctx, by, "ask for a keeper", func(tx *store.Tx) error {
		a, err := tx.Account(ctx, who)
		if err != nil || a.Standing != social.Good {
			return errNobody(err)
		}
		rel, err := tx.Relation(ctx, by.Account, who)
		switch {
		case err != nil:
			return err
		case who == by.Account:
			return errs.New(errs.Invalid, "Validation failed: Your threads are yours already.")
		case !a.Local():
			return errs.New(errs.Invalid, "Validation failed: Only somebody who has an account here can keep your threads.")
		case rel.Apart():
			return errs.New(errs.Forbidden, "You cannot ask this account.")
		}
		all, err := tx.KeepersOf(ctx, by.Account)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(k social.Keeper) bool { return k.Keeper == who }) {
			return nil
		}
		if len(all) >= social.MaxKeepers {
			return errs.Newf(errs.Invalid, "Validation failed: At most %d people can keep your threads. Remove one first.", social.MaxKeepers)
		}
		tx.Record(event.KeeperChanged{Owner: by.Account, Keeper: who, State: "asked"})
		return tx.AskKeeper(ctx, by.Account, who)
	})
}

func errNobody(err error) error {
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	return store.NoPost
}

// AcceptKeeper has by keep the threads of somebody who asked for that.
func (s *Service) AcceptKeeper(ctx context.Context, by social.Actor, owner social.AccountID) error {
	return s.store.WriteFor(ctx, by, "accept to keep", func(tx *store.Tx) error {
		was, err := tx.AcceptKeeper(ctx, owner, by.Account)
		if err == nil && !was {
			err = errs.New(errs.NotFound, "Nobody with this name has asked you, or not any more.")
		}
		if err == nil {
			tx.Record(event.KeeperChanged{Owner: owner, Keeper: by.Account, State: "accepted"})
		}
		return err
	})
}

// EndKeeper ends that somebody keeps another's threads, or is asked to: by is
// one of the two. It is NotFound if there was nothing to end.
func (s *Service) EndKeeper(ctx context.Context, by social.Actor, owner, keeper social.AccountID) error {
	if by.Account != owner && by.Account != keeper {
		return store.NoPost
	}
	return s.store.WriteFor(ctx, by, "end a keeper", func(tx *store.Tx) error {
		was, err := tx.EndKeeper(ctx, owner, keeper)
		if err == nil && !was {
			err = store.NoPost
		}
		if err == nil {
			tx.Record(event.KeeperChanged{Owner: owner, Keeper: keeper, State: "ended"})
		}
		return err
	})
}
