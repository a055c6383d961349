package mastoapi

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/filters/
func (a *API) filterRoutes() {
	read, write := member("read:filters"), member("write:filters")
	a.do("GET /api/v2/filters", read, a.filters)
	a.do("POST /api/v2/filters", write, a.addFilter)
	a.do("GET /api/v2/filters/{id}", read, a.filterByID)
	a.do("PUT /api/v2/filters/{id}", write, a.changeFilter)
	a.do("DELETE /api/v2/filters/{id}", write, a.removeFilter)
	a.do("GET /api/v2/filters/{id}/keywords", read, a.filterKeywords)
	a.do("POST /api/v2/filters/{id}/keywords", write, a.addFilterKeyword)
	a.do("GET /api/v2/filters/keywords/{id}", read, a.filterKeyword)
	a.do("PUT /api/v2/filters/keywords/{id}", write, a.changeFilterKeyword)
	a.do("DELETE /api/v2/filters/keywords/{id}", write, a.removeFilterKeyword)
	a.do("GET /api/v2/filters/{id}/statuses", read, a.filterPosts)
	a.do("POST /api/v2/filters/{id}/statuses", write, a.addFilterPost)
	a.do("GET /api/v2/filters/statuses/{id}", read, a.filterPost)
	a.do("DELETE /api/v2/filters/statuses/{id}", write, a.removeFilterPost)
}

// https://docs.joinmastodon.org/entities/Filter/
type filterEntity struct {
	ID        string                 `json:"id"`
	Title     string                 `json:"title"`
	Context   []social.FilterContext `json:"context"`
	ExpiresAt *string                `json:"expires_at"`
	Action    social.FilterAction    `json:"filter_action"`
}

// wholeFilter is a filter with what is in it.
type wholeFilter struct {
	filterEntity
	Keywords []filterKeyword `json:"keywords"`
	Statuses []filterStatus  `json:"statuses"`
}

// https://docs.joinmastodon.org/entities/FilterKeyword/
type filterKeyword struct {
	ID      string `json:"id"`
	Keyword string `json:"keyword"`
	Whole   bool   `json:"whole_word"`
}

// https://docs.joinmastodon.org/entities/FilterStatus/
type filterStatus struct {
	ID     string `json:"id"`
	Status string `json:"status_id"`
}

func filterJSON(f *social.Filter) filterEntity {
	return filterEntity{num(f.ID), f.Title, f.Contexts, stampOrNil(f.Until), f.Action}
}

func keywordJSON(k social.FilterKeyword) filterKeyword {
	return filterKeyword{num(k.ID), k.Words, k.Whole}
}

func filterPostJSON(p social.FilterPost) filterStatus { return filterStatus{num(p.ID), num(p.Post)} }

func wholeFilterJSON(f social.Filter) wholeFilter {
	return wholeFilter{filterJSON(&f), each(f.Keywords, keywordJSON), each(f.Posts, filterPostJSON)}
}

// each is what form makes of every one of list.
func each[T, E any](list []T, form func(T) E) []E {
	out := make([]E, len(list))
	for i, x := range list {
		out[i] = form(x)
	}
	return out
}

// https://docs.joinmastodon.org/entities/FilterResult/
type filterResult struct {
	Filter   filterEntity `json:"filter"`
	Keywords []string     `json:"keyword_matches"`
	Statuses []string     `json:"status_matches"`
}

// appendHits appends which of the reader's filters a post meets.
func (r renderer) appendHits(b []byte, hits []social.FilterHit) []byte {
	if len(hits) == 0 {
		return append(b, `,"filtered":[]`...)
	}
	return append(append(b, `,"filtered":`...), marshal(each(hits, func(h social.FilterHit) filterResult {
		out := filterResult{Filter: filterJSON(h.Filter), Keywords: h.Keywords}
		if len(h.Posts) > 0 {
			out.Statuses = each(h.Posts, num[social.PostID])
		}
		return out
	}))...)
}

// seconds is how long something is to last, nil if nothing was said of it;
// zero is for good.
func (q *request) seconds(name string) *time.Duration {
	if !q.has(name) && !q.null(name) {
		return nil
	}
	lasts := time.Duration(q.num(name, 0, maxSeconds)) * time.Second
	return &lasts
}

// maxKeywordsSent is how many keywords of a filter are changed at once.
const maxKeywordsSent = 500

// filterChange reads what a filter is to be.
func (q *request) filterChange() (c filters.Change, err error) {
	c.Title, c.Lasts, c.Contexts = q.opt("title"), q.seconds("expires_in"), q.filterContexts()
	if q.str("filter_action") != "" {
		action := social.FilterAction(q.str("filter_action"))
		c.Action = &action
	}
	sent, err := q.objects("keywords_attributes", maxKeywordsSent)
	for _, o := range sent {
		k := filters.KeywordChange{Remove: truth(o["_destroy"], false)}
		if o["id"] != "" {
			n, ok := id.Parse(o["id"])
			if !ok || n == 0 {
				return c, errAbsent
			}
			k.ID = social.FilterKeywordID(n)
		}
		if words, ok := o["keyword"]; ok {
			k.Words = &words
		}
		if whole, ok := o["whole_word"]; ok {
			on := truth(whole, false)
			k.Whole = &on
		}
		c.Keywords = append(c.Keywords, k)
	}
	return c, err
}

// filterContexts are where a filter is to hold, nil if nothing was said of it.
func (q *request) filterContexts() *[]social.FilterContext {
	sent := q.optStrs("context")
	if sent == nil {
		return nil
	}
	contexts := each(*sent, func(s string) social.FilterContext { return social.FilterContext(s) })
	return &contexts
}

func (a *API) filters(q *request) (any, error) {
	all, err := a.Filters.All(q.Context(), q.By)
	return each(all, wholeFilterJSON), err
}

// filterInPath is the filter with the id in the path.
func (q *request) filterInPath() filters.Which { return filters.ByID(social.FilterID(q.pathID())) }

// keywordInPath is the keyword with that id, and the filter it is in.
func (q *request) keywordInPath() (social.FilterKeywordID, filters.Which) {
	k := social.FilterKeywordID(q.pathID())
	return k, filters.ByKeyword(k)
}

func (a *API) addFilter(q *request) (any, error) {
	c, err := q.filterChange()
	if err != nil {
		return nil, err
	}
	f, err := a.Filters.Add(q.Context(), q.By, c)
	return wholeFilterJSON(f), err
}

func (a *API) filterByID(q *request) (any, error) {
	f, err := a.Filters.Get(q.Context(), q.By, q.filterInPath())
	return wholeFilterJSON(f), err
}

func (a *API) changeFilter(q *request) (any, error) {
	c, err := q.filterChange()
	if err != nil {
		return nil, err
	}
	f, err := a.Filters.Change(q.Context(), q.By, q.filterInPath(), c)
	return wholeFilterJSON(f), err
}

func (a *API) removeFilter(q *request) (any, error) {
	return nothing{}, a.Filters.Remove(q.Context(), q.By, q.filterInPath())
}

func (a *API) filterKeywords(q *request) (any, error) {
	f, err := a.Filters.Get(q.Context(), q.By, q.filterInPath())
	return each(f.Keywords, keywordJSON), err
}

// keywordChange reads what a keyword is to be.
func (q *request) keywordChange(of social.FilterKeywordID, words string) filters.Change {
	return filters.Change{Keywords: []filters.KeywordChange{{ID: of, Words: q.opt(words), Whole: q.optFlag("whole_word")}}}
}

func (a *API) addFilterKeyword(q *request) (any, error) {
	f, err := a.Filters.Change(q.Context(), q.By, q.filterInPath(), q.keywordChange(0, "keyword"))
	if err != nil {
		return nil, err
	}
	return keywordJSON(f.Keywords[len(f.Keywords)-1]), nil
}

// oneKeyword is the answer with a keyword of a filter.
func oneKeyword(f social.Filter, which social.FilterKeywordID, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return keywordJSON(f.Keywords[f.Keyword(which)]), nil
}

func (a *API) filterKeyword(q *request) (any, error) {
	which, in := q.keywordInPath()
	f, err := a.Filters.Get(q.Context(), q.By, in)
	return oneKeyword(f, which, err)
}

func (a *API) changeFilterKeyword(q *request) (any, error) {
	which, in := q.keywordInPath()
	f, err := a.Filters.Change(q.Context(), q.By, in, q.keywordChange(which, "keyword"))
	return oneKeyword(f, which, err)
}

func (a *API) removeFilterKeyword(q *request) (any, error) {
	which, in := q.keywordInPath()
	_, err := a.Filters.Change(q.Context(), q.By, in, filters.Change{Keywords: []filters.KeywordChange{{ID: which, Remove: true}}})
	return nothing{}, err
}

func (a *API) filterPosts(q *request) (any, error) {
	f, err := a.Filters.Get(q.Context(), q.By, q.filterInPath())
	return each(f.Posts, filterPostJSON), err
}

func (a *API) addFilterPost(q *request) (any, error) {
	p, err := a.Filters.AddPost(q.Context(), q.By, q.filterInPath(), social.PostID(q.bound("status_id")))
	return filterPostJSON(p), err
}

func (a *API) filterPost(q *request) (any, error) {
	which := social.FilterPostID(q.pathID())
	f, err := a.Filters.Get(q.Context(), q.By, filters.ByPost(which))
	if err != nil {
		return nil, err
	}
	return filterPostJSON(f.Posts[f.PostAt(which)]), nil
}

func (a *API) removeFilterPost(q *request) (any, error) {
	p, err := a.Filters.RemovePost(q.Context(), q.By, social.FilterPostID(q.pathID()))
	return filterPostJSON(p), err
}
