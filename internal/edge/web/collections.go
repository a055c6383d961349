package web

import (
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) collectionRoutes(r *router) {
	r.Do("GET /collections/{collection}", anyone, s.collection)
	r.Do("POST /collections/{collection}/leave", member, s.leaveCollection)
}

func collectionURL(which social.CollectionID) string { return "/collections/" + itoa(which) }

func (q *ask) collection() social.CollectionID { return social.CollectionID(q.number("collection")) }

// collection is accounts that somebody recommends together.
func (s *Site) collection(q *ask) error {
	c, err := s.Collections.Get(q.Context(), q.by, q.collection())
	if err != nil {
		return err
	}
	q.page.Head = meta{Description: snippet(c.Description), URL: s.View.CollectionURL(c.ID), Hide: !c.Curator.Indexable || !c.Discoverable}
	return q.show(c.Name, collectionPage(q.page, c))
}

// leaveCollection takes the reader out of it, for good.
func (s *Site) leaveCollection(q *ask) error {
	c, err := s.Collections.Get(q.Context(), q.by, q.collection())
	if err != nil {
		return err
	}
	i := c.Item(func(x social.CollectionItem) bool { return x.Account == q.by.Account })
	if i < 0 {
		return nowhere
	}
	if err := s.Collections.Revoke(q.Context(), q.by, c.ID, c.Items[i].ID); err != nil {
		return err
	}
	q.say("left")
	return q.to("/notifications")
}

// leavable reports whether the reader is in c, and it is not their own.
func (f *frame) leavable(c view.Collection) bool { return c.Shows(f.By.Account) && !f.mine(c.Owner) }
