package serve

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Pages answers at the addresses of pages with the document that stands behind
// them, for those who would rather have that: /@ada, /@ada/123. Everybody else
// gets next.
func (s *Server) Pages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, post, ok := pageOf(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", vary)
		if !wantsDocument(r, false) {
			next.ServeHTTP(w, r)
			return
		}
		if c := chi.RouteContext(r.Context()); c != nil { // for who counts by route
			c.RoutePatterns = append(c.RoutePatterns, "/@{name} as a document")
		}
		s.answer(w, &ask{Request: r}, s.behind(name, post))
	})
}

// pageOf is whose page a request is for, and of which post if it is one's.
func pageOf(r *http.Request) (name, post string, ok bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/@")
	name, post, isPost := strings.Cut(rest, "/")
	if _, number := id.Parse(post); !ok || name == "" || isPost && !number {
		return "", "", false
	}
	return name, post, true
}

// behind is the document that stands behind a page of somebody of ours.
func (s *Server) behind(name, post string) route {
	if post == "" {
		return route{open: true, do: func(q *ask) (any, error) {
			f, err := s.named(q, name)
			if err != nil {
				return nil, err
			}
			return s.describe(q, f)
		}}
	}
	return route{do: func(q *ask) (any, error) { // the number alone names it, as on the page
		n, _ := id.Parse(post)
		p, err := s.told(q, social.PostID(n))
		if err != nil {
			return nil, err
		}
		return s.noteAlone(q, p)
	}}
}

func (s *Server) named(q *ask, name string) (*view.Face, error) {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	name = strings.TrimSuffix(name, "@"+s.HandleHost)
	if strings.Contains(name, "@") {
		return nil, absent // theirs are asked for where they live
	}
	return s.View.Named(q.Context(), name, "")
}
