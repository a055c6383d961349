// Package polls is what can be done with the question of a post: look at it,
// and answer. Asking it is part of saying the post.
package polls

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Service does it.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// Get is the post with a poll, as by may see it, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.PollID) (*view.Seen, error) {
	var p social.Poll
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		p, err = v.Poll(ctx, which)
		return err
	}); err != nil {
		return nil, err
	}
	return s.view.Post(ctx, by, p.Post)
}

// Vote chooses options of a poll, by their places, and returns its post. One
// votes once.
func (s *Service) Vote(ctx context.Context, by social.Actor, which social.PollID, choices []int) (*view.Seen, error) {
	if err := by.MustAct(); err != nil {
		return nil, err
	}
	choices = slices.Compact(slices.Sorted(slices.Values(choices)))
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.HoldPoll(ctx, which)
		if err != nil {
			return err
		}
		if _, err := tx.VisiblePost(ctx, by.Account, p.Post); err != nil {
			return err
		}
		before, err := tx.VotesOf(ctx, by.Account, []social.PollID{p.ID})
		if err != nil {
			return err
		}
		if err := p.MayVote(by, choices, before[p.ID], tx.Now); err != nil {
			return err
		}
		for _, c := range choices {
			p.Options[c].Votes++
			if err := tx.AddVote(ctx, p.ID, by.Account, c); err != nil {
				return err
			}
		}
		p.Voters++
		tx.Record(event.Voted{Poll: p.ID, Post: p.Post, Voter: by.Account})
		return tx.SetPoll(ctx, p, false)
	})
	if err != nil {
		return nil, fmt.Errorf("vote: %w", err)
	}
	return s.Get(ctx, by, which)
}

const (
	endTimeout = time.Minute
	endTries   = 20
)

// Worker tells that polls have ended.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: store.EndPollJob, AtOnce: 4, Timeout: endTimeout, Tries: endTries, Do: func(ctx context.Context, args []byte) error {
		var which social.PollID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a poll.", err)
		}
		return s.store.Write(ctx, func(tx *store.Tx) error {
			p, err := tx.Poll(ctx, which)
			if errs.KindOf(err) == errs.NotFound && err != nil {
				return nil // gone meanwhile
			}
			if err != nil || !p.Ended(tx.Now) { // its end was moved, and another job is for that
				return err
			}
			tx.Record(event.PollEnded{Poll: p.ID, Post: p.Post, Author: p.Author})
			return nil
		})
	}}
}
