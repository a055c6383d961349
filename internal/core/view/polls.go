package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// attachPolls fills in what cards ask.
func attachPolls(ctx context.Context, s *store.View, cards []*Card) error {
	var ids []social.PollID
	for _, c := range cards {
		if c.Post.Poll != 0 {
			ids = append(ids, c.Post.Poll)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := s.Polls(ctx, ids)
	for _, c := range cards {
		for i := range all {
			if all[i].ID == c.Post.Poll {
				c.Poll = &all[i]
			}
		}
	}
	return err
}

// votes fills in what the reader chose in the polls of posts.
func (l *layout) votes(ctx context.Context, v *View, out []*Seen) error {
	asking := map[social.PollID][]*Seen{}
	var ids []social.PollID
	for _, s := range out {
		if o := s.Original(); o.Poll != nil {
			ids, asking[o.Poll.ID] = append(ids, o.Poll.ID), append(asking[o.Poll.ID], o)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return v.store.Read(ctx, func(s *store.View) error {
		votes, err := s.VotesOf(ctx, l.reader.ID, ids)
		for poll, choices := range votes {
			for _, o := range asking[poll] {
				o.Votes = choices
			}
		}
		return err
	})
}
