package relations

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	alongAtOnce  = 50
	alongTimeout = 10 * time.Minute
	alongTries   = 20
)

// A stride takes the next few of ours along who have something to do with
// somebody that moved, and tells where the one after it begins. It may come to
// the same people again and does nothing twice.
type stride func(ctx context.Context, tx *store.Tx, from, to social.Account, after int64) (last int64, n int, err error)

// strides are all there are. Follows go first: who follows has more to say than
// who only keeps a note.
var strides = []stride{followAlong, blockAlong, muteAlong, noteAlong}

// AlongWorker has those of ours who follow an account that moved follow it to
// where it went, but who is kept apart from there. It is on their lists there,
// and who blocked or muted it or kept a note on it does so there, too.
func (s *Service) AlongWorker() work.Worker {
	return work.Worker{Kind: store.FollowAlongJob, AtOnce: 1, Timeout: alongTimeout, Tries: alongTries, Do: func(ctx context.Context, args []byte) error {
		var m store.Moving
		if err := json.Unmarshal(args, &m); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name who moved.", err)
		}
		for _, take := range strides {
			if err := s.along(ctx, m, take); err != nil {
				return err
			}
		}
		return nil
	}}
}

// along takes strides of a kind to the end.
func (s *Service) along(ctx context.Context, m store.Moving, take stride) error {
	for last, done := int64(0), false; !done; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var next int64
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			from, to, there, err := ends(ctx, tx, m)
			if done = !there; err != nil || done {
				return err
			}
			var n int
			next, n, err = take(ctx, tx, from, to, last)
			done = n < alongAtOnce
			return err
		}); err != nil {
			return err
		}
		last = next
	}
	return nil
}

// ends are the two ends of a move. There is none any more when the account has
// come back meanwhile, or either of the two is gone.
func ends(ctx context.Context, tx *store.Tx, m store.Moving) (from, to social.Account, there bool, err error) {
	if from, err = tx.Account(ctx, m.From); err == nil {
		to, err = tx.Account(ctx, m.To)
	}
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return from, to, false, nil
	}
	return from, to, err == nil && from.MovedTo == to.ID && to.Standing == social.Good, err
}

func followAlong(ctx context.Context, tx *store.Tx, from, to social.Account, after int64) (last int64, n int, err error) {
	all, err := tx.FollowersHere(ctx, from.ID, social.FollowID(after), alongAtOnce)
	for _, f := range all {
		if last = int64(f.ID); f.Owner == to.ID {
			continue
		}
		if err := takeAlong(ctx, tx, f.Owner, from, to); err != nil {
			return 0, 0, err
		}
	}
	return last, len(all), err
}

// takeAlong has owner follow where somebody went, as they followed them, and
// no longer where nobody is.
func takeAlong(ctx context.Context, tx *store.Tx, owner social.AccountID, from, to social.Account) error {
	if err := tx.HoldAccounts(ctx, owner, to.ID); err != nil {
		return err
	}
	wish, err := tx.Relation(ctx, owner, from.ID)
	if err != nil || !wish.Follows {
		return err
	}
	rel, err := tx.Relation(ctx, owner, to.ID)
	if err != nil || rel.Apart() {
		return err
	}
	if !rel.Follows && !rel.Requested {
		f := social.Follow{Owner: owner, Target: to.ID, Boosts: wish.Boosts, Notify: wish.Notify, Languages: wish.Languages}
		if err := connect(ctx, tx, f, rel, to); err != nil {
			return err
		}
		if wish.Mutes { // who follows both from the start may have muted one of the two on purpose
			if err := mute(ctx, tx, owner, from.ID, to.ID, rel); err != nil {
				return err
			}
		}
	}
	lists, err := tx.CopyMember(ctx, owner, from.ID, to.ID, social.MaxMembers)
	if err != nil {
		return err
	}
	for _, l := range lists {
		tx.Record(event.ListChanged{Owner: owner, List: l})
	}
	return end(ctx, tx, social.Actor{Account: owner}, owner, from.ID)
}

// each has do done for those of all who are not to themselves, held for it,
// with how they stand to it.
func each(ctx context.Context, tx *store.Tx, all []store.Edge, to social.AccountID, do func(owner social.AccountID, rel social.Relation) error) (last int64, n int, err error) {
	for _, e := range all {
		if last = e.ID; e.Other == to {
			continue
		}
		if err := tx.HoldAccounts(ctx, e.Other, to); err != nil {
			return 0, 0, err
		}
		rel, err := tx.Relation(ctx, e.Other, to)
		if err == nil {
			err = do(e.Other, rel)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return last, len(all), nil
}

// blockAlong has who blocks somebody block them where they went. Who follows
// them there knows that they are, and wants that.
func blockAlong(ctx context.Context, tx *store.Tx, from, to social.Account, after int64) (last int64, n int, err error) {
	all, err := tx.BlockersHere(ctx, from.ID, after, alongAtOnce)
	if err != nil {
		return 0, 0, err
	}
	return each(ctx, tx, all, to.ID, func(owner social.AccountID, rel social.Relation) error {
		if rel.Follows || rel.Requested {
			return nil
		}
		return block(ctx, tx, social.Actor{Account: owner}, to.ID, rel)
	})
}

// muteAlong is the same for who mutes somebody.
func muteAlong(ctx context.Context, tx *store.Tx, from, to social.Account, after int64) (last int64, n int, err error) {
	all, err := tx.MutersHere(ctx, from.ID, after, alongAtOnce)
	if err != nil {
		return 0, 0, err
	}
	return each(ctx, tx, all, to.ID, func(owner social.AccountID, rel social.Relation) error {
		if rel.Follows {
			return nil
		}
		return mute(ctx, tx, owner, from.ID, to.ID, rel)
	})
}

// mute has owner mute somebody where they went as they do where they were, and
// as long.
func mute(ctx context.Context, tx *store.Tx, owner, from, to social.AccountID, rel social.Relation) error {
	was, err := tx.Relation(ctx, owner, from)
	if err != nil || !was.Mutes || rel.Mutes {
		return err
	}
	until := int64(0)
	if !was.MuteUntil.IsZero() {
		until = was.MuteUntil.UnixMilli()
	}
	tx.Record(event.Distanced{Owner: owner, Target: to})
	return tx.SetMute(ctx, owner, to, was.MuteNotices, until)
}

// noteAlong puts people's private notes on somebody above those they have
// where they went.
func noteAlong(ctx context.Context, tx *store.Tx, from, to social.Account, after int64) (last int64, n int, err error) {
	all, err := tx.NotersHere(ctx, from.ID, after, alongAtOnce)
	if err != nil {
		return 0, 0, err
	}
	return each(ctx, tx, all, to.ID, func(owner social.AccountID, _ social.Relation) error {
		was, err := tx.Note(ctx, owner, from.ID)
		if err != nil {
			return err
		}
		have, err := tx.Note(ctx, owner, to.ID)
		if err != nil {
			return err
		}
		note, changed := movedNote(from.Acct(), was, have)
		if !changed {
			return nil
		}
		return tx.SetNote(ctx, owner, to.ID, note)
	})
}

// movedNote is what somebody notes about who was called acct, beside what they
// noted already. It is false if it is there.
func movedNote(acct, was, have string) (note string, changed bool) {
	head := fmt.Sprintf("Moved from @%s, of whom you noted:\n", acct)
	if strings.Contains(have, head) {
		return have, false
	}
	note = head + was
	if have != "" {
		note = have + "\n\n" + note
	}
	if r := []rune(note); len(r) > social.MaxNote {
		note = string(r[:social.MaxNote])
	}
	return note, true
}
