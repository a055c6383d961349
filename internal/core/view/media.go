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
			if m, ok := byID[id]; ok {
				c.Media = append(c.Media, shownElsewhere(m))
			}
		}
	}
	return err
}

// shownElsewhere is an attachment of another server's post with the names by
// which its files are shown here.
func shownElsewhere(m social.Media) social.Media {
	if m.Remote == "" || m.File != "" {
		return m
	}
	m.File = social.FileElsewhere(social.AsMedia, m.Remote)
	if m.Kind == social.Image {
		m.Preview = social.FileElsewhere(social.AsPreview, m.Remote)
	}
	return m
}

// faceOf is an account as it is shown. The pictures of one from elsewhere are
// stored as their addresses.
func faceOf(a social.Account) *Face {
	if !a.Local() {
		a.Avatar, a.Header = social.FileElsewhere(social.AsAvatar, a.Avatar), social.FileElsewhere(social.AsHeader, a.Header)
	}
	return &Face{Account: a}
}
