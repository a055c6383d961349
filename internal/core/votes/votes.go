// Package votes keeps what the votes on replies count for the order in which
// replies stand, and takes the votes of who is suspended away, by themselves or
// with their host. Voting itself is
// core/posts', and the orders are core/timelines'.
package votes

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Follower weighs each vote on a reply, and has the votes be looked at of whom
// something was decided about.
func Follower() work.Follower {
	return work.Follower{Name: "votes", Urgent: []event.Fact{event.Marked{}, event.Decided{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.Marked:
			if f.Mark == social.Liked || f.Mark == social.VotedDown {
				return settle(ctx, tx, f.Owner, f.Post)
			}
		case event.Decided:
			if f.Action == social.Suspend || f.Action == social.Unsuspend || f.Undoes != 0 {
				return tx.AddJob(ctx, job, f.Account, tx.Now, "")
			}
		case event.AccessChanged: // perhaps who was about to leave has stayed, and was looked at meanwhile
			all, err := tx.VotesAside(ctx, f.Account, social.Page{Limit: 1})
			if err != nil || len(all) == 0 {
				return err
			}
			return tx.AddJob(ctx, job, f.Account, tx.Now, "")
		case event.HostsChanged:
			return tx.AddJob(ctx, hostJob, f.Host, tx.Now, "")
		}
		return nil
	}}
}

// settle has a vote count as it stands now, whatever was told of it before: so it
// may come twice, or late.
func settle(ctx context.Context, tx *store.Tx, voter social.AccountID, which social.PostID) error {
	p, err := tx.Post(ctx, which)
	if err != nil || p.ReplyAuthor == 0 || p.Author == voter {
		return errs.Absent(err)
	}
	if _, err := tx.HoldPost(ctx, which); err != nil { // who sets votes aside waits, or is waited for
		return errs.Absent(err)
	}
	now, err := tx.VoteOf(ctx, voter, which)
	if err != nil {
		return err
	}
	was, err := tx.WeightOf(ctx, voter, which)
	if err != nil || was.Way == now.Way && (now.Way == 0 || was.At.Equal(id.Time(int64(now.ID)))) {
		return err
	}
	if err := tx.EndWeight(ctx, voter, which); err != nil {
		return err
	}
	if now.Way == 0 {
		return nil
	}
	return weigh(ctx, tx, now, p.Author)
}

// weigh has a vote count as much as it does by the four rules of decision 0026.
func weigh(ctx context.Context, tx *store.Tx, v store.Vote, author social.AccountID) error {
	voter, err := tx.Account(ctx, v.Owner)
	if err != nil {
		return errs.Absent(err)
	}
	at := id.Time(int64(v.ID))
	near := func(voter, author social.AccountID) ([]store.Weight, error) {
		return tx.WeightsBetween(ctx, voter, author, at.Add(-social.VoteMonth), at.Add(social.VoteMonth))
	}
	before, err := near(v.Owner, author)
	if err != nil {
		return err
	}
	w := store.Weight{Post: v.Post, Voter: v.Owner, Author: author, Way: v.Way, Weight: social.PairWeight(len(before)), Part: voter.VotePart(), At: at}
	if w.Weight == 0 {
		return nil
	}
	if !voter.KnownFor(social.VoteAge, at) || voter.MovedTo != 0 { // who has moved votes where they are now
		if w.Weight = 0; !voter.Local() { // that one of ours voted tells still who votes about each other
			return nil
		}
	}
	if !voter.Local() {
		return tx.AddWeight(ctx, w)
	}
	back, err := near(author, v.Owner)
	if err != nil {
		return err
	}
	if len(back) > 0 {
		w.Part = social.Mutual
	}
	if err := tx.AddWeight(ctx, w); err != nil {
		return err
	}
	for _, b := range back { // those that came first were nobody's answer yet
		if err := tx.JoinPart(ctx, b, social.Mutual); err != nil {
			return err
		}
	}
	return nil
}

const (
	job = "votes-of-account"
	// step is how many votes one transaction takes, so that others' writes come in
	// between.
	step    = 100
	timeout = 10 * time.Minute
	tries   = 20
)

// Worker sets the votes of who is suspended aside, with all counts put right, and
// puts them back when they are not any more. It may be interrupted anywhere and run
// again.
func Worker(s *store.Store) work.Worker {
	return work.Worker{Kind: job, AtOnce: 1, Timeout: timeout, Tries: tries, Do: func(ctx context.Context, args []byte) error {
		var who social.AccountID
		if err := json.Unmarshal(args, &who); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name an account.", err)
		}
		if err := shiftAll(ctx, s, who); err != nil {
			return fmt.Errorf("votes of account: %w", err)
		}
		return nil
	}}
}

// shiftAll moves the votes of an account to where they belong, some at a time.
func shiftAll(ctx context.Context, s *store.Store, who social.AccountID) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.Write(ctx, func(tx *store.Tx) (err error) {
			more, err = shift(ctx, tx, who)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// shift moves some votes of an account to where they belong as it stands now, and
// tells whether there may be more.
func shift(ctx context.Context, tx *store.Tx, who social.AccountID) (more bool, err error) {
	a, err := tx.HoldAccount(ctx, who) // how it stands does not change meanwhile
	if err != nil {
		return false, errs.Absent(err)
	}
	move, n, list := tx.EndVoteAside, 1, tx.VotesAside
	if gone, err := away(ctx, &tx.View, a); err != nil {
		return false, err
	} else if gone {
		move, n, list = tx.SetVoteAside, -1, cast(tx)
	}
	all, err := list(ctx, who, social.Page{Limit: step})
	if err != nil {
		return false, err
	}
	slices.SortFunc(all, func(a, b store.Vote) int { return cmp.Compare(a.Post, b.Post) }) // everybody holds posts in this order
	var shifted []social.PostID
	for _, v := range all {
		if _, err := tx.HoldPost(ctx, v.Post); errs.KindOf(err) == errs.NotFound && err != nil {
			continue // and its votes with it
		} else if err != nil {
			return false, err
		}
		moved, err := move(ctx, v)
		if err != nil {
			return false, err
		}
		if !moved {
			continue
		}
		count := tx.CountLike
		if v.Way < 0 {
			count = tx.CountDown
		}
		if err := count(ctx, v.Post, n); err != nil {
			return false, err
		}
		if err := settle(ctx, tx, who, v.Post); err != nil {
			return false, err
		}
		shifted = append(shifted, v.Post)
	}
	if len(shifted) > 0 {
		tx.Record(event.VotesShifted{Owner: who, Posts: shifted})
	}
	return len(all) > 0, nil
}

// cast lists the votes of an account that count.
func cast(tx *store.Tx) func(ctx context.Context, who social.AccountID, p social.Page) ([]store.Vote, error) {
	return func(ctx context.Context, who social.AccountID, p social.Page) (all []store.Vote, err error) {
		for way, mark := range map[int]social.Marks{1: social.Liked, -1: social.VotedDown} {
			ms, err := tx.MarkedBy(ctx, mark, who, p)
			if err != nil {
				return nil, err
			}
			for _, m := range ms {
				all = append(all, store.Vote{ID: m.ID, Owner: m.Owner, Post: m.Post, Way: way})
			}
		}
		return all, nil
	}
}
