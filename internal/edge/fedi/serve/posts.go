package serve

import (
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// shown is the post or boost of ours that is asked for, if it leaves the house and
// is for who asks.
func (s *Server) shown(q *ask, which social.PostID) (*view.Seen, error) {
	p, err := s.View.Post(q.Context(), q.by, which)
	if err == nil && !leaves(p) {
		err = absent
	}
	if err != nil {
		return nil, err
	}
	return p, s.meets(q, p.Author)
}

// told is shown for posts only.
func (s *Server) told(q *ask, which social.PostID) (*view.Seen, error) {
	p, err := s.shown(q, which)
	if err == nil && p.IsBoost() {
		err = absent
	}
	return p, err
}

func (s *Server) post(q *ask) (any, error) {
	p, err := s.told(q, q.post("post"))
	if err != nil {
		return nil, err
	}
	return s.noteAlone(q, p)
}

// noteAlone is a post as a document of its own.
func (s *Server) noteAlone(q *ask, p *view.Seen) (any, error) {
	near, err := s.around(q.Context(), p)
	if err != nil {
		return nil, err
	}
	d := s.note(p, near)
	address(d, p, q.uri(s.scribe))
	d.Context = contextOf(p)
	return d, nil
}

// came is the activity by which a post or a boost came to be.
func (s *Server) came(q *ask) (any, error) {
	p, err := s.shown(q, q.post("post"))
	if err != nil {
		return nil, err
	}
	near, err := s.around(q.Context(), p)
	if err != nil {
		return nil, err
	}
	a := s.activity(p, near)
	if n, ok := a.Object.(*as2.NoteDocument); ok {
		address(n, p, q.uri(s.scribe))
		a.To, a.Cc = n.To, n.Cc
	}
	return &a, nil
}

// likes are how many there are. Who they are is told to nobody here.
func (s *Server) likes(q *ask) (any, error) {
	p, err := s.told(q, q.post("post"))
	if err != nil {
		return nil, err
	}
	return list{at: s.View.PostURI(p.ID) + "/likes", kind: "Collection", total: p.Likes}.whole(), nil
}

// shares are how many boosts there are.
func (s *Server) shares(q *ask) (any, error) {
	p, err := s.told(q, q.post("post"))
	if err != nil {
		return nil, err
	}
	return list{at: s.View.PostURI(p.ID) + "/shares", kind: "Collection", total: p.Boosts}.whole(), nil
}

// quoteStamp is the consent of one of ours to being quoted by the post that the
// path names, which may be anybody's (FEP-044f).
func (s *Server) quoteStamp(q *ask) (any, error) {
	p, err := s.View.Post(q.Context(), q.by, q.post("quoting"))
	if err == nil && (p.IsBoost() || p.LocalOnly || p.Quoted == nil || !leaves(p.Quoted) || p.Post.Quote.State != social.QuoteAccepted) {
		err = absent
	}
	if err != nil {
		return nil, err
	}
	if err := s.meets(q, p.Quoted.Author); err != nil {
		return nil, err
	}
	d := stamp{s.View.StampURI(p.ID), s.View.At(int64(p.ID)).ActorURI(p.Quoted.Post.Author), s.View.URIOf(p.Post), s.View.URIOf(p.Quoted.Post)}.document()
	d.Context = as2.QuoteContext
	return d, nil
}

// postPage is the page of a post. It is the same whether there is such a post
// or not, unless it is for everybody.
func (s *Server) postPage(name string) func(q *ask) string {
	return func(q *ask) string {
		p, err := s.View.Post(q.Context(), social.Anyone, q.post(name))
		if err != nil {
			return s.View.BaseURL() + "/@" + nobodysName + "/" + num(q.post(name))
		}
		p = p.Original()
		return s.View.PostURL(p.Author, p.ID)
	}
}
