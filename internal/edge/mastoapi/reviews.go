package mastoapi

import (
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/social"
)

// What moderators decide about tags, and about what many turn to. Ids of tags
// are their keys, as everywhere here, and those of publishers their hosts.
// https://docs.joinmastodon.org/methods/admin/trends/
func (a *API) reviewRoutes() {
	read, write := staff(Moderator, "admin:read"), staff(Moderator, "admin:write")
	a.do("GET /api/v1/admin/tags", read, a.allTags)
	a.do("GET /api/v1/admin/tags/{id}", read, a.tagState)
	a.do("PUT /api/v1/admin/tags/{id}", write, a.ruleTag)
	a.do("GET /api/v1/admin/trends/tags", read, a.tagsToReview)
	a.do("GET /api/v1/admin/trends/statuses", read, a.postsToReview)
	a.do("GET /api/v1/admin/trends/links", read, a.linksToReview)
	a.do("GET /api/v1/admin/trends/links/publishers", read, a.publishers)
	for how, r := range map[string]social.Review{"approve": social.Approved, "reject": social.Rejected} {
		a.do("POST /api/v1/admin/trends/tags/{id}/"+how, write, a.reviewTag(r))
		a.do("POST /api/v1/admin/trends/statuses/{id}/"+how, write, a.reviewPost(r))
		a.do("POST /api/v1/admin/trends/links/{id}/"+how, write, a.reviewLink(r))
		a.do("POST /api/v1/admin/trends/links/publishers/{id}/"+how, write, a.reviewPublisher(r))
	}
}

// https://docs.joinmastodon.org/entities/Tag/#admin
type adminTag struct {
	tagEntity
	DisplayName    string `json:"display_name"`
	Trendable      bool   `json:"trendable"`
	Usable         bool   `json:"usable"`
	Listable       bool   `json:"listable"`
	RequiresReview bool   `json:"requires_review"`
}

func (a *API) adminTags(q *request, all []discover.TagState) ([]adminTag, error) {
	entities, err := a.tagEntities(q, each(all, func(t discover.TagState) string { return t.Tag }))
	if err != nil {
		return nil, err
	}
	first := a.Instance.Settings().ReviewTrends
	out := make([]adminTag, len(all))
	for i, t := range all {
		name := t.Rule.Name
		if name == "" {
			name = t.Tag
		}
		out[i] = adminTag{entities[i], name, t.Rule.Trend.MayTrend(first), !t.Rule.Unusable, !t.Rule.Unlisted, t.Rule.Trend == ""}
	}
	return out, nil
}

// oneTag is the answer with a tag, unless that failed.
func (a *API) oneTag(q *request, t discover.TagState, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	all, err := a.adminTags(q, []discover.TagState{t})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// textID is the id in the path, of what has a text for one.
func (q *request) textID() string {
	id := chi.URLParam(q.Request, "id")
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}

// allTags pages by the keys themselves, from the end of the alphabet.
func (a *API) allTags(q *request) (any, error) {
	all, err := a.Discover.AllTags(q.Context(), q.By, q.str("max_id"), q.str("min_id"), q.limit(staffPage, maxStaffPage))
	if err != nil {
		return nil, err
	}
	if len(all) > 0 {
		q.w.Header().Set("Link", q.linkAt("next", "max_id", all[len(all)-1].Tag)+", "+q.linkAt("prev", "min_id", all[0].Tag))
	}
	return a.adminTags(q, all)
}

func (a *API) tagState(q *request) (any, error) {
	t, err := a.Discover.TagState(q.Context(), q.By, social.TagKey(q.textID()))
	return a.oneTag(q, t, err)
}

func (a *API) ruleTag(q *request) (any, error) {
	t, err := a.Discover.RuleTag(q.Context(), q.By, social.TagKey(q.textID()), func(r *social.TagRule) {
		r.Unusable, r.Unlisted = !q.flag("usable", !r.Unusable), !q.flag("listable", !r.Unlisted)
		if q.has("display_name") {
			r.Name = q.str("display_name")
		}
		if may := q.optFlag("trendable"); may != nil {
			r.Trend = map[bool]social.Review{true: social.Approved, false: social.Rejected}[*may]
		}
	})
	return a.oneTag(q, t, err)
}

func (a *API) reviewTag(to social.Review) func(*request) (any, error) {
	return func(q *request) (any, error) {
		t, err := a.Discover.RuleTag(q.Context(), q.By, social.TagKey(q.textID()), func(r *social.TagRule) { r.Trend = to })
		return a.oneTag(q, t, err)
	}
}

func (a *API) tagsToReview(q *request) (any, error) {
	p := q.stretch(10, 20, discover.MaxOffset)
	all, err := a.Discover.TagsToReview(q.Context(), q.By, p.offset, p.limit)
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, len(all) == p.limit)
	return a.adminTags(q, all)
}

// adminPost is a post with whether somebody is to look at it.
func (a *API) adminPost(q *request, p discover.PostState) raw {
	s := a.render.status(p.Seen, q.By.Account)
	return append(s[:len(s)-1:len(s)-1], `,"requires_review":`+map[bool]string{true: "true}", false: "false}"}[p.Review == ""]...)
}

func (a *API) postsToReview(q *request) (any, error) {
	p := q.stretch(20, 40, discover.MaxOffset)
	all, full, err := a.Discover.PostsToReview(q.Context(), q.By, p.offset, p.limit)
	q.linkStretch(p, full)
	return each(all, func(p discover.PostState) raw { return a.adminPost(q, p) }), err
}

func (a *API) reviewPost(to social.Review) func(*request) (any, error) {
	return func(q *request) (any, error) {
		p, err := a.Discover.ReviewPost(q.Context(), q.By, social.PostID(q.pathID()), to)
		return answerOf(p, err, func(p discover.PostState) raw { return a.adminPost(q, p) })
	}
}

type adminLink struct {
	trendingLink
	ID             string `json:"id"`
	RequiresReview bool   `json:"requires_review"`
}

func (a *API) linksToReview(q *request) (any, error) {
	p := q.stretch(10, 20, discover.MaxOffset)
	all, err := a.Discover.LinksToReview(q.Context(), q.By, p.offset, p.limit)
	q.linkStretch(p, len(all) == p.limit)
	return each(all, func(l discover.Link) adminLink { return adminLink{a.trendingLink(l), num(l.ID), l.Review == ""} }), err
}

func (a *API) reviewLink(to social.Review) func(*request) (any, error) {
	return func(q *request) (any, error) {
		return nothing{}, a.Discover.ReviewLink(q.Context(), q.By, social.LinkID(q.pathID()), to)
	}
}

type publisher struct {
	ID             string `json:"id"`
	Domain         string `json:"domain"`
	Trendable      bool   `json:"trendable"`
	RequiresReview bool   `json:"requires_review"`
}

func (a *API) publisherJSON(p discover.Publisher) publisher {
	return publisher{p.Host, p.Host, p.Review.MayTrend(a.Instance.Settings().ReviewTrends), p.Review == ""}
}

func (a *API) publishers(q *request) (any, error) {
	all, err := a.Discover.Publishers(q.Context(), q.By)
	return each(all, a.publisherJSON), err
}

func (a *API) reviewPublisher(to social.Review) func(*request) (any, error) {
	return func(q *request) (any, error) {
		p, err := a.Discover.ReviewPublisher(q.Context(), q.By, q.textID(), to)
		return answerOf(p, err, a.publisherJSON)
	}
}
