package posts

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// asked is the poll that d wants on p, not stored yet; nil if it wants none.
func asked(tx *store.Tx, p social.Post, d *social.PollDraft) (*social.Poll, error) {
	if d == nil {
		return nil, nil
	}
	wish := *d
	wish.Options = nil
	for _, o := range d.Options {
		wish.Options = append(wish.Options, text.Clean(o))
	}
	if err := wish.Check(); err != nil {
		return nil, err
	}
	poll := social.Poll{ID: social.PollID(id.New(tx.Now)), Post: p.ID, Author: p.Author, Multiple: wish.Multiple, HideVotes: wish.HideVotes, EndsAt: tx.Now.Add(wish.Lasts)}
	for _, title := range wish.Options {
		poll.Options = append(poll.Options, social.PollOption{Title: title})
	}
	return &poll, nil
}

// pollOf is what p asks, or nil.
func pollOf(ctx context.Context, v *store.View, p social.Post) (*social.Poll, error) {
	if p.Poll == 0 {
		return nil, nil
	}
	poll, err := v.Poll(ctx, p.Poll)
	return &poll, err
}

// askAnew puts the poll of an edit in place of the one there was. The same
// options keep their votes; others begin anew, so that nobody has voted for
// what they did not read. It reports whether the post changed by it.
func askAnew(ctx context.Context, tx *store.Tx, p *social.Post, was *social.Poll, d *social.PollDraft) (changed bool, err error) {
	now, err := asked(tx, *p, d)
	if err != nil || was == nil && now == nil {
		return false, err
	}
	if was != nil && now != nil && was.Multiple == now.Multiple && slices.Equal(was.Titles(), now.Titles()) {
		kept, err := tx.HoldPoll(ctx, was.ID)
		if err != nil || kept.Ended(tx.Now) {
			return false, err
		}
		kept.HideVotes, kept.EndsAt = now.HideVotes, now.EndsAt
		return false, tx.SetPoll(ctx, kept, true)
	}
	p.Poll = 0
	if was != nil {
		if err := tx.RemovePoll(ctx, was.ID); err != nil {
			return false, err
		}
	}
	if now != nil {
		p.Poll = now.ID
		err = tx.AddPoll(ctx, *now)
	}
	return true, err
}
