package serve

import (
	"net/url"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// How much stands on one page of a list.
const (
	postsOnPage  = 20
	peopleOnPage = 40
	repliesOn    = 40
)

// paged reports whether a page of a list is asked for, not the list.
func (q *ask) paged() bool { return q.URL.Query().Get("page") == "true" }

// page is the one that is asked for. What is no id is no bound.
func (q *ask) page(limit int) social.Page {
	v := q.URL.Query()
	before, _ := id.Parse(v.Get("max_id"))
	after, _ := id.Parse(v.Get("min_id"))
	return social.Page{Before: before, After: after, Oldest: v.Has("min_id"), Limit: limit}
}

// A list is one of ours that is asked for in pages. Where it is, what its pages
// begin with, and how much there is; less than nothing is not told.
type list struct {
	at, kind, by string
	first        url.Values
	total        int
}

func (l list) link(v url.Values) string {
	v.Set("page", "true")
	return l.at + "?" + v.Encode()
}

// whole is the list without what is on it.
func (l list) whole() *as2.CollectionDocument {
	d := &as2.CollectionDocument{Context: as2.PlainContext, ID: l.at, Type: l.kind, AttributedTo: l.by}
	if l.total >= 0 {
		d.TotalItems = total(l.total)
	}
	if l.first != nil {
		d.First = l.link(l.first)
	}
	return d
}

// piece is a page of the list.
func (l list) piece(q *ask, items []any, next, prev url.Values) *as2.CollectionDocument {
	d := &as2.CollectionDocument{Context: as2.PlainContext, ID: l.at + "?" + q.URL.RawQuery, Type: l.kind + "Page", PartOf: l.at}
	if d.OrderedItems = items; l.kind == "Collection" {
		d.OrderedItems, d.Items = nil, items
	}
	if next != nil {
		d.Next = l.link(next)
	}
	if prev != nil {
		d.Prev = l.link(prev)
	}
	return d
}

func at(name string, id int64) url.Values { return url.Values{name: {strconv.FormatInt(id, 10)}} }

// ends are the links from a page of a list that goes from new to old.
func ends(newest, oldest int64) (next, prev url.Values) {
	if oldest != 0 {
		next = at("max_id", oldest)
	}
	if newest != 0 {
		prev = at("min_id", newest)
	}
	return next, prev
}

// outbox is all that somebody ever said or passed on before everybody, the
// newest first.
func (s *Server) outbox(q *ask) (any, error) {
	f, err := s.owner(q)
	if err != nil {
		return nil, err
	}
	l := list{at: s.View.ActorURI(f.ID) + "/outbox", kind: "OrderedCollection", first: url.Values{}, total: f.Posts}
	if !q.paged() {
		d := l.whole()
		d.Last = l.link(at("min_id", 0))
		return d, nil
	}
	posts, err := s.Timelines.Account(q.Context(), social.Anyone, f.ID, social.AccountQuery{NoDirect: true}, q.page(postsOnPage))
	if err != nil {
		return nil, err
	}
	near, err := s.around(q.Context(), posts.Items...)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, p := range posts.Items {
		if told(p) {
			a := s.activity(p, near)
			a.Context = nil
			items = append(items, &a)
		}
	}
	next, prev := ends(posts.Newest, posts.Oldest)
	d := l.piece(q, items, next, prev)
	d.Context = as2.PostContext
	return d, nil
}

// people are who follows somebody, or is followed. Who hides that tells only how
// many they are.
func (s *Server) people(kind social.EdgeKind) handler {
	return func(q *ask) (any, error) {
		f, err := s.owner(q)
		if err != nil {
			return nil, err
		}
		l := list{at: s.View.ActorURI(f.ID) + "/followers", kind: "OrderedCollection", total: f.Followers}
		if kind == social.EdgesFollowing {
			l.at, l.total = s.View.ActorURI(f.ID)+"/following", f.Following
		}
		if !f.HideFollows {
			l.first = url.Values{}
		}
		if !q.paged() {
			return l.whole(), nil
		}
		if f.HideFollows {
			return nil, absent
		}
		people, err := s.Relations.People(q.Context(), q.by, kind, f.ID, q.page(peopleOnPage))
		if err != nil {
			return nil, err
		}
		items := []any{}
		for _, uri := range s.uris(people.Items) {
			items = append(items, uri)
		}
		next, prev := ends(people.Newest, people.Oldest)
		return l.piece(q, items, next, prev), nil
	}
}

// addresses are the posts of a page that goes from old to new, by name.
func (s *Server) addresses(q *ask, l list, posts view.Slice[*view.Seen]) *as2.CollectionDocument {
	items := []any{}
	for i := len(posts.Items) - 1; i >= 0; i-- {
		if p := posts.Items[i]; !p.LocalOnly && !p.IsBoost() {
			items = append(items, s.View.URIOf(p.Post))
		}
	}
	var next url.Values
	if posts.Newest != 0 {
		next = at("min_id", posts.Newest)
	}
	return l.piece(q, items, next, nil)
}

// replies are the answers to a post that are for everybody, the oldest first.
func (s *Server) replies(q *ask) (any, error) {
	p, err := s.told(q, q.post("post"))
	if err != nil {
		return nil, err
	}
	l := list{at: s.View.PostURI(p.ID) + "/replies", kind: "Collection", first: at("min_id", 0), total: p.Replies}
	if !q.paged() {
		return l.whole(), nil
	}
	page := q.page(repliesOn)
	page.Oldest = true
	posts, err := s.Timelines.Replies(q.Context(), s.openly(q, p), p.ID, page)
	if err != nil {
		return nil, err
	}
	return s.addresses(q, l, posts), nil
}

// openly is a reader who is shown what is for everybody; of what is not, there
// is nothing but by those who may see it.
func (s *Server) openly(q *ask, p *view.Seen) social.Actor {
	if p.Visibility == social.Public || p.Visibility == social.Unlisted {
		return social.Anyone
	}
	return q.by
}

// thread is all of a discussion that one of ours began, the oldest first
// (FEP-7888).
func (s *Server) thread(q *ask) (any, error) {
	p, err := s.told(q, q.post("thread"))
	if err == nil && p.Thread != p.ID {
		err = absent
	}
	if err != nil {
		return nil, err
	}
	l := list{at: s.View.ThreadURI(p.ID), kind: "OrderedCollection", by: s.View.ActorURI(p.Post.Author), first: at("min_id", 0), total: -1}
	if !q.paged() {
		return l.whole(), nil
	}
	page := q.page(repliesOn)
	page.Oldest = true
	posts, err := s.Timelines.Whole(q.Context(), s.openly(q, p), p.ID, page)
	if err != nil {
		return nil, err
	}
	return s.addresses(q, l, posts), nil
}
