package web

import (
	"context"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A Mirror is what a page has to know that is kept as a file somewhere else: it
// can be read there, and nothing can be done with it.
type Mirror struct {
	Part         *social.Page // the part of its list that the page shows; nil for the newest
	Newer, Older string       // the pages beside it; empty if there is none
	Stamp        string       // the moment it is of, for machines
	Moment       string       // and for people
	Key          string       // what the manifest is signed with
	Said         string       // how things stand
	Since        time.Time    // since when that is said
	Moved        string       // where the page is since the house has another name; empty if it always had this one
	Lead         bool         // who opens the page is led there
}

type mirrorKey struct{}

// ForMirror has the page that is asked for be one for a mirror.
func ForMirror(ctx context.Context, m Mirror) context.Context {
	return context.WithValue(ctx, mirrorKey{}, &m)
}

// mirrorOf is nil for the site itself.
func mirrorOf(ctx context.Context) *Mirror {
	m, _ := ctx.Value(mirrorKey{}).(*Mirror)
	return m
}

// mirrored reports whether the page is for a mirror.
func (q *ask) mirrored() bool { return q.page.Mirror != nil }

// mirrorPart is slice for a mirror: the part of a list whose bounds were laid
// down before.
func mirrorPart[T any](q *ask, get func(social.Page) (view.Slice[T], error)) (view.Slice[T], error) {
	m := q.page.Mirror
	if m.Part == nil {
		return view.Slice[T]{}, nil
	}
	q.page.Paged = m.Newer != ""
	return get(*m.Part)
}

// offers reports whether a post that everybody may see is passed on in mirrors.
func (f *frame) offers(p *view.Seen) bool { return f.Mirror == nil || p.Mirrored() }

// Look names the style and the script of the pages: it changes with them.
func Look() string { return assetURL("plaza.css") + assetURL("plaza.js") + assetURL("mark.svg") }

// MirrorStatus is the page of a mirror that tells how things stand. The site
// itself has none.
func (s *Site) MirrorStatus(w http.ResponseWriter, r *http.Request) {
	s.serve(route{do: func(q *ask) error {
		if !q.mirrored() {
			return nowhere
		}
		return q.show("How things stand", mirrorStatus(q.page))
	}}).ServeHTTP(w, r)
}
