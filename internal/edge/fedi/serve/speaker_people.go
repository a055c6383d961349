package serve

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// between is something that by, ours, does to another account.
func (s scribe) between(ctx context.Context, by, target social.AccountID, what func(target *view.Face) as2.ActivityDocument) (federation.Said, error) {
	f, err := s.View.Face(ctx, target)
	if err != nil {
		return federation.Said{}, err
	}
	a := what(f)
	a.Context, a.Actor, a.To = as2.PlainContext, s.View.ActorURI(by), []string{s.View.AccountURI(f)}
	return said(a, by, target)
}

func (s scribe) follow(owner social.AccountID, which social.FollowID) func(*view.Face) as2.ActivityDocument {
	return func(target *view.Face) as2.ActivityDocument {
		return distinct(as2.ActivityDocument{ID: s.View.FollowURI(owner, target.ID, which), Type: "Follow", Actor: s.View.ActorURI(owner), Object: s.View.AccountURI(target)})
	}
}

func (s scribe) block(owner social.AccountID) func(*view.Face) as2.ActivityDocument {
	return func(target *view.Face) as2.ActivityDocument {
		return distinct(as2.ActivityDocument{ID: s.View.BlockURI(owner, target.ID), Type: "Block", Actor: s.View.ActorURI(owner), Object: s.View.AccountURI(target)})
	}
}

// undone is what takes something back.
func undone(what func(*view.Face) as2.ActivityDocument) func(*view.Face) as2.ActivityDocument {
	return func(target *view.Face) as2.ActivityDocument { return undo(what(target)) }
}

// FollowAsked implements federation.Speaker.
func (s *Speaker) FollowAsked(ctx context.Context, owner, target social.AccountID, which social.FollowID) (federation.Said, error) {
	at := s.anew()
	return at.between(ctx, owner, target, at.follow(owner, which))
}

// FollowUndone implements federation.Speaker.
func (s *Speaker) FollowUndone(ctx context.Context, owner, target social.AccountID, which social.FollowID) (federation.Said, error) {
	at := s.anew()
	return at.between(ctx, owner, target, undone(at.follow(owner, which)))
}

// FollowAccepted implements federation.Speaker.
func (s *Speaker) FollowAccepted(ctx context.Context, owner, target social.AccountID, act string) (federation.Said, error) {
	return s.anew().answer(ctx, "Accept", owner, target, act)
}

// FollowRejected implements federation.Speaker.
func (s *Speaker) FollowRejected(ctx context.Context, owner, target social.AccountID, act string) (federation.Said, error) {
	return s.anew().answer(ctx, "Reject", owner, target, act)
}

// answer repeats what was asked: not everybody knows it by its address.
func (at scribe) answer(ctx context.Context, what string, owner, target social.AccountID, act string) (federation.Said, error) {
	return at.between(ctx, target, owner, func(owner *view.Face) as2.ActivityDocument {
		return as2.ActivityDocument{ID: at.passing(target, "answers/"+num(owner.ID)), Type: what,
			Object: &as2.ActivityDocument{ID: act, Type: "Follow", Actor: at.View.AccountURI(owner), Object: at.View.ActorURI(target)}}
	})
}

// Blocked implements federation.Speaker.
func (s *Speaker) Blocked(ctx context.Context, owner, target social.AccountID) (federation.Said, error) {
	at := s.anew()
	return at.between(ctx, owner, target, at.block(owner))
}

// Unblocked implements federation.Speaker.
func (s *Speaker) Unblocked(ctx context.Context, owner, target social.AccountID) (federation.Said, error) {
	at := s.anew()
	return at.between(ctx, owner, target, undone(at.block(owner)))
}

// ProfileChanged implements federation.Speaker. Of whom nobody ever asked for
// keys, nobody elsewhere knows anything that could be out of date.
func (s *Speaker) ProfileChanged(ctx context.Context, account social.AccountID) (federation.Said, error) {
	at := s.anew()
	f, keys, err := at.known(ctx, account)
	if err != nil {
		return federation.Said{}, err
	}
	d, err := at.actor(ctx, f, keys)
	if err != nil {
		return federation.Said{}, err
	}
	a := as2.ActivityDocument{Context: d.Context, ID: at.passing(account, "updates"), Type: "Update", Actor: d.ID, To: []string{as2.Public}, Cc: []string{d.ID + "/followers"}, Object: &d}
	d.Context = nil
	return widely(a, account, 0, social.Public)
}

// known is an account of ours that other servers have heard of.
func (s scribe) known(ctx context.Context, account social.AccountID) (*view.Face, federation.Pair, error) {
	if account == 0 {
		return nil, federation.Pair{}, nothing // nobody follows the house: who needs its keys asks again
	}
	f, err := s.View.Face(ctx, account)
	if err != nil {
		return nil, federation.Pair{}, err
	}
	if !f.Local() || f.Standing == social.Pending {
		return nil, federation.Pair{}, nothing
	}
	s.Keys.Forget(account) // it may be these that have changed
	keys, err := s.Keys.Known(ctx, account)
	return f, keys, err
}

// Moved implements federation.Speaker.
func (s *Speaker) Moved(ctx context.Context, account social.AccountID) (federation.Said, error) {
	at := s.anew()
	f, _, err := at.known(ctx, account)
	if err != nil {
		return federation.Said{}, err
	}
	to, err := at.home(ctx, f.MovedTo)
	if err != nil || to == "" {
		return federation.Said{}, firstOf(err, nothing)
	}
	id := at.View.ActorURI(account)
	return widely(as2.ActivityDocument{Context: as2.PlainContext, ID: at.passing(account, "moves"), Type: "Move", Actor: id, To: []string{id + "/followers"}, Object: id, Target: to},
		account, 0, social.Followers)
}

// Gone implements federation.Speaker.
func (s *Speaker) Gone(ctx context.Context, account social.AccountID) (federation.Said, error) {
	if _, err := s.Keys.Known(ctx, account); err != nil {
		return federation.Said{}, err
	}
	id := s.View.ActorURI(account)
	return widely(as2.ActivityDocument{Context: as2.PlainContext, ID: id + "#delete", Type: "Delete", Actor: id, To: []string{as2.Public}, Object: id}, account, 0, social.Public)
}

// Flagged implements federation.Speaker. It names nobody of ours: who reports
// is told to nobody.
func (s *Speaker) Flagged(ctx context.Context, report social.ReportID) (federation.Said, error) {
	at := s.anew()
	c, err := at.Moderation.Get(ctx, social.Console, report)
	if err != nil {
		return federation.Said{}, err
	}
	target, err := at.View.Face(ctx, c.Report.Target)
	if err != nil || target.Local() {
		return federation.Said{}, firstOf(err, nothing)
	}
	spots, err := at.View.Spots(ctx, c.Report.Posts)
	if err != nil {
		return federation.Said{}, err
	}
	about := []string{at.View.AccountURI(target)}
	for _, id := range c.Report.Posts {
		if p, ok := spots[id]; ok && p.Author.ID == target.ID {
			about = append(about, at.uriOf(p))
		}
	}
	return said(as2.ActivityDocument{Context: as2.PlainContext, ID: at.View.ActorURI(0) + "#reports/" + num(report), Type: "Flag", Actor: at.View.ActorURI(0), Content: c.Report.Comment,
		Object: about}, 0, target.ID)
}
