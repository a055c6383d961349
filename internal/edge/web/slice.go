package web

import (
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// How many of a thing a page has.
const (
	postsOnPage  = 20
	peopleOnPage = 40
	tagsOnPage   = 40
)

// slice is the piece of a list that the address asks for. Oldest is zero if
// there is nothing older; a page of newer things that comes out short is the
// first page.
func slice[T any](q *ask, limit int, get func(social.Page) (view.Slice[T], error)) (view.Slice[T], error) {
	if q.mirrored() {
		return mirrorPart(q, get)
	}
	p := q.pageOf(limit)
	s, err := get(p)
	if err != nil {
		return s, err
	}
	if p.Oldest && len(s.Items) < limit {
		p = social.Page{Limit: limit}
		if s, err = get(p); err != nil {
			return s, err
		}
	}
	q.page.Paged = p.Before != 0 || p.After != 0
	if s.Oldest != 0 && len(s.Items) < limit {
		more, err := get(social.Page{Before: s.Oldest, Limit: 1})
		if err != nil {
			return s, err
		}
		if more.Oldest == 0 {
			s.Oldest = 0
		}
	}
	return s, nil
}
