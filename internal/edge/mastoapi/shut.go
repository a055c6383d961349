package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/endorsements/, …/domain_blocks/
func (a *API) shutRoutes() {
	for _, name := range []string{"endorse", "pin"} { // pin is what it was called before 4.4
		a.do("POST /api/v1/accounts/{id}/"+name, member("write:accounts"), a.toward(a.Relations.Endorse))
		a.do("POST /api/v1/accounts/{id}/un"+name, member("write:accounts"), a.toward(a.Relations.Unendorse))
	}
	a.do("GET /api/v1/accounts/{id}/endorsements", anyone("read:accounts"), a.peopleOf(social.EdgesEndorsed))
	a.do("GET /api/v1/endorsements", member("read:accounts"), a.myPeople(social.EdgesEndorsed))
	a.do("GET /api/v1/domain_blocks", member("read:blocks"), a.shutHosts)
	a.do("POST /api/v1/domain_blocks", member("write:blocks"), a.shutHost)
	a.do("DELETE /api/v1/domain_blocks", member("write:blocks"), a.openHost)
	a.do("GET /api/v1/domain_blocks/preview", member("read:blocks"), a.previewHost)
}

func (a *API) shutHosts(q *request) (any, error) {
	s, err := a.Relations.ShutHosts(q.Context(), q.By, q.page(relations.DefaultHosts, relations.MaxHostPage))
	if err != nil {
		return nil, err
	}
	link(q, s)
	return notNil(s.Items), nil
}

func (a *API) shutHost(q *request) (any, error) {
	return nothing{}, a.Relations.ShutHost(q.Context(), q.By, q.str("domain"))
}

func (a *API) openHost(q *request) (any, error) {
	return nothing{}, a.Relations.OpenHost(q.Context(), q.By, q.str("domain"))
}

// previewHost is what blocking a host would end.
func (a *API) previewHost(q *request) (any, error) {
	following, followers, err := a.Relations.Across(q.Context(), q.By, q.str("domain"))
	if err != nil {
		return nil, err
	}
	return map[string]int{"following_count": following, "followers_count": followers}, nil
}
