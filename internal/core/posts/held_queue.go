package posts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// HeldReplies is a page of what the rules of an owner hold in a state, of one author
// if that is not zero, newest first. Approved ones have an empty state. The owner is
// by, whom zero stands for, or somebody whose threads by keeps; others' are NotFound.
func (s *Service) HeldReplies(ctx context.Context, by social.Actor, owner social.AccountID, state social.HeldState, author social.AccountID, p social.Page) (out view.Slice[social.Holding], err error) {
	if err := by.MustAct(); err != nil {
		return out, err
	}
	owner = cmp.Or(owner, by.Account)
	var all []social.Holding
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if err := mayDecide(ctx, v, by, owner); err != nil {
			return err
		}
		all, err = v.Holdings(ctx, owner, state, author, p)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("held replies: %w", err)
	}
	return view.Ends(all, p, func(h social.Holding) int64 { return int64(h.Post) }), nil
}

// HeldReply is what is known of one that the rules of by hold, or held; or
// NotFound.
func (s *Service) HeldReply(ctx context.Context, by social.Actor, which social.PostID) (h social.Holding, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if h, err = v.Holding(ctx, which); err != nil {
			return err
		}
		return mayDecide(ctx, v, by, h.Owner)
	})
	if err != nil {
		return social.Holding{}, fmt.Errorf("held reply: %w", err)
	}
	return h, nil
}

// OfOne are the replies of one author that wait for an owner: what can be decided
// about in one go. See HeldReplies.
func (s *Service) OfOne(ctx context.Context, by social.Actor, owner, author social.AccountID) ([]social.PostID, error) {
	all, err := s.HeldReplies(ctx, by, owner, social.HeldPending, author, social.Page{Limit: social.MaxHeldAll})
	out := make([]social.PostID, 0, len(all.Items))
	for _, h := range all.Items {
		if author != 0 {
			out = append(out, h.Post)
		}
	}
	slices.Sort(out) // as they were said: one above is let through before what is beneath it
	return out, err
}
