package polls

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// VoteTitled is Vote for by from another server, in a poll of ours. Its votes
// come one by one and name what was chosen. The same twice is one.
func (s *Service) VoteTitled(ctx context.Context, by social.Actor, which social.PostID, title string) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		post, err := tx.VisiblePost(ctx, by.Account, which)
		if err == nil && (post.Poll == 0 || post.URI != "") { // others' votes are counted where they are asked
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		p, err := tx.HoldPoll(ctx, post.Poll)
		if err != nil {
			return err
		}
		choice := slices.Index(p.Titles(), title)
		if choice < 0 {
			return errs.New(errs.Invalid, "Validation failed: The chosen vote option does not exist")
		}
		return voteOnce(ctx, tx, by, p, choice)
	})
	if err != nil {
		return fmt.Errorf("vote from elsewhere: %w", err)
	}
	return nil
}

func voteOnce(ctx context.Context, tx *store.Tx, by social.Actor, p social.Poll, choice int) error {
	votes, err := tx.VotesOf(ctx, by.Account, []social.PollID{p.ID})
	before := votes[p.ID]
	if err != nil || slices.Contains(before, choice) {
		return err
	}
	more := before
	if p.Multiple {
		more = nil // it goes on choosing
	}
	if err := p.MayVote(by, []int{choice}, more, tx.Now); err != nil {
		return err
	}
	if err := tx.AddVote(ctx, p.ID, by.Account, choice); err != nil {
		return err
	}
	p.Options[choice].Votes++
	if len(before) == 0 {
		p.Voters++
	}
	tx.Record(event.Voted{Poll: p.ID, Post: p.Post, Voter: by.Account})
	return tx.SetPoll(ctx, p, false)
}
