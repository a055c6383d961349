package mastoapi

import (
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/timelines/
func (a *API) timelineRoutes() {
	a.do("GET /api/v1/timelines/home", member("read:statuses"), a.home)
	a.do("GET /api/v1/timelines/public", anyone("read:statuses"), a.public)
	a.do("GET /api/v1/timelines/tag/{hashtag}", anyone("read:statuses"), a.tagTimeline)
	a.do("GET /api/v1/timelines/list/{id}", member("read:lists"), a.listTimeline)
	a.do("GET /api/v1/bookmarks", member("read:bookmarks"), a.marked(social.Bookmarked))
	a.do("GET /api/v1/favourites", member("read:favourites"), a.marked(social.Liked))
	a.do("GET /api/v1/accounts/{id}/statuses", anyone("read:statuses"), a.accountStatuses)
}

// timeline is the answer with a page of posts.
func (a *API) timeline(q *request, s view.Slice[*view.Seen], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	link(q, s)
	a.viewed(q, s.Items)
	return a.render.timeline(s.Items, q.By.Account), nil
}

func (q *request) posts() social.Page { return q.page(20, 40) }

func (a *API) home(q *request) (any, error) {
	s, err := a.Timelines.Home(q.Context(), q.By, q.posts())
	return a.timeline(q, s, err)
}

// origin is whose posts a public timeline is asked for.
func (q *request) origin() social.Origin {
	switch {
	case q.flag("local", false):
		return social.Ours
	case q.flag("remote", false):
		return social.Elsewhere
	}
	return social.Everywhere
}

func (a *API) public(q *request) (any, error) {
	s, err := a.Timelines.Public(q.Context(), q.By, social.PublicQuery{From: q.origin(), OnlyMedia: q.flag("only_media", false)}, q.posts())
	return a.timeline(q, s, err)
}

func tagKeys(names ...string) []string {
	var out []string
	for _, n := range names {
		if k := social.TagKey(n); k != "" {
			out = append(out, k)
		}
	}
	return out
}

// tagInPath is the tag a path names.
func (q *request) tagInPath() string {
	name := chi.URLParam(q.Request, "hashtag")
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return name
}

func (a *API) tagTimeline(q *request) (any, error) {
	query := social.TagQuery{Any: tagKeys(append([]string{q.tagInPath()}, q.strs("any")...)...), All: tagKeys(q.strs("all")...),
		None: tagKeys(q.strs("none")...), From: q.origin(), OnlyMedia: q.flag("only_media", false)}
	s, err := a.Timelines.Tag(q.Context(), q.By, query, q.posts())
	return a.timeline(q, s, err)
}

func (a *API) listTimeline(q *request) (any, error) {
	s, err := a.Timelines.List(q.Context(), q.By, social.ListID(q.pathID()), q.posts())
	return a.timeline(q, s, err)
}

func (a *API) marked(m social.Marks) func(*request) (any, error) {
	return func(q *request) (any, error) {
		s, err := a.Timelines.Marked(q.Context(), q.By, m, q.posts())
		return a.timeline(q, s, err)
	}
}

func (a *API) accountStatuses(q *request) (any, error) {
	who := social.AccountID(q.pathID())
	if q.flag("pinned", false) {
		s, err := a.Timelines.Pinned(q.Context(), q.By, who)
		s.Newest, s.Oldest = 0, 0 // there is one page
		return a.timeline(q, s, err)
	}
	s, err := a.Timelines.Account(q.Context(), q.By, who, social.AccountQuery{NoReplies: q.flag("exclude_replies", false),
		NoBoosts: q.flag("exclude_reblogs", false), NoDirect: q.flag("exclude_direct", false), OnlyMedia: q.flag("only_media", false), Tag: social.TagKey(q.str("tagged"))}, q.posts())
	return a.timeline(q, s, err)
}
