package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
)

// https://docs.joinmastodon.org/methods/trends/
// https://docs.joinmastodon.org/methods/suggestions/
// https://docs.joinmastodon.org/methods/directory/
func (a *API) discoverRoutes() {
	a.do("GET /api/v1/trends", anyone(""), a.trendingTags)
	a.do("GET /api/v1/trends/tags", anyone(""), a.trendingTags)
	a.do("GET /api/v1/trends/statuses", anyone(""), a.trendingPosts)
	a.do("GET /api/v2/suggestions", member("read:accounts"), a.suggestions)
	a.do("GET /api/v1/suggestions", member("read:accounts"), a.suggestedAccounts)
	a.do("DELETE /api/v1/suggestions/{id}", member("write:accounts"), a.dismissSuggestion)
	a.do("GET /api/v1/directory", anyone(""), a.directory)
	a.do("GET /api/plaza/v1/trends", anyone(""), a.trends)
	a.do("GET /api/plaza/v1/trends/data", anyone(""), a.trendData, &limitTrends)
}

func (a *API) trendingTags(q *request) (any, error) {
	p := q.stretch(10, 20, discover.MaxOffset)
	tags, err := a.Discover.Tags(q.Context(), q.By, q.str("language"), p.offset, p.limit)
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, len(tags) == p.limit)
	out, err := a.tagEntities(q, each(tags, func(t trend.Tag) string { return t.Name }))
	for i := range out {
		out[i].Plaza = whyOf(tags[i].Why)
	}
	return out, err
}

func (a *API) trendingPosts(q *request) (any, error) {
	p := q.stretch(20, 40, discover.MaxOffset)
	posts, err := a.Discover.Posts(q.Context(), q.By, q.str("language"), p.offset, p.limit)
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, len(posts) == p.limit)
	a.viewed(q, posts)
	return a.render.statuses(posts, q.By.Account), nil
}

// https://docs.joinmastodon.org/entities/Suggestion/
type suggestion struct {
	Source  string            `json:"source"`
	Sources []discover.Reason `json:"sources"`
	Account raw               `json:"account"`
	Plaza   *why              `json:"plaza"`
}

// oldSource is what a reason was called before there were several.
var oldSource = map[discover.Reason]string{discover.FriendsOfFriends: "past_interactions", discover.MostFollowed: "global"}

func (a *API) suggestions(q *request) (any, error) {
	all, err := a.Discover.Suggestions(q.Context(), q.By, q.limit(40, discover.MaxSuggestions))
	if err != nil {
		return nil, err
	}
	out := make([]suggestion, len(all))
	for i, s := range all {
		out[i] = suggestion{oldSource[s.Reasons[0]], s.Reasons, a.render.accountJSON(s.Account), whyOf(s.Why)}
	}
	return out, nil
}

func (a *API) suggestedAccounts(q *request) (any, error) {
	all, err := a.Discover.Suggestions(q.Context(), q.By, q.limit(40, discover.MaxSuggestions))
	if err != nil {
		return nil, err
	}
	out := make([]raw, len(all))
	for i, s := range all {
		out[i] = a.render.accountJSON(s.Account)
	}
	return out, nil
}

func (a *API) dismissSuggestion(q *request) (any, error) {
	return nothing{}, a.Discover.Dismiss(q.Context(), q.By, social.AccountID(q.pathID()))
}

func (a *API) directory(q *request) (any, error) {
	p := q.stretch(40, discover.MaxDirectory, discover.MaxOffset)
	faces, full, err := a.Discover.Directory(q.Context(), q.By, q.str("order") == "new", q.flag("local", false), p.offset, p.limit)
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, full)
	return a.render.accounts(faces), nil
}
