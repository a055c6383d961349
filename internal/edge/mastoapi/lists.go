package mastoapi

import "github.com/plaza-social/plaza/internal/social"

// https://docs.joinmastodon.org/methods/lists/
func (a *API) listRoutes() {
	a.do("GET /api/v1/lists", member("read:lists"), a.lists)
	a.do("POST /api/v1/lists", member("write:lists"), a.addList)
	a.do("GET /api/v1/lists/{id}", member("read:lists"), a.listByID)
	a.do("PUT /api/v1/lists/{id}", member("write:lists"), a.changeList)
	a.do("DELETE /api/v1/lists/{id}", member("write:lists"), a.deleteList)
	a.do("GET /api/v1/lists/{id}/accounts", member("read:lists"), a.members)
	a.do("POST /api/v1/lists/{id}/accounts", member("write:lists"), a.addMembers)
	a.do("DELETE /api/v1/lists/{id}/accounts", member("write:lists"), a.endMembers)
	a.do("GET /api/v1/accounts/{id}/lists", member("read:lists"), a.listsWith)
}

// https://docs.joinmastodon.org/entities/List/
type listEntity struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	RepliesPolicy string `json:"replies_policy"`
	Exclusive     bool   `json:"exclusive"`
}

func listJSON(l social.List) listEntity {
	return listEntity{num(l.ID), l.Title, string(l.Replies), l.Exclusive}
}

func listsJSON(ls []social.List, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	out := []listEntity{}
	for _, l := range ls {
		out = append(out, listJSON(l))
	}
	return out, nil
}

func (a *API) lists(q *request) (any, error) { return listsJSON(a.Lists.All(q.Context(), q.By)) }

func (a *API) listsWith(q *request) (any, error) {
	return listsJSON(a.Lists.With(q.Context(), q.By, social.AccountID(q.pathID())))
}

// list reads a list, with was for what is not sent.
func (q *request) list(was social.List) social.List {
	if q.has("title") {
		was.Title = q.str("title")
	}
	if q.has("replies_policy") {
		was.Replies = social.RepliesPolicy(q.str("replies_policy"))
	}
	was.Exclusive = q.flag("exclusive", was.Exclusive)
	return was
}

func (a *API) addList(q *request) (any, error) {
	l, err := a.Lists.Add(q.Context(), q.By, q.list(social.List{Replies: social.RepliesList}))
	if err != nil {
		return nil, err
	}
	return listJSON(l), nil
}

func (a *API) listByID(q *request) (any, error) {
	l, err := a.Lists.Get(q.Context(), q.By, social.ListID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return listJSON(l), nil
}

func (a *API) changeList(q *request) (any, error) {
	was, err := a.Lists.Get(q.Context(), q.By, social.ListID(q.pathID()))
	if err != nil {
		return nil, err
	}
	l, err := a.Lists.Change(q.Context(), q.By, q.list(was))
	if err != nil {
		return nil, err
	}
	return listJSON(l), nil
}

func (a *API) deleteList(q *request) (any, error) {
	return nothing{}, a.Lists.Delete(q.Context(), q.By, social.ListID(q.pathID()))
}

func (a *API) members(q *request) (any, error) {
	p := q.peoplePage()
	everybody := q.str("limit") == "0" // as the API has it
	if everybody {
		p.Limit = social.MaxMembers
	}
	s, err := a.Lists.Members(q.Context(), q.By, social.ListID(q.pathID()), p)
	if everybody {
		s.Newest, s.Oldest = 0, 0
	}
	return a.people(q, s, err)
}

func (a *API) addMembers(q *request) (any, error) {
	ids, err := q.ids("account_ids")
	if err != nil {
		return nil, err
	}
	return nothing{}, a.Lists.AddMembers(q.Context(), q.By, social.ListID(q.pathID()), accountIDs(ids))
}

func (a *API) endMembers(q *request) (any, error) {
	ids, err := q.ids("account_ids")
	if err != nil {
		return nil, err
	}
	return nothing{}, a.Lists.EndMembers(q.Context(), q.By, social.ListID(q.pathID()), accountIDs(ids))
}
