package federation

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// sendAtOnce is for how many inboxes something is queued in one transaction.
// What is for more is queued bit by bit, see Spread.
const sendAtOnce = 200

// send queues what was said for whom it is for, and besides. An err of NotFound
// says that there is nothing to say.
func (t teller) send(ctx context.Context, said Said, err error, besides ...social.AccountID) error {
	if err != nil {
		return errs.Absent(err)
	}
	for _, one := range said.Apart {
		if err := t.send(ctx, one, nil); err != nil {
			return err
		}
	}
	if said.Apart != nil {
		return nil
	}
	// What is about a post may come by the inbox that a whole host shares, and so
	// once. Everything else is between two accounts.
	open := !said.Alone && (said.Post != 0 || said.Public || said.Followers)
	boxes, err := t.tx.Inboxes(ctx, append(slices.Clone(said.To), besides...), open)
	if err != nil {
		return err
	}
	boxes = append(boxes, said.relays...)
	many := false
	if said.Followers && said.Signer != 0 {
		a, err := t.tx.Account(ctx, said.Signer)
		if err != nil {
			return errs.Absent(err)
		}
		if many = a.Followers > sendAtOnce; !many {
			theirs, err := t.tx.SpreadInboxes(ctx, store.Spread{Owner: said.Signer}, sendAtOnce)
			if err != nil {
				return err
			}
			boxes = append(boxes, theirs...)
		}
	}
	return t.queue(ctx, said, boxes, many, said.Signer)
}

// sendWide queues what was said for every host that is known.
func (t teller) sendWide(ctx context.Context, said Said, err error) error {
	if err != nil {
		return errs.Absent(err)
	}
	return t.queue(ctx, said, nil, true, 0)
}

// queue queues what was said for boxes at once and, if there are many, bit by
// bit for those who follow an account; zero is for everybody.
func (t teller) queue(ctx context.Context, said Said, boxes []store.Inbox, many bool, following social.AccountID) error {
	boxes, err := t.welcome(ctx, &t.tx.View, boxes)
	if err != nil || len(boxes) == 0 && !many {
		return err
	}
	boxes = once(boxes)
	a := social.Activity{ID: social.ActivityID(id.New(t.tx.Now)), Signer: said.Signer, Post: said.Post, Body: said.Body,
		ForFollowers: said.Followers && !said.Public && said.Post != 0}
	if err := t.tx.AddActivity(ctx, a); err != nil {
		return err
	}
	if many {
		s := store.Spread{Activity: a.ID, Owner: following}
		for _, box := range boxes {
			s.Except = append(s.Except, box.URL)
		}
		if err := t.tx.AddSpread(ctx, s); err != nil {
			return err
		}
	}
	if !many {
		following = 0
	}
	if err := t.tx.Send(ctx, a.ID, boxes); err != nil {
		return err
	}
	return t.count(ctx, a.ID, following)
}

// once is boxes without those that were there before.
func once(boxes []store.Inbox) (out []store.Inbox) {
	there := make(map[string]bool, len(boxes))
	for _, box := range boxes {
		if !there[box.URL] {
			there[box.URL] = true
			out = append(out, box)
		}
	}
	return out
}

// inboxesAtOnce is how many inboxes of a large audience are in memory.
const inboxesAtOnce = 10_000

// Spread goes on with what is for more inboxes than are queued at once, the
// oldest first, so that whoever follows hears things in order. It tells whether
// there may be more to do.
func (s *Service) Spread(ctx context.Context) (more bool, err error) {
	var next store.Spread
	var boxes []store.Inbox
	if err := s.store.Read(ctx, func(v *store.View) error {
		if next, more, err = v.OldestSpread(ctx); err != nil || !more {
			return err
		}
		boxes, err = v.SpreadInboxes(ctx, next, inboxesAtOnce)
		return err
	}); err != nil || !more {
		return false, err
	}
	last := len(boxes) < inboxesAtOnce
	for {
		part := boxes[:min(sendAtOnce, len(boxes))]
		boxes = boxes[len(part):]
		ours, err := s.spread(ctx, &next, part, last && len(boxes) == 0)
		if err != nil {
			return false, err
		}
		s.ring()
		if !ours || len(boxes) == 0 {
			return true, nil
		}
	}
}

// spread queues an activity for one part of its inboxes, unless it was dropped
// meanwhile or another process has gone on with it.
func (s *Service) spread(ctx context.Context, at *store.Spread, part []store.Inbox, end bool) (ours bool, err error) {
	to := slices.DeleteFunc(slices.Clone(part), func(box store.Inbox) bool { return slices.Contains(at.Except, box.URL) })
	if err = s.store.Read(ctx, func(v *store.View) (err error) {
		to, err = s.welcome(ctx, v, to)
		return err
	}); err != nil {
		return false, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		now, found, err := tx.HoldSpread(ctx, at.Activity)
		if ours = found && now.After == at.After; err != nil || !ours {
			return err
		}
		if err := tx.Send(ctx, at.Activity, to); err != nil {
			return err
		}
		if end {
			return tx.EndSpread(ctx, at.Activity)
		}
		now.After = part[len(part)-1].URL
		return tx.SetSpread(ctx, now)
	})
	if err == nil && ours && !end {
		at.After = part[len(part)-1].URL
	}
	return ours, err
}
