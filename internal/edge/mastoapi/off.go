package mastoapi

import "net/http"

// offRoutes are those of features that this house does not have. They answer
// as Mastodon does where a feature is switched off, so that apps hide it;
// docs/decisions/0014-what-is-off.md says why each is.
func (a *API) offRoutes() {
	absent := func(*request) (any, error) { return nil, errAbsent }
	a.off("POST /api/v1/statuses/{id}/translate", member("read:statuses"), absent, "no translation service: it would be a third party that reads along")
	a.off("GET /api/v1/instance/translation_languages", anyone(""), func(*request) (any, error) { return struct{}{}, nil }, "no translation service")
	a.off("GET /api/v1/annual_reports", member("read:accounts"), func(*request) (any, error) {
		return map[string][]struct{}{"annual_reports": {}, "accounts": {}, "statuses": {}}, nil
	}, "no yearly profile of people is made")
	a.off("GET /api/v1/annual_reports/{year}", member("read:accounts"), absent, "no yearly profile of people is made")
	a.off("GET /api/v1/annual_reports/{year}/state", member("read:accounts"), func(*request) (any, error) {
		return map[string]string{"state": "ineligible"}, nil
	}, "no yearly profile of people is made")
	a.off("POST /api/v1/annual_reports/{year}/read", member("write:accounts"), absent, "no yearly profile of people is made")
	a.off("POST /api/v1/annual_reports/{year}/generate", member("write:accounts"), absent, "no yearly profile of people is made")
	a.off("GET /api/v1/donation_campaigns", anyone(""), func(*request) (any, error) { return coded{http.StatusNoContent, raw(nil)}, nil }, "nobody is asked for money here")
	a.off("POST /api/v1/accounts/{id}/email_subscriptions", anyone(""), absent, "posts are not mailed to strangers")
	a.off("GET /api/v1/accounts/{id}/identity_proofs", member("read:accounts"), a.identityProofs, "removed from Mastodon in 3.5, which answers so")
	a.off("GET /api/v1_alpha/async_refreshes/{id}", member("read"), absent, "nothing is fetched after an answer, so no answer names a refresh")
	a.off("GET /api/proofs", anyone(""), absent, "removed from Mastodon in 3.5")
}

// off is do for a route of a feature that is not here, and why.
func (a *API) off(route string, n need, h func(*request) (any, error), why string) {
	from := len(a.routes)
	a.do(route, n, h)
	for i := range a.routes[from:] {
		a.routes[from+i].Off = why
	}
}

func (a *API) identityProofs(q *request) (any, error) {
	if _, err := a.accountByID(q); err != nil {
		return nil, err
	}
	return []struct{}{}, nil
}
