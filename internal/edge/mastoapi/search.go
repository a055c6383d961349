package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/search/
func (a *API) searchRoutes() {
	a.do("GET /api/v2/search", anyone("read:search"), a.search, &limitSearch)
}

// https://docs.joinmastodon.org/entities/Search/
type results struct {
	Accounts raw         `json:"accounts"`
	Statuses raw         `json:"statuses"`
	Hashtags []tagEntity `json:"hashtags"`
}

func (a *API) search(q *request) (any, error) {
	p := q.page(20, search.MaxPage)
	r, err := a.Search.Search(q.Context(), q.By, search.Query{Text: q.str("q"), Kind: search.Kind(q.str("type")), Following: q.flag("following", false),
		By: social.AccountID(q.bound("account_id")), Offset: q.num("offset", 0, search.MaxOffset+1), Page: p})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range r.Tags {
		names = append(names, t.Tag)
	}
	tags, err := a.tagEntities(q, names)
	return results{a.render.accounts(r.Accounts), a.render.statuses(r.Posts, q.By.Account), tags}, err
}
