package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/social"
)

// oldFilterRoutes are for apps that know a filter as one phrase: each keyword
// is one to them, under its own id.
// https://docs.joinmastodon.org/methods/filters/#v1
func (a *API) oldFilterRoutes() {
	a.do("GET /api/v1/filters", member("read:filters"), a.oldFilters)
	a.do("POST /api/v1/filters", member("write:filters"), a.addOldFilter)
	a.do("GET /api/v1/filters/{id}", member("read:filters"), a.oldFilter)
	a.do("PUT /api/v1/filters/{id}", member("write:filters"), a.changeOldFilter)
	a.do("DELETE /api/v1/filters/{id}", member("write:filters"), a.removeOldFilter)
}

// https://docs.joinmastodon.org/entities/V1_Filter/
type oldFilter struct {
	ID           string                 `json:"id"`
	Phrase       string                 `json:"phrase"`
	Context      []social.FilterContext `json:"context"`
	Whole        bool                   `json:"whole_word"`
	ExpiresAt    *string                `json:"expires_at"`
	Irreversible bool                   `json:"irreversible"`
}

func oldFilterJSON(f social.Filter, k social.FilterKeyword) oldFilter {
	return oldFilter{num(k.ID), k.Words, f.Contexts, k.Whole, stampOrNil(f.Until), f.Action == social.FilterHide}
}

// oldFilterChange reads what a filter with one keyword is to be; its title is
// the phrase.
func (q *request) oldFilterChange(which social.FilterKeywordID) filters.Change {
	c := q.keywordChange(which, "phrase")
	c.Title, c.Lasts, c.Contexts = q.opt("phrase"), q.seconds("expires_in"), q.filterContexts()
	if hide := q.optFlag("irreversible"); hide != nil {
		action := map[bool]social.FilterAction{true: social.FilterHide, false: social.FilterWarn}[*hide]
		c.Action = &action
	}
	return c
}

func (a *API) oldFilters(q *request) (any, error) {
	all, err := a.Filters.All(q.Context(), q.By)
	out := []oldFilter{}
	for _, f := range all {
		for _, k := range f.Keywords {
			out = append(out, oldFilterJSON(f, k))
		}
	}
	return out, err
}

// oneOldFilter is the answer with a keyword as a filter.
func oneOldFilter(f social.Filter, which social.FilterKeywordID, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return oldFilterJSON(f, f.Keywords[f.Keyword(which)]), nil
}

func (a *API) addOldFilter(q *request) (any, error) {
	f, err := a.Filters.Add(q.Context(), q.By, q.oldFilterChange(0))
	if err != nil {
		return nil, err
	}
	return oldFilterJSON(f, f.Keywords[0]), nil
}

func (a *API) oldFilter(q *request) (any, error) {
	which, in := q.keywordInPath()
	f, err := a.Filters.Get(q.Context(), q.By, in)
	return oneOldFilter(f, which, err)
}

func (a *API) changeOldFilter(q *request) (any, error) {
	which, in := q.keywordInPath()
	f, err := a.Filters.ChangeOld(q.Context(), q.By, in, q.oldFilterChange(which))
	return oneOldFilter(f, which, err)
}

func (a *API) removeOldFilter(q *request) (any, error) {
	return nothing{}, a.Filters.RemoveOld(q.Context(), q.By, social.FilterKeywordID(q.pathID()))
}
