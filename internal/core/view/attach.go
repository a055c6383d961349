package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/store"
)

// attach fills in what cards carry besides words: one file for each kind, one
// query for all cards.
func (v *View) attach(ctx context.Context, s *store.View, cards []*Card) error {
	for _, load := range []func(context.Context, *store.View, []*Card) error{attachMedia, attachPolls, v.attachLinks, attachEmojis, attachReactions, attachHeld} {
		if err := load(ctx, s, cards); err != nil {
			return err
		}
	}
	return nil
}
