package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// listed is which of the lists that posts are for a reader is on, or has. It is
// asked anew each time: who was taken off one sees nothing from then on.
func (v *View) listed(ctx context.Context, reader social.AccountID, cards map[social.PostID]*Card) (map[social.ListID]bool, error) {
	var ids []social.ListID
	for _, c := range cards {
		if c.Circle != 0 && c.ForCircle(reader, true) {
			ids = append(ids, c.Circle)
		}
	}
	if reader == 0 || len(ids) == 0 {
		return nil, nil
	}
	var on []social.ListID
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		on, err = s.Listed(ctx, reader, ids)
		return err
	}); err != nil {
		return nil, err
	}
	out := make(map[social.ListID]bool, len(on))
	for _, l := range on {
		out[l] = true
	}
	return out, nil
}

// anyStays reports whether one of cards is only for who lives here.
func anyStays(cards map[social.PostID]*Card) bool {
	for _, c := range cards {
		if c.LocalOnly {
			return true
		}
	}
	return false
}

// here reports whether the reader lives here, as far as that was asked for.
func (l *layout) here() bool {
	f := l.faces[l.reader.ID]
	return f != nil && f.Local()
}

// Within is whom a post of a circle is for now, besides its author.
func (v *View) Within(ctx context.Context, p social.Post) (all []social.AccountID, err error) {
	err = v.store.Read(ctx, func(s *store.View) (err error) {
		all, err = s.StillWithin(ctx, p)
		return err
	})
	return all, err
}
