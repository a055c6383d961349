package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) liveRoutes(r *router) {
	r.Do("GET /live", member, s.live)
	r.Do("POST /read", member, s.readHome)
}

// live streams what is new to a page of ours. Only our own pages get it: a
// stream that a cookie opens is not for other sites.
func (s *Site) live(q *ask) error {
	if site := q.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errs.New(errs.Forbidden, "This stream is for the pages of this site.")
	}
	if s.config.Live == nil {
		return nowhere
	}
	if q.Method == http.MethodHead {
		return nil
	}
	s.config.Live(q.w, q.Request, q.by, func() (social.Actor, error) { return s.Actor(q.Request) })
	return nil
}

// A timeline is one that grows while it is looked at.
type timeline struct {
	Stream string // what is streamed of it, as /live names it
	Newest int64  // that is on the page
}

// news is where a page tells of what came meanwhile; a page further back, one
// for strangers and one in a mirror tell of nothing.
func (f *frame) news(stream string, newest int64) *timeline {
	if f.Paged || !f.signedIn() || f.Mirror != nil {
		return nil
	}
	return &timeline{stream, newest}
}

// streamOf names a stream and what it is of.
func streamOf(name string, more ...string) string {
	v := url.Values{"stream": {name}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v.Encode()
}

// getPosts reads a page of a timeline.
type getPosts func(social.Page) (view.Slice[*view.Seen], error)

// newer answers the script that asks what came to a timeline since a post, and,
// to fill a gap, before another. It reports false if nobody asks.
func (s *Site) newer(q *ask, get getPosts) (bool, error) {
	since, ok := id.Parse(q.URL.Query().Get("newer"))
	if !ok || !q.wantsPart() || !q.by.SignedIn() {
		return false, nil
	}
	before, _ := id.Parse(q.URL.Query().Get("before"))
	posts, err := get(social.Page{After: since, Before: before, Limit: postsOnPage})
	if err != nil {
		return true, err
	}
	unread, err := s.Notices.Unread(q.Context(), q.by, social.NoticeFilter{Groups: social.GroupedKinds}, notices.UsualUnread)
	if err != nil {
		return true, err
	}
	q.w.Header().Set("Plaza-Unread", strconv.Itoa(unread))
	if len(posts.Items) == 0 {
		q.w.WriteHeader(http.StatusNoContent)
		return true, nil
	}
	var gap int64 // below which there are more
	if len(posts.Items) == postsOnPage {
		more, err := get(social.Page{After: since, Before: posts.Oldest, Limit: 1})
		if err != nil {
			return true, err
		}
		if len(more.Items) > 0 {
			gap = posts.Oldest
		}
	}
	q.page.Here = q.URL.Path
	return true, q.part(newCards(q.page, once(posts.Items), since, gap))
}

// readUpTo is how far the reader has read a timeline, and since when.
func (s *Site) readUpTo(q *ask, timeline string) (social.Marker, error) {
	marks, err := s.Notices.Markers(q.Context(), q.by)
	for _, m := range marks {
		if m.Timeline == timeline {
			return m, err
		}
	}
	return social.Marker{}, err
}

// hasRead notes how far the reader has read, never less than before. Apps share
// it. That it cannot be noted keeps nobody from reading, and what a browser
// fetches ahead was not read.
func (s *Site) hasRead(q *ask, timeline string, was, last int64) error {
	if last <= was || strings.Contains(q.Header.Get("Sec-Purpose"), "prefetch") {
		return nil
	}
	if _, err := s.Notices.SetMarker(q.Context(), q.by, timeline, last); err != nil && errs.KindOf(err) != errs.Unavailable {
		return err
	}
	return nil
}

// readHome notes what the script has put on the page since it was opened.
func (s *Site) readHome(q *ask) error {
	last, _ := id.Parse(q.form("last"))
	was, err := s.readUpTo(q, notices.MarkHome)
	if err != nil {
		return err
	}
	if err := s.hasRead(q, notices.MarkHome, was.LastID, last); err != nil {
		return err
	}
	if q.wantsPart() {
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return q.to("/")
}

// A spot is where a reader was in a timeline.
type spot struct {
	Last   int64  // the newest that they had read; zero if nobody knows
	When   string // when that was, in words
	Before bool   // it is on another page than this
}

// spotIn is where the reader was before they opened this page: what the address
// says, or on the first page the marker.
func (f *frame) spotIn(asked string, m social.Marker, posts view.Slice[*view.Seen]) (s spot) {
	last, ok := id.Parse(asked)
	if !ok && !f.Paged {
		last = m.LastID
	}
	if last == 0 || !f.Paged && posts.Newest <= last {
		return spot{}
	}
	s.Last = last
	if last == m.LastID && !m.At.IsZero() {
		s.When = f.lately(m.At)
	}
	s.Before = !f.Paged && posts.Oldest > last
	return s
}

// at reports whether the line stands before the i-th post.
func (s spot) at(f *frame, posts []*view.Seen, i int) bool {
	return s.Last != 0 && int64(posts[i].ID) <= s.Last && (i == 0 && f.Paged || i > 0 && int64(posts[i-1].ID) > s.Last)
}

// way is the address of the place.
func (s spot) way() string {
	if s.Before {
		return "/?before=" + itoa(s.Last+1) + "&here=" + itoa(s.Last) + "#here"
	}
	return "#here"
}
