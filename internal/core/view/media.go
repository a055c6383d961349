package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// attachMedia fills in what cards show.
func attachMedia(ctx context.Context, s *store.View, cards []*Card) error {
	var ids []social.MediaID
	for _, c := range cards {
		ids = append(ids, c.Post.Media...)
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := s.Media(ctx, ids)
	byID := make(map[social.MediaID]social.Media, len(all))
	for _, m := range all {
		byID[m.ID] = m
	}
	for _, c := range cards {
		for _, id := range c.Post.Media {
			if m, ok := byID[id]; ok && m.State != social.MediaFailed { // nor what is sealed
				c.Media = append(c.Media, m.Elsewhere())
			}
		}
	}
	return err
}

// faceOf is an account as it is shown. The pictures of one from elsewhere are
// stored as their addresses.
func faceOf(a social.Account) *Face {
	return &Face{Account: a.Elsewhere()}
}
