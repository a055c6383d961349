package view

import (
	"context"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// attachLinks fills in the previews of what cards lead to.
func (v *View) attachLinks(ctx context.Context, s *store.View, cards []*Card) error {
	var ids []social.LinkID
	for _, c := range cards {
		if c.Post.Link != 0 {
			ids = append(ids, c.Post.Link)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := v.linksByID(ctx, s, ids)
	for _, c := range cards {
		c.Link = all[c.Post.Link]
	}
	return err
}

// linksByID returns links that are shown, with the accounts they name as
// authors. Few pages name any.
func (v *View) linksByID(ctx context.Context, s *store.View, ids []social.LinkID) (map[social.LinkID]*social.Link, error) {
	all, err := s.Links(ctx, ids)
	out := make(map[social.LinkID]*social.Link, len(all))
	for i := range all {
		l := &all[i]
		out[l.ID] = l
		if l.Creator == "" {
			continue
		}
		username, host, _ := strings.Cut(l.Creator, "@")
		if v.OwnHost(host) {
			host = ""
		}
		a, err := s.AccountNamed(ctx, username, host)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		if err == nil {
			l.CreatorID = a.ID
		}
	}
	return out, err
}

// A Preview is a link with who wrote what is behind it, if that is somebody
// known here who lets the site say so.
type Preview struct {
	*social.Link
	Credit *Face
}

// Previews returns links in the order of ids, without those that are not shown.
func (v *View) Previews(ctx context.Context, ids []social.LinkID) ([]Preview, error) {
	var all map[social.LinkID]*social.Link
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		all, err = v.linksByID(ctx, s, ids)
		return err
	}); err != nil {
		return nil, err
	}
	var authors []social.AccountID
	for _, l := range all {
		authors = append(authors, l.CreatorID)
	}
	faces, err := v.facesByID(ctx, authors)
	if err != nil {
		return nil, err
	}
	var out []Preview
	for _, id := range ids {
		if l := all[id]; l != nil {
			out = append(out, Preview{l, credited(l, faces)})
		}
	}
	return out, nil
}

func credited(l *social.Link, faces map[social.AccountID]*Face) *Face {
	f := faces[l.CreatorID]
	if f == nil || !f.Credited(social.LinkHost(l.URL)) {
		return nil
	}
	return f
}

// forgetLink drops the cards with a link.
func (v *View) forgetLink(link social.LinkID) {
	v.cards.dropIf(func(c *Card) bool { return c.Post.Link == link })
}
