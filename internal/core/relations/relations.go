// Package relations is what people do about each other: follow, block, mute,
// and keep notes.
package relations

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
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

// between runs do in one transaction for by and somebody else who is there.
func (s *Service) between(ctx context.Context, what string, by social.Actor, other social.AccountID,
	do func(tx *store.Tx, them social.Account, rel social.Relation) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if by.Account == other {
		return errs.New(errs.Invalid, "This cannot be done to oneself.")
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldAccounts(ctx, by.Account, other); err != nil {
			return err
		}
		them, err := tx.Account(ctx, other)
		if err != nil {
			return err
		}
		rel, err := tx.Relation(ctx, by.Account, other)
		if err != nil {
			return err
		}
		return do(tx, them, rel)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Follow makes f.Owner, who is by, follow f.Target, or ask to where follows
// are approved by hand, or live elsewhere. Following again changes what is
// wanted.
func (s *Service) Follow(ctx context.Context, by social.Actor, f social.Follow) error {
	return s.follow(ctx, by, f, func(*store.Tx, social.Account) (bool, error) { return true, nil })
}

// follow is Follow when may agrees, which is asked within the transaction.
func (s *Service) follow(ctx context.Context, by social.Actor, f social.Follow, may func(tx *store.Tx, them social.Account) (bool, error)) error {
	if err := f.Check(); err != nil {
		return err
	}
	face, err := s.view.Face(ctx, f.Target) // which knows how its host stands
	if err != nil {
		return err
	}
	return s.between(ctx, "follow", by, f.Target, func(tx *store.Tx, them social.Account, rel social.Relation) error {
		f.Owner = by.Account
		if rel.Apart() || them.Standing == social.Suspended || face.Standing == social.Suspended {
			return errs.New(errs.Forbidden, "This account cannot be followed.")
		}
		if !rel.Follows && !rel.Requested {
			if n, err := tx.FollowCount(ctx, by.Account); err != nil {
				return err
			} else if n >= social.MaxFollows {
				return errs.Newf(errs.Invalid, "One account follows at most %d others.", social.MaxFollows)
			}
		}
		if ok, err := may(tx, them); err != nil || !ok {
			return err
		}
		return connect(ctx, tx, f, rel, them)
	})
}

// connect stores a follow, or the request for one, and tells of it: whom
// another server looks after is followed when that server says so.
func connect(ctx context.Context, tx *store.Tx, f social.Follow, rel social.Relation, them social.Account) error {
	accepted := rel.Follows || !them.Locked && them.Local()
	if err := tx.AddFollow(ctx, f, accepted); err != nil {
		return err
	}
	switch {
	case accepted && !rel.Follows:
		if err := tx.CountFollow(ctx, f.Owner, f.Target, 1); err != nil {
			return err
		}
		fallthrough
	case accepted:
		tx.Record(event.Followed{Owner: f.Owner, Target: f.Target, New: !rel.Follows})
	case !rel.Requested:
		tx.Record(event.FollowAsked{Owner: f.Owner, Target: f.Target})
	}
	return nil
}

// Accept lets asker, who asked to follow by, follow.
func (s *Service) Accept(ctx context.Context, by social.Actor, asker social.AccountID) error {
	return s.between(ctx, "accept follow", by, asker, func(tx *store.Tx, _ social.Account, rel social.Relation) error {
		if !rel.RequestedBy {
			return noRequest
		}
		return accept(ctx, tx, asker, by.Account)
	})
}

// accept makes a request a follow.
func accept(ctx context.Context, tx *store.Tx, asker, target social.AccountID) error {
	wish, err := tx.Relation(ctx, asker, target)
	if err != nil {
		return err
	}
	f := social.Follow{Owner: asker, Target: target, Boosts: wish.Boosts, Notify: wish.Notify, Languages: wish.Languages}
	if err := tx.AddFollow(ctx, f, true); err != nil {
		return err
	}
	tx.Record(event.Followed{Owner: asker, Target: target, New: true})
	return tx.CountFollow(ctx, asker, target, 1)
}

var noRequest = errs.New(errs.NotFound, "There is no such follow request.")

// Refuse turns down asker's request to follow by.
func (s *Service) Refuse(ctx context.Context, by social.Actor, asker social.AccountID) error {
	return s.between(ctx, "refuse follow", by, asker, func(tx *store.Tx, _ social.Account, rel social.Relation) error {
		if !rel.RequestedBy {
			return noRequest
		}
		return end(ctx, tx, by, asker, by.Account)
	})
}

// Unfollow ends by's follow of other, or the request. Not following is fine.
func (s *Service) Unfollow(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "unfollow", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		return end(ctx, tx, by, by.Account, other)
	})
}

// RemoveFollower ends other's follow of by.
func (s *Service) RemoveFollower(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "remove follower", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		return end(ctx, tx, by, other, by.Account)
	})
}

func end(ctx context.Context, tx *store.Tx, by social.Actor, owner, target social.AccountID) error {
	was, accepted, err := tx.EndFollow(ctx, owner, target)
	if err != nil || was == 0 {
		return err
	}
	act, err := tx.ActOf(ctx, owner, social.ActFollow, int64(target))
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	tx.Record(event.Unfollowed{Owner: owner, Target: target, By: by.Account, Follow: was, Act: act.URI})
	if err := tx.EndAct(ctx, owner, social.ActFollow, int64(target)); err != nil || !accepted {
		return err
	}
	return tx.CountFollow(ctx, owner, target, -1)
}

// Block hides by and other from each other and ends their follows.
func (s *Service) Block(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "block", by, other, func(tx *store.Tx, _ social.Account, rel social.Relation) error {
		return block(ctx, tx, by, other, rel)
	})
}

func block(ctx context.Context, tx *store.Tx, by social.Actor, other social.AccountID, rel social.Relation) error {
	if rel.Blocks {
		return nil
	}
	if err := end(ctx, tx, by, by.Account, other); err != nil {
		return err
	}
	if err := end(ctx, tx, by, other, by.Account); err != nil {
		return err
	}
	for _, k := range [][2]social.AccountID{{by.Account, other}, {other, by.Account}} { // neither looks after the other's threads any more
		was, err := tx.EndKeeper(ctx, k[0], k[1])
		if err != nil {
			return err
		}
		if was {
			tx.Record(event.KeeperChanged{Owner: k[0], Keeper: k[1], State: "ended"})
		}
	}
	tx.Record(event.Distanced{Owner: by.Account, Target: other, Blocked: true})
	return tx.AddBlock(ctx, by.Account, other)
}

// Unblock ends by's block of other.
func (s *Service) Unblock(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "unblock", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		was, err := tx.EndBlock(ctx, by.Account, other)
		if err != nil || !was {
			return err
		}
		tx.Record(event.Distanced{Owner: by.Account, Target: other, Unblocked: true})
		return tx.EndAct(ctx, by.Account, social.ActBlock, int64(other))
	})
}

// Mute keeps other's posts from being put before by, and with notices also
// what other does; for a while, or for good if it is zero.
func (s *Service) Mute(ctx context.Context, by social.Actor, other social.AccountID, notices bool, while time.Duration) error {
	return s.between(ctx, "mute", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		until := int64(0)
		if while > 0 {
			until = tx.Now.Add(while).UnixMilli()
		}
		tx.Record(event.Distanced{Owner: by.Account, Target: other})
		return tx.SetMute(ctx, by.Account, other, notices, until)
	})
}

// Unmute ends by's mute of other.
func (s *Service) Unmute(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "unmute", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		was, err := tx.EndMute(ctx, by.Account, other)
		if was {
			tx.Record(event.Distanced{Owner: by.Account, Target: other})
		}
		return err
	})
}

// SetNote keeps by's private note on other; an empty one removes it.
func (s *Service) SetNote(ctx context.Context, by social.Actor, other social.AccountID, note string) error {
	note = text.Clean(note)
	if utf8.RuneCountInString(note) > social.MaxNote {
		return errs.Newf(errs.Invalid, "A note has at most %d characters.", social.MaxNote)
	}
	return s.between(ctx, "note", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		return tx.SetNote(ctx, by.Account, other, note)
	})
}
