package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/search/
func (a *API) searchRoutes() {
	a.do("GET /api/v2/search", anyone("read:search"), a.search, &limitSearch)
	a.do("GET /api/v1/search", anyone("read:search"), a.searchV1, &limitSearch)
}

// https://docs.joinmastodon.org/entities/Search/
type results struct {
	Accounts    raw          `json:"accounts"`
	Statuses    raw          `json:"statuses"`
	Hashtags    []tagEntity  `json:"hashtags"`
	Collections []collection `json:"collections"`
}

// found is what a search finds, with the names of tags apart.
func (a *API) found(q *request) (out results, names []string, err error) {
	p := q.page(20, search.MaxPage)
	r, err := a.Search.Search(q.Context(), q.By, search.Query{Text: q.str("q"), Kind: search.Kind(q.str("type")), Following: q.flag("following", false),
		By: social.AccountID(q.bound("account_id")), Offset: q.num("offset", 0, search.MaxOffset+1), Page: p, Resolve: q.flag("resolve", false)})
	if err != nil {
		return out, nil, err
	}
	a.viewed(q, r.Posts)
	names = []string{}
	for _, t := range r.Tags {
		names = append(names, t.Tag)
	}
	return results{Accounts: a.render.accounts(r.Accounts), Statuses: a.render.statuses(r.Posts, q.By.Account), Collections: each(r.Collections, a.render.collection)}, names, nil
}

func (a *API) search(q *request) (any, error) {
	out, names, err := a.found(q)
	if err != nil {
		return nil, err
	}
	out.Hashtags, err = a.tagEntities(q, names)
	return out, err
}

// searchV1 is search as it was before 3.0: tags are their names.
func (a *API) searchV1(q *request) (any, error) {
	out, names, err := a.found(q)
	return map[string]any{"accounts": out.Accounts, "statuses": out.Statuses, "hashtags": names}, err
}
