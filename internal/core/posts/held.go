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
// opened the thread. What either of them does not take is refused. What both have
// wait waits for the first of them, and then for the other: see agreed.
func held(ctx context.Context, tx *store.Tx, p social.Post) (social.Holding, error) {
	h, err := askRules(ctx, tx, p)
	if err != nil {
		return h, err
	}
	return seen(ctx, tx, p, h)
}

// seen is h, but that what its owner may not see waits for nobody: it is refused, and
// shown to them as little as before.
func seen(ctx context.Context, tx *store.Tx, p social.Post, h social.Holding) (social.Holding, error) {
	if h.State != social.HeldPending {
		return h, nil
	}
	p.Held, p.HeldBy = h.State, h.Owner
	sight, err := tx.Sight(ctx, h.Owner, p)
	if err == nil && !p.MaySee(sight) {
		h.State, h.Why = social.HeldRefused, social.WhyUnseen
	}
	return h, err
}

// askRules is held before it is known whether the owner can see the reply.
func askRules(ctx context.Context, tx *store.Tx, p social.Post) (social.Holding, error) {
	none := social.Holding{}
	if !answers(p) {
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
	byOpener, err := heldInThread(ctx, tx, p, parent)
	if err != nil || byOpener.State == social.HeldRefused {
		return byOpener, err
	}
	if h, err := heldBy(ctx, tx, p, parent); err != nil || h.State != social.HeldNot {
		return h, err
	}
	return byOpener, nil
}

// answers reports whether p is a reply that can be held: who writes a message is not
// heard beneath a post.
func answers(p social.Post) bool {
	return p.ReplyTo != 0 && !p.IsBoost() && p.Visibility != social.Direct
}

// heldInThread is held by who opened the thread that a reply to parent is in, if
// they did not write parent itself: their lock, which is for all of it, and their
// rules. Of a thread that was opened elsewhere only the first post has rules here.
func heldInThread(ctx context.Context, tx *store.Tx, p, parent social.Post) (social.Holding, error) {
	none, root := social.Holding{}, parent
	if p.Thread != parent.ID {
		var err error
		if root, err = tx.Post(ctx, p.Thread); err != nil {
			return none, errs.Absent(err) // it was deleted, and nobody's rules are left
		}
	}
	if h, err := locked(ctx, tx, p, root); err != nil || h.State != social.HeldNot {
		return h, err
	}
	switch {
	case root.ID == parent.ID, root.URI != "":
		return none, nil
	case root.Author == parent.Author && parent.Mentioned(p.Author): // who opened the thread has spoken to them in it
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

// place stores a new post with its question, counts it, and reports whether it is
// held. What one of ours may not say is refused at once, so that they know; from
// elsewhere it is kept for the owner to see.
func place(ctx context.Context, tx *store.Tx, p social.Post, poll *social.Poll, remote bool) (bool, error) {
	if err := tx.AddPost(ctx, p); err != nil {
		return false, err
	}
	if poll != nil { // whose words count, too
		if err := tx.AddPoll(ctx, *poll); err != nil {
			return false, err
		}
	}
	h, err := held(ctx, tx, p)
	if err != nil {
		return false, err
	}
	if h.State == social.HeldNot {
		if err := tx.CountIn(ctx, p); err != nil {
			return false, err
		}
		return false, approveByAnswer(ctx, tx, p)
	}
	if h.State == social.HeldRefused && !remote {
		return false, h.Closed()
	}
	p.Held, p.HeldBy = h.State, h.Owner
	if err := tx.CountIn(ctx, p); err != nil {
		return false, err
	}
	if err := tx.SetHolding(ctx, h); err != nil {
		return false, err
	}
	f := heldFact(p, h)
	f.New = true
	tx.Record(f)
	return true, nil
}

// hold has a post that is there stand otherwise: held, or, with an empty State, let
// through. By is who decided, zero for the rules.
func hold(ctx context.Context, tx *store.Tx, p social.Post, h social.Holding, by social.AccountID) error {
	if by != 0 {
		h.By, h.Decided = by, tx.Now
	}
	was, whose := p.Held, p.HeldBy
	if was == h.State && (was == social.HeldNot || whose == h.Owner) {
		return tx.SetHolding(ctx, h) // what is known of it may be news
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
	if err := tx.SetHolding(ctx, h); err != nil {
		return err
	}
	f := heldFact(p, h)
	if f.Was, f.By = was, by; whose != h.Owner {
		f.OwnerWas = whose
	}
	tx.Record(f)
	if h.State != social.HeldNot {
		return unpin(ctx, tx, p, by)
	}
	if was != social.HeldHidden { // which is no news
		tell(tx, p, p.URI != "")
	}
	return nil
}

// heldFact is what is told of p, which h holds now.
func heldFact(p social.Post, h social.Holding) event.ReplyHeld {
	f := event.ReplyHeld{Post: p.ID, Author: p.Author, Owner: h.Owner, State: h.State, Why: h.Why, Visibility: p.Visibility,
		ReplyTo: p.ReplyTo, ReplyAuthor: p.ReplyAuthor, Tags: p.Tags}
	for _, m := range p.Mentions {
		f.Mentions = append(f.Mentions, m.Account)
	}
	return f
}

// unpin has a reply that is not shown any more not stand on top.
func unpin(ctx context.Context, tx *store.Tx, p social.Post, by social.AccountID) error {
	top, err := tx.Post(ctx, p.Thread)
	if err != nil || top.PinnedReply != p.ID {
		return errs.Absent(err)
	}
	tx.Record(event.ThreadChanged{Thread: top.ID, Owner: top.Author, By: by, Deed: social.UnpinReply, Post: p.ID})
	return tx.SetPinnedReply(ctx, top.ID, 0)
}

// approveByAnswer lets through what waits when its owner answers it: they would
// otherwise talk to somebody whom nobody else can hear.
func approveByAnswer(ctx context.Context, tx *store.Tx, p social.Post) error {
	if !answers(p) {
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
	if state != social.HeldNot {
		if err := p.MaySilence(); err != nil {
			return err
		}
		h.State, h.Why = state, social.WhyOwner
		return hold(ctx, tx, p, h, by)
	}
	now, err := agreed(ctx, tx, p, h)
	if err != nil {
		return err
	}
	if now.State != social.HeldNot {
		return hold(ctx, tx, p, now, 0)
	}
	if err := hold(ctx, tx, p, now, by); err != nil {
		return err
	}
	return letBelow(ctx, tx, by, p, h.Owner)
}

// agreed is what becomes of a reply when whoever holds it agrees to it. It goes on
// to who opened the thread, if they have not been asked: whoever was let into it
// does not let others in. What was hidden had come in before.
func agreed(ctx context.Context, tx *store.Tx, p social.Post, h social.Holding) (social.Holding, error) {
	was := h.State
	h.State, h.Why = social.HeldNot, social.WhyOwner
	if h.Root == p.Thread || was == social.HeldHidden {
		return h, nil
	}
	parent, err := tx.Post(ctx, p.ReplyTo)
	if err != nil {
		return h, errs.Absent(err)
	}
	next, err := heldInThread(ctx, tx, p, parent)
	if err != nil || next.State == social.HeldNot || next.Owner == h.Owner {
		return h, err
	}
	next.Asked, next.Stamp = h.Asked, h.Stamp
	return seen(ctx, tx, p, next)
}

// letBelow lets through what waits because a reply above it did: what the same
// author said after it, which owner has agreed to as well, and what nobody's rules
// hold. Others wait for who holds them now. After so many the rest goes on waiting.
func letBelow(ctx context.Context, tx *store.Tx, by social.AccountID, above social.Post, owner social.AccountID) error {
	left := social.MaxHeldAll
	for let := []social.Post{above}; len(let) > 0 && left > 0; let = let[1:] {
		below, err := tx.HeldAbove(ctx, let[0].ID, left)
		if err != nil {
			return err
		}
		left -= len(below)
		for _, b := range below {
			p, err := tx.HoldPost(ctx, b.Post)
			if err != nil {
				return err
			}
			h, err := askedAgain(ctx, tx, p, b, let[0], owner)
			if err != nil {
				return err
			}
			whose := by
			if h.Why != social.WhyOwner {
				whose = 0
			}
			if err := hold(ctx, tx, p, h, whose); err != nil {
				return err
			}
			if h.State == social.HeldNot {
				let = append(let, p)
			}
		}
	}
	return nil
}

// askedAgain is what becomes of p, that waited because what it answers did, which an
// owner has agreed to.
func askedAgain(ctx context.Context, tx *store.Tx, p social.Post, was social.Holding, above social.Post, owner social.AccountID) (social.Holding, error) {
	h, err := held(ctx, tx, p)
	if err != nil {
		return h, err
	}
	h.Asked, h.Stamp = was.Asked, was.Stamp
	switch {
	case h.State == social.HeldNot:
		was.State = social.HeldNot
		return was, nil
	case p.Author != above.Author || h.Owner != owner || h.State != social.HeldPending || h.Why != social.WhyPolicy:
		return h, nil
	}
	rule, err := ruleFor(ctx, tx, owner, p) // they agreed to who speaks, and not to every word
	if h.State, h.Why = social.HeldNot, social.WhyOwner; rule != "" {
		h.State, h.Why = social.HeldPending, social.HeldWhy(rule)
	}
	return h, err
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
			if h.State == state || h.State == social.HeldHidden { // which is shown again by a deed, that says who did it
				continue
			}
			err = decide(ctx, tx, by.Account, one, state)
			if errors.Is(err, social.ErrJudged) && len(which) > 1 {
				continue
			}
			if err == nil && state == social.HeldNot {
				err = tx.SetHiddenAppeal(ctx, one, 0) // whoever shows it of their own will may change their mind
			}
			if err != nil {
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
