package mastoapi

import (
	"strconv"

	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/search/
func (a *API) searchRoutes() {
	a.do("GET /api/v2/search", anyone("read:search"), a.search, &limitSearch)
	a.do("GET /api/v1/tags/{hashtag}", anyone("read"), a.tag)
}

// https://docs.joinmastodon.org/entities/Tag/
type tagEntity struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	URL       string   `json:"url"`
	History   []tagDay `json:"history"`
	Following bool     `json:"following"`
	Featuring bool     `json:"featuring"`
}

type tagDay struct {
	Day      string `json:"day"`
	Uses     string `json:"uses"`
	Accounts string `json:"accounts"`
}

// tagHistory is over how many days a tag's use is told.
const tagHistory = 7

func (a *API) tagEntity(q *request, name string) (tagEntity, error) {
	key := social.TagKey(name)
	t := tagEntity{ID: key, Name: key, URL: a.View.TagURL(key), History: []tagDay{}}
	days, err := a.Search.TagDays(q.Context(), key, tagHistory)
	for _, d := range days {
		t.History = append(t.History, tagDay{strconv.FormatInt(d.Day, 10), strconv.Itoa(d.Uses), strconv.Itoa(d.Accounts)})
	}
	return t, err
}

func (a *API) tag(q *request) (any, error) { return a.tagEntity(q, q.tagInPath()) }

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
	out := results{a.render.accounts(r.Accounts), a.render.statuses(r.Posts, q.By.Account), []tagEntity{}}
	for _, t := range r.Tags {
		e, err := a.tagEntity(q, t.Tag)
		if err != nil {
			return nil, err
		}
		out.Hashtags = append(out.Hashtags, e)
	}
	return out, nil
}
