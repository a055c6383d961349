package posts

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	adoptAtOnce  = 2
	adoptStep    = 200 // posts that one transaction moves into another thread
	adoptTimeout = 5 * time.Minute
	adoptTries   = 20
	// maxAdopted is how many posts that waited for one are put under it; who
	// sends more has made them for that.
	maxAdopted = 2000
)

// adoptLater has what waits for p put under it.
func adoptLater(ctx context.Context, tx *store.Tx, p social.Post) error {
	waiting, err := tx.OrphansOf(ctx, p.URI, 1)
	if err != nil || len(waiting) == 0 {
		return err
	}
	return tx.AddJob(ctx, store.AdoptJob, p.ID, tx.Now, strconv.FormatInt(int64(p.ID), 10))
}

// AdoptWorker puts replies that came before what they answer under it, with
// the threads that they had opened. It may be interrupted anywhere and run
// again.
func (s *Service) AdoptWorker() work.Worker {
	return work.Worker{Kind: store.AdoptJob, AtOnce: adoptAtOnce, Timeout: adoptTimeout, Tries: adoptTries, Do: func(ctx context.Context, args []byte) error {
		var which social.PostID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a post.", err)
		}
		for n, more := 0, true; more && n < maxAdopted; {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.store.Write(ctx, func(tx *store.Tx) error {
				done, left, err := adopt(ctx, tx, which)
				n, more = n+done, left
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	}}
}

// adopt puts one of the posts that wait for another under it, or a part of the
// thread that it has opened into the other's.
func adopt(ctx context.Context, tx *store.Tx, which social.PostID) (done int, more bool, err error) {
	parent, err := tx.HoldPost(ctx, which)
	if errors.Is(err, store.NoPost) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	waiting, err := tx.OrphansOf(ctx, parent.URI, 1)
	if err != nil || len(waiting) == 0 {
		return 0, false, err
	}
	child, err := tx.HoldPost(ctx, waiting[0])
	if errors.Is(err, store.NoPost) {
		return 0, true, nil // its row took the other with it
	}
	if err != nil {
		return 0, false, err
	}
	itself, err := below(ctx, tx, parent, child)
	if err != nil {
		return 0, false, err
	}
	if parent.IsBoost() || child.ReplyTo != 0 || itself { // what answers itself stays where it is
		return 1, true, tx.EndOrphan(ctx, child.ID)
	}
	under := child
	if under.AnswerIn(parent); under.Thread == child.ID { // a message, which keeps the thread that it opened
		return 1, true, comeUnder(ctx, tx, under, nil)
	}
	moved, err := tx.MoveReplies(ctx, child.ID, parent.Thread, adoptStep)
	if err != nil {
		return 0, false, err
	}
	if err := heldAlong(ctx, tx, moved); err != nil {
		return 0, false, err
	}
	if len(moved) == adoptStep {
		tx.Record(event.Adopted{ReplyTo: parent.ID, Others: moved})
		return 0, true, nil
	}
	return 1, true, comeUnder(ctx, tx, under, moved)
}

// maxBranches is how many threads may open beneath each other for what comes under the
// last of them to be put there.
const maxBranches = 32

// below reports whether p stands in the thread that root opened, or in one that opened
// beneath that.
func below(ctx context.Context, tx *store.Tx, p, root social.Post) (bool, error) {
	for range maxBranches {
		if p.Thread == root.ID {
			return true, nil
		}
		first, err := tx.Post(ctx, p.Thread)
		if err != nil || first.ReplyTo == 0 {
			return false, errs.Absent(err)
		}
		if p, err = tx.Post(ctx, first.ReplyTo); err != nil {
			return false, errs.Absent(err)
		}
	}
	return true, nil
}

// comeUnder stores that child answers what it says it does, with others of its thread.
func comeUnder(ctx context.Context, tx *store.Tx, child social.Post, others []social.PostID) error {
	if err := tx.SetParent(ctx, child); err != nil {
		return err
	}
	if err := tx.EndOrphan(ctx, child.ID); err != nil {
		return err
	}
	tx.Record(event.Adopted{Post: child.ID, Author: child.Author, ReplyTo: child.ReplyTo, Others: others})
	if _, open := child.Counts(); open {
		if err := tx.CountReply(ctx, child.ReplyTo, 1); err != nil {
			return err
		}
	}
	h, err := held(ctx, tx, child)
	if err != nil || h.State == social.HeldNot {
		return err
	}
	return hold(ctx, tx, child, h, 0)
}

// heldAlong holds those of replies that came into another thread, with what they
// answer, that who opened it would have held.
func heldAlong(ctx context.Context, tx *store.Tx, moved []social.PostID) error {
	for _, which := range moved {
		p, err := tx.HoldPost(ctx, which)
		if errors.Is(err, store.NoPost) || err == nil && (p.Held != social.HeldNot || !answers(p)) {
			continue
		}
		if err != nil {
			return err
		}
		parent, err := tx.Post(ctx, p.ReplyTo)
		if errors.Is(err, store.NoPost) {
			continue
		}
		if err != nil {
			return err
		}
		h, err := heldInThread(ctx, tx, p, parent)
		if err != nil {
			return err
		}
		if h.State != social.HeldNot {
			if err := hold(ctx, tx, p, h, 0); err != nil {
				return err
			}
		}
	}
	return nil
}
