package web

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// whereabouts are where filters hold, by how the addresses of pages begin. What is
// none of them is somebody's page, or below it a thread.
var whereabouts = []struct {
	begins string
	place  social.FilterContext
}{{"/lists/", social.FilterHome}, {"/notifications", social.FilterNotices}, {"/public", social.FilterPublic}, {"/tags/", social.FilterPublic},
	{"/search", social.FilterPublic}, {"/explore", social.FilterPublic}, {"/catch-up", social.FilterHome}, {"/conversations", social.FilterNotices}, {"/bookmarks", ""}, {"/favourites", ""}}

// profileTabs are how the addresses of parts of a profile with posts end.
var profileTabs = []string{"/with_replies", "/media", "/featured"}

// place is where the page is, as filters see it; empty where none hold: what
// one kept is not hidden from oneself.
func (f *frame) place() social.FilterContext {
	if f.Path == "/" {
		return social.FilterHome
	}
	for _, p := range whereabouts {
		if strings.HasPrefix(f.Path, p.begins) {
			return p.place
		}
	}
	for _, tab := range profileTabs {
		if strings.HasSuffix(f.Path, tab) {
			return social.FilterAccount
		}
	}
	if strings.Count(f.Path, "/") > 1 {
		return social.FilterThread
	}
	return social.FilterAccount
}

// met is the title of a filter that a post meets here and that does a, or
// empty.
func (f *frame) met(p *view.Seen, a social.FilterAction) string {
	for _, h := range p.Hits {
		if h.Filter.Action == a && slices.Contains(h.Filter.Contexts, f.place()) {
			return h.Filter.Title
		}
	}
	return ""
}

// leavesOut reports whether a post is not to be in lists on this page.
func (f *frame) leavesOut(p *view.Seen) bool {
	return p != nil && (f.met(p, social.FilterHide) != "" || !f.offers(p))
}
