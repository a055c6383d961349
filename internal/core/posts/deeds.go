package posts

import (
	"context"
	"errors"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var errNotYours = errs.New(errs.NotFound, "Only who wrote the post above, and their co-moderators, can do this.")

// Do does a deed to a reply, or to a thread that a post is in, in the name of
// its author: by is they, or keeps their threads. What is so already is no error.
// Who wrote what a reply answers may hide it as who opened the thread may; only
// those whose word hid it show it again, and moderators who were asked about it.
func (s *Service) Do(ctx context.Context, by social.Actor, which social.PostID, deed social.ThreadDeed, why social.HideReason) error {
	return s.store.WriteFor(ctx, by, string(deed), func(tx *store.Tx) error {
		p, err := doneTo(ctx, tx, by, which, deed)
		if err != nil {
			return err
		}
		root, asStaff, err := ownedBy(ctx, tx, by, p, deed)
		if err != nil {
			return err
		}
		if err := p.MayDo(deed, root); err != nil {
			return err
		}
		done, err := do(ctx, tx, by, p, root, deed)
		if err != nil || !done {
			return err
		}
		if deed == social.ShowReply && !asStaff {
			if err := tx.SetHiddenAppeal(ctx, p.ID, 0); err != nil {
				return err
			}
		}
		act := social.ThreadAct{Thread: root.ID, Owner: root.Author, By: by.Account, Deed: deed}
		if deed.OfReply() {
			act.Post = p.ID
		}
		if deed == social.HideReply {
			act.Why = why
		}
		return tx.AddThreadAct(ctx, act)
	})
}

// doneTo is what a deed is done to, if by may see it; of a boost, what it passes on.
func doneTo(ctx context.Context, tx *store.Tx, by social.Actor, which social.PostID, deed social.ThreadDeed) (social.Post, error) {
	p, err := tx.VisiblePost(ctx, by.Account, which)
	if err == nil && p.IsBoost() {
		p, err = tx.VisiblePost(ctx, by.Account, p.BoostOf)
	}
	if errors.Is(err, store.NoPost) && deed == social.ShowReply && by.MustBe(social.Moderator) == nil {
		if asked, gone := tx.Post(ctx, which); gone == nil && asked.Appeal != 0 {
			p, err = asked, nil
		}
	}
	if err != nil {
		return p, err
	}
	return tx.HoldPost(ctx, p.ID)
}

// ownedBy is the post in whose author's name by may do a deed to p: what opened
// the thread, or for hiding also what p answers. AsStaff is for a moderator who
// was asked.
func ownedBy(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, deed social.ThreadDeed) (root social.Post, asStaff bool, err error) {
	roots := []social.PostID{p.Thread}
	asked := p.Appeal != 0 && p.Author != by.Account && by.MustBe(social.Moderator) == nil // nobody hears their own appeal
	switch deed {
	case social.HideReply:
		roots = append(roots, p.ReplyTo)
	case social.ShowReply:
		h, err := tx.Holding(ctx, p.ID)
		if errors.Is(err, store.NoHolding) || err == nil && h.State != social.HeldHidden && !(asked && h.State == social.HeldRefused) {
			return root, false, errs.New(errs.Invalid, "This reply is not hidden.")
		}
		if err != nil {
			return root, false, err
		}
		roots = []social.PostID{h.Root}
	}
	for _, which := range roots {
		root, err = tx.Post(ctx, which)
		if errors.Is(err, store.NoPost) || err == nil && root.URI != "" {
			continue // gone, or at home elsewhere, where others decide
		}
		if err != nil {
			return root, false, err
		}
		keeps, err := tx.Keeps(ctx, root.Author, by.Account)
		if err != nil || keeps || root.Author == by.Account {
			return root, false, err
		}
		if deed == social.ShowReply && asked {
			return root, true, nil
		}
	}
	return social.Post{}, false, errNotYours
}

// do does it, and reports whether anything changed.
func do(ctx context.Context, tx *store.Tx, by social.Actor, p, root social.Post, deed social.ThreadDeed) (bool, error) {
	switch deed {
	case social.HideReply:
		return hide(ctx, tx, by, p, root)
	case social.ShowReply:
		return true, decide(ctx, tx, by.Account, p.ID, social.HeldNot)
	}
	if root.ID != p.ID {
		var err error
		if root, err = tx.HoldPost(ctx, root.ID); err != nil {
			return false, err
		}
	}
	f := event.ThreadChanged{Thread: root.ID, Owner: root.Author, By: by.Account, Deed: deed}
	var err error
	switch on := deed == social.LockThread; {
	case deed == social.LockThread || deed == social.OpenThread:
		if root.Locked == on {
			return false, nil
		}
		err = tx.SetLocked(ctx, root.ID, on)
	case deed == social.PinReply:
		if root.PinnedReply == p.ID {
			return false, nil
		}
		f.Post, err = p.ID, tx.SetPinnedReply(ctx, root.ID, p.ID)
	default:
		if root.PinnedReply != p.ID {
			return false, nil
		}
		f.Post, err = p.ID, tx.SetPinnedReply(ctx, root.ID, 0)
	}
	tx.Record(f)
	return true, err
}

// hide takes a reply from everybody's sight but its author's, and those whose
// house it is.
func hide(ctx context.Context, tx *store.Tx, by social.Actor, p, root social.Post) (bool, error) {
	if p.Held == social.HeldHidden {
		return false, nil
	}
	if err := p.MaySilence(); err != nil {
		return false, err
	}
	h, err := tx.Holding(ctx, p.ID)
	if errors.Is(err, store.NoHolding) {
		h, err = social.Holding{Post: p.ID, Parent: p.ReplyTo, Author: p.Author, At: tx.Now}, nil
	}
	if err != nil {
		return false, err
	}
	h.Owner, h.Root, h.State, h.Why = root.Author, root.ID, social.HeldHidden, social.WhyOwner
	return true, hold(ctx, tx, p, h, by.Account)
}

// Held is what is known of why a reply of by's, or one in a thread that by looks
// after, is not shown to others: NotFound for anybody else.
func (s *Service) Held(ctx context.Context, by social.Actor, which social.PostID) (h social.Holding, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.VisiblePost(ctx, by.Account, which)
		if err != nil {
			return err
		}
		if h, err = v.Holding(ctx, p.ID); err == nil && h.State == social.HeldNot {
			err = store.NoHolding
		}
		return err
	})
	return h, err
}
