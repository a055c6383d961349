package federation

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// replyHeld asks an owner elsewhere to let through what one of ours has answered,
// and tells an author elsewhere what one of ours has decided about their reply.
// What was let through and is not any more, everybody is told who was told.
func (t teller) replyHeld(ctx context.Context, f event.ReplyHeld) error {
	if is, err := t.ours(ctx, f.Owner); err != nil {
		return err
	} else if !is {
		if !f.New || f.State != social.HeldPending {
			return nil
		}
		if is, err := t.across(ctx, f.Author, f.Owner); err != nil || !is {
			return err
		}
		said, err := t.say.ReplyAsked(ctx, f.Post)
		return t.send(ctx, said, err)
	}
	if f.Was == social.HeldNot && !f.New && f.State != social.HeldNot {
		said, err := t.say.ReplyRevoked(ctx, f.Post)
		return t.send(ctx, said, err)
	}
	if f.State == social.HeldPending || f.State == social.HeldHidden {
		return nil
	}
	if is, err := t.elsewhere(ctx, f.Author); err != nil || !is {
		return err
	}
	said, err := t.say.ReplyAnswered(ctx, f.Post, f.State == social.HeldNot)
	return t.send(ctx, said, err)
}

// AnswerReply tells the author of a reply elsewhere who has asked whether it may
// stand beneath a post of ours what was decided already. What waits is told later.
func (s *Service) AnswerReply(ctx context.Context, reply social.PostID) error {
	defer s.ring()
	return s.store.Write(ctx, func(tx *store.Tx) error {
		h, err := tx.Holding(ctx, reply)
		if err != nil || h.State == social.HeldPending {
			return errs.Absent(err)
		}
		said, err := s.say.ReplyAnswered(ctx, reply, h.State == social.HeldNot)
		return teller{Service: s, tx: tx}.send(ctx, said, err)
	})
}
