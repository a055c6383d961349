package serve

import (
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Server) houseActor(q *ask) (any, error) {
	keys, err := s.Keys.Shown(q.Context(), 0)
	if err != nil {
		return nil, err
	}
	d, err := s.house(keys)
	return &d, err
}

func (s *Server) aboutPage(*ask) string { return s.View.BaseURL() + "/about" }

// owner is the account of ours that the path names, unless it wants nothing to
// do with who asks.
func (s *Server) owner(q *ask) (*view.Face, error) {
	f, err := s.View.Face(q.Context(), social.AccountID(q.number("account")))
	if err == nil && (!f.Local() || f.Standing != social.Good) {
		err = absent
	}
	if err != nil {
		return nil, err
	}
	return f, s.meets(q, f)
}

// meets is nil if an account of ours and who asks have not parted: they are not
// there for each other then.
func (s *Server) meets(q *ask, f *view.Face) error { return s.unless(q, f, social.Relation.Apart) }

// unless is nil if not so are an account of ours and who asks.
func (s *Server) unless(q *ask, f *view.Face, so func(social.Relation) bool) error {
	if !q.signed() {
		return nil
	}
	r, err := s.View.Reader(q.Context(), f.ID)
	if err == nil && so(r.RelationTo(q.face, s.View.Now())) {
		err = absent
	}
	return err
}

// person is an account of ours. Of one that is suspended it is told that it is,
// so that others hide it too; of one that is gone, that it was.
func (s *Server) person(q *ask) (any, error) {
	id := social.AccountID(q.number("account"))
	f, err := s.View.Face(q.Context(), id)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return s.grave(q, id)
	}
	if err == nil && (!f.Local() || f.Standing == social.Pending) {
		err = absent
	}
	if err != nil {
		return nil, err
	}
	return s.describe(q, f)
}

// describe tells who somebody is, also to those who have blocked them: without
// that, they could not take it back.
func (s *Server) describe(q *ask, f *view.Face) (any, error) {
	if err := s.unless(q, f, func(r social.Relation) bool { return r.Blocks || r.ShutsHost }); err != nil {
		return nil, err
	}
	keys, err := s.Keys.Shown(q.Context(), f.ID)
	if err != nil {
		return nil, err
	}
	if s.SignedOnly && !q.signed() {
		d, err := s.stub(f, keys)
		return &d, err
	}
	d, err := s.actor(q.Context(), f, keys)
	return &d, err
}

// grave is where an account was that other servers knew.
func (s *Server) grave(q *ask, id social.AccountID) (any, error) {
	if id == 0 {
		return nil, absent
	}
	if _, err := s.Keys.Known(q.Context(), id); err != nil {
		return nil, err
	}
	return &tombstone{as2.TombstoneDocument{Context: as2.PlainContext, ID: s.View.ActorURI(id), Type: "Tombstone"}}, nil
}

// personPage is somebody's page, or a part of it. For who is not there it is
// one that is not either.
func (s *Server) personPage(part string) func(q *ask) string {
	return func(q *ask) string {
		f, err := s.View.Face(q.Context(), social.AccountID(q.number("account")))
		if err != nil || !f.Local() || f.Standing != social.Good {
			return s.View.BaseURL() + "/@" + nobodysName
		}
		return s.View.AccountURL(f) + part
	}
}

// nobodysName is what nobody can be called.
const nobodysName = "-"

// featured are the posts that somebody shows first.
func (s *Server) featured(q *ask) (any, error) {
	f, err := s.owner(q)
	if err != nil {
		return nil, err
	}
	pins, err := s.Timelines.Pinned(q.Context(), q.by, f.ID)
	if err != nil {
		return nil, err
	}
	near, err := s.around(q.Context(), pins.Items...)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, p := range pins.Items {
		if told(p) {
			items = append(items, s.note(p, near))
		}
	}
	return &as2.CollectionDocument{Context: as2.PostContext, ID: s.View.ActorURI(f.ID) + "/featured", Type: "OrderedCollection", AttributedTo: s.View.ActorURI(f.ID),
		TotalItems: total(len(items)), OrderedItems: items}, nil
}

// featuredTags are those that somebody shows.
func (s *Server) featuredTags(q *ask) (any, error) {
	f, err := s.owner(q)
	if err != nil {
		return nil, err
	}
	all, err := s.Tags.Featured(q.Context(), q.by, f.ID)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, t := range all {
		items = append(items, as2.TagDocument{Type: "Hashtag", Href: s.View.TagURL(t.Name), Name: "#" + t.Name})
	}
	return &as2.CollectionDocument{Context: as2.PostContext, ID: s.View.ActorURI(f.ID) + "/tags", Type: "Collection", TotalItems: total(len(items)), Items: items}, nil
}

func total(n int) *int64 {
	out := int64(n)
	return &out
}
