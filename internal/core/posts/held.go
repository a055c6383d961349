package posts

import (
	"context"
	"errors"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// held is whether a reply that is about to stand beneath what it answers may,
// and if not, by whose rules and why. An empty State lets it through. Each reason
// for which replies are held has its place here, whoever wrote them and wherever
// they come from.
//
// Two people's rules are asked: those of who wrote what is answered, and of who
// opened the thread. What is at home elsewhere is held by their rules only if it
// is ours that answers: for others, the two servers settle it.
//
// What its owner may not see waits for nobody: it is refused, and shown to them as little
// as before.
func held(ctx context.Context, tx *store.Tx, p social.Post) (social.Holding, error) {
	h, err := askRules(ctx, tx, p)
	if err != nil || h.State != social.HeldPending {
		return h, err
	}
	sight, err := tx.Sight(ctx, h.Owner, p)
	if err == nil && !p.MaySee(sight) {
		h.State, h.Why = social.HeldRefused, social.WhyUnseen
	}
	return h, err
}

// askRules is held before it is known whether the owner can see the reply.
func askRules(ctx context.Context, tx *store.Tx, p social.Post) (social.Holding, error) {
	none := social.Holding{}
	if p.ReplyTo == 0 || p.IsBoost() || p.Visibility == social.Direct { // who writes a message is not heard beneath a post
		return none, nil
	}
	parent, err := tx.Post(ctx, p.ReplyTo)
	if err != nil {
		return none, errs.Absent(err)
	}
	if parent.Held != social.HeldNot && p.Author != parent.HeldBy {
		above, err := tx.Holding(ctx, parent.ID)
		if err != nil {
			return none, errs.Absent(err)
		}
		return holding(tx, p, above.Owner, above.Root, social.HeldPending, social.WhyAbove), nil
	}
	if h, err := locked(ctx, tx, p, parent); err != nil || h.State != social.HeldNot {
		return h, err
	}
	h, err := heldBy(ctx, tx, p, parent)
	if err != nil || h.State != social.HeldNot || p.Thread == parent.ID || parent.Held != social.HeldNot {
		return h, err
	}
	root, err := tx.Post(ctx, p.Thread)
	if err != nil {
		return none, errs.Absent(err) // it was deleted, and nobody's rules are left
	}
	if root.Author == parent.Author && parent.Mentioned(p.Author) {
		return none, nil // who opened the thread has spoken to them in it
	}
	if root.URI != "" { // elsewhere a policy is for what answers the post itself
		return none, nil
	}
	return heldBy(ctx, tx, p, root)
}

// heldBy is held by the rules of who wrote root, which is what p answers or what
// opened its thread.
func heldBy(ctx context.Context, tx *store.Tx, p, root social.Post) (social.Holding, error) {
	none := social.Holding{}
	if root.Author == p.Author || root.URI != "" && p.URI != "" {
		return none, nil
	}
	rel, err := tx.Relation(ctx, p.Author, root.Author)
	if err != nil {
		return none, err
	}
	switch root.AnswerTo(p.Author, rel) {
	case social.ReplyWaits:
		return holding(tx, p, root.Author, root.ID, social.HeldPending, social.WhyPolicy), nil
	case social.ReplyClosed:
		return holding(tx, p, root.Author, root.ID, social.HeldRefused, social.WhyPolicy), nil
	}
	if root.URI != "" {
		return none, nil
	}
	return ruled(ctx, tx, p, root)
}

func holding(tx *store.Tx, p social.Post, owner social.AccountID, root social.PostID, state social.HeldState, why social.HeldWhy) social.Holding {
	return social.Holding{Post: p.ID, Owner: owner, Root: root, Parent: p.ReplyTo, Author: p.Author, State: state, Why: why, At: tx.Now}
}

// place stores a new post, counts it, and reports whether it is held. What one of
// ours may not say is refused at once, so that they know; from elsewhere it is
// kept for the owner to see.
func place(ctx context.Context, tx *store.Tx, p social.Post, remote bool) (bool, error) {
	h, err := held(ctx, tx, p)
	if err != nil {
		return false, err
	}
	if h.State == social.HeldRefused && !remote {
		return false, h.Closed()
	}
	if h.State != social.HeldNot {
		p.Held, p.HeldBy = h.State, h.Owner
	}
	if err := tx.AddPost(ctx, p); err != nil {
		return false, err
	}
	if err := tx.CountIn(ctx, p); err != nil {
		return false, err
	}
	if h.State == social.HeldNot {
		return false, approveByAnswer(ctx, tx, p)
	}
	if err := tx.SetHolding(ctx, h); err != nil {
		return false, err
	}
	tellHeld(tx, p, h, social.HeldNot, true, 0)
	return true, nil
}

// hold has a post that is there stand otherwise: held, or, with an empty State, let
// through. By is who decided, zero for the rules.
func hold(ctx context.Context, tx *store.Tx, p social.Post, h social.Holding, by social.AccountID) error {
	was := p.Held
	if was == h.State {
		return nil
	}
	if err := tx.CountOut(ctx, p); err != nil {
		return err
	}
	if p.Held, p.HeldBy = h.State, h.Owner; h.State == social.HeldNot {
		p.HeldBy = 0
	}
	if err := tx.CountIn(ctx, p); err != nil {
		return err
	}
	if by != 0 {
		h.By, h.Decided = by, tx.Now
	}
	if err := tx.SetHolding(ctx, h); err != nil {
		return err
	}
	tellHeld(tx, p, h, was, false, by)
	if h.State == social.HeldNot && was != social.HeldHidden { // which is no news
		tell(tx, p, p.URI != "")
	}
	return nil
}

func tellHeld(tx *store.Tx, p social.Post, h social.Holding, was social.HeldState, fresh bool, by social.AccountID) {
	f := event.ReplyHeld{Post: p.ID, Author: p.Author, Owner: h.Owner, State: h.State, Was: was, Why: h.Why, New: fresh, Visibility: p.Visibility,
		ReplyTo: p.ReplyTo, ReplyAuthor: p.ReplyAuthor, Tags: p.Tags, By: by}
	for _, m := range p.Mentions {
		f.Mentions = append(f.Mentions, m.Account)
	}
	tx.Record(f)
}

// approveByAnswer lets through what waits when its owner answers it: they would
// otherwise talk to somebody whom nobody else can hear.
func approveByAnswer(ctx context.Context, tx *store.Tx, p social.Post) error {
	if p.ReplyTo == 0 || p.IsBoost() || p.Visibility == social.Direct {
		return nil
	}
	parent, err := tx.Post(ctx, p.ReplyTo)
	if err != nil || parent.Held != social.HeldPending || parent.HeldBy != p.Author {
		return errs.Absent(err)
	}
	return decide(ctx, tx, p.Author, parent.ID, social.HeldNot)
}

// decide has the owner's word on a reply be what holds: HeldNot approves it,
// with what waits beneath it only because it did; HeldRefused and HeldHidden
// put it away.
func decide(ctx context.Context, tx *store.Tx, by social.AccountID, which social.PostID, state social.HeldState) error {
	p, err := tx.HoldPost(ctx, which)
	if err != nil {
		return err
	}
	h, err := tx.Holding(ctx, which)
	if err != nil {
		return err
	}
	h.State, h.Why = state, social.WhyOwner
	if err := hold(ctx, tx, p, h, by); err != nil || state != social.HeldNot {
		return err
	}
	below, err := tx.HeldAbove(ctx, which, social.MaxHeldAll)
	for _, b := range below {
		if err == nil && b.State == social.HeldPending {
			err = decide(ctx, tx, by, b.Post, state)
		}
	}
	return err
}

// mayDecide reports why by may not decide about what the rules of an owner hold,
// or nil. What is not theirs is not there.
func mayDecide(ctx context.Context, v *store.View, by social.Actor, owner social.AccountID) error {
	if by.Account != 0 && by.Account == owner {
		return nil
	}
	if keeps, err := v.Keeps(ctx, owner, by.Account); err != nil || keeps {
		return err
	}
	return store.NoHolding
}

// Approve lets replies through that the rules of by hold. Refuse does not. Both
// skip what is decided so already, and return how many there were.
func (s *Service) Approve(ctx context.Context, by social.Actor, which []social.PostID) (int, error) {
	return s.decideAll(ctx, by, which, social.HeldNot)
}

// Refuse has replies not stand beneath what they answer. See Approve.
func (s *Service) Refuse(ctx context.Context, by social.Actor, which []social.PostID) (int, error) {
	return s.decideAll(ctx, by, which, social.HeldRefused)
}

func (s *Service) decideAll(ctx context.Context, by social.Actor, which []social.PostID, state social.HeldState) (n int, err error) {
	if err := by.MustAct(); err != nil {
		return 0, err
	}
	if len(which) > social.MaxHeldAll {
		return 0, errs.Newf(errs.Invalid, "At most %d replies can be decided in one go.", social.MaxHeldAll)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		n = 0
		for _, one := range which {
			h, err := tx.Holding(ctx, one)
			if err == nil {
				err = mayDecide(ctx, &tx.View, by, h.Owner)
			}
			if errors.Is(err, store.NoHolding) && len(which) > 1 {
				continue // of many, some may be gone
			}
			if err != nil {
				return err
			}
			if h.State == state {
				continue
			}
			if err := decide(ctx, tx, by.Account, one, state); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("decide about replies: %w", err)
	}
	return n, nil
}

// SetReplyPolicy decides anew who may reply to a post of by's. Replies there
// are stay.
func (s *Service) SetReplyPolicy(ctx context.Context, by social.Actor, which social.PostID, policy social.ReplyPolicy) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := own(ctx, tx, by, which)
		if err != nil {
			return err
		}
		return rereply(ctx, tx, &p, policy)
	})
	if err != nil {
		return fmt.Errorf("set reply policy: %w", err)
	}
	return nil
}

// rereply has p be answered by others from now on; empty leaves it as it is.
func rereply(ctx context.Context, tx *store.Tx, p *social.Post, policy social.ReplyPolicy) error {
	policy, err := social.ParseReplyPolicy(string(policy))
	if err != nil || policy == "" || policy == p.ReplyPolicy {
		return err
	}
	if p.IsBoost() {
		return errs.New(errs.Invalid, "A boost is not answered, so nothing can be said about who may.")
	}
	p.ReplyPolicy = policy
	tx.Record(event.QuoteChanged{Post: p.ID, Author: p.Author}) // which tells others how it may be dealt with
	return tx.SetReplyPolicy(ctx, p.ID, policy)
}
