package posts

import (
	"context"
	"errors"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Answered is the post that a reply answers, or NotFound. It is not asked who may
// see it.
func (s *Service) Answered(ctx context.Context, reply social.PostID) (to social.Post, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, reply)
		if err == nil && p.ReplyTo == 0 {
			err = store.NoPost
		}
		if err == nil {
			to, err = v.Post(ctx, p.ReplyTo)
		}
		return err
	})
	if err != nil {
		return to, fmt.Errorf("what a post answers: %w", err)
	}
	return to, nil
}

// AskedToReply notes with which request by, from another server, has asked to let a
// reply of theirs stand beneath a post of ours. One that stands there already
// has consent from now on, so that they can show it. What answers no such post is
// NotFound.
func (s *Service) AskedToReply(ctx context.Context, by social.Actor, reply, to social.PostID, request string) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := own(ctx, tx, by, reply)
		if err == nil && (p.ReplyTo != to || !answers(p)) {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		h, err := tx.Holding(ctx, reply)
		if errors.Is(err, store.NoHolding) {
			h, err = holding(tx, p, p.ReplyAuthor, to, social.HeldNot, social.WhyPolicy), nil
		}
		if err != nil || h.Asked == request {
			return err
		}
		if owner, err := tx.Account(ctx, h.Owner); err != nil || !owner.Local() {
			return errs.Absent(err)
		}
		h.Asked = request
		return tx.SetHolding(ctx, h)
	})
	if err != nil {
		return fmt.Errorf("asked to reply: %w", err)
	}
	return nil
}

// AnswerReply takes what by, from another server, says to a reply of ours that
// they hold. The stamp is the address of the consent, which whoever calls this has
// looked at. What does not wait for by is NotFound; that they do not want it any
// more can be said at any time.
func (s *Service) AnswerReply(ctx context.Context, by social.Actor, reply social.PostID, stamp string, accepted bool) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		author, err := stranger(ctx, tx, by)
		if err != nil {
			return err
		}
		p, err := tx.HoldPost(ctx, reply)
		if err == nil && (p.ReplyAuthor != by.Account || p.URI != "" || !answers(p)) {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		h, err := tx.Holding(ctx, reply)
		switch {
		case errors.Is(err, store.NoHolding), err == nil && h.Owner != by.Account && h.State == social.HeldNot && !accepted:
			at := holding(tx, p, by.Account, p.ReplyTo, social.HeldNot, social.WhyPolicy) // they had nothing against it until now
			at.Asked = h.Asked
			h, err = at, nil
		case err == nil && h.Owner != by.Account:
			err = store.NoHolding // one of ours holds it
		}
		switch {
		case err != nil:
			return err
		case !accepted:
			h.State, h.Why, h.Stamp = social.HeldRefused, social.WhyOwner, ""
			return hold(ctx, tx, p, h, by.Account)
		case !social.Address(stamp) || !social.SameHost(stamp, author.URI):
			return errElsewhere
		}
		h.Stamp = stamp
		if h, err = agreed(ctx, tx, p, h); err != nil {
			return err
		}
		if h.State != social.HeldNot {
			return hold(ctx, tx, p, h, 0)
		}
		return hold(ctx, tx, p, h, by.Account)
	})
	if err != nil {
		return fmt.Errorf("answer reply: %w", err)
	}
	return nil
}

// unstampReply has replies of ours not stand beneath a post of by's any more to which
// an address was the consent, and reports whether there was one.
func (s *Service) unstampReply(ctx context.Context, tx *store.Tx, by social.Actor, uri string) (was bool, err error) {
	const oneOnly = 10 // a stamp is for one reply
	all, err := tx.HoldingsStamped(ctx, uri, oneOnly)
	for _, h := range all {
		p, err := tx.HoldPost(ctx, h.Post)
		if err != nil {
			return was, err
		}
		if p.ReplyAuthor != by.Account || h.State != social.HeldNot {
			continue
		}
		h.Owner, h.Root, h.State, h.Why, h.Stamp, was = by.Account, p.ReplyTo, social.HeldRefused, social.WhyOwner, "", true
		if err := hold(ctx, tx, p, h, by.Account); err != nil {
			return was, err
		}
	}
	return was, err
}
