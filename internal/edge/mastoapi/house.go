package mastoapi

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/instance/
func (a *API) houseRoutes() {
	a.do("GET /api/v1/instance/peers", anyone(""), a.peers)
	a.do("GET /api/v1/peers/search", anyone(""), a.findPeers, &limitSearch)
	a.do("GET /api/v1/instance/activity", anyone(""), a.activity)
	a.do("GET /api/v1/instance/privacy_policy", anyone(""), a.privacyPolicy)
	a.do("GET /api/v1/instance/terms_of_service", anyone(""), a.termsOfService)
	a.do("GET /api/v1/instance/terms_of_service/{date}", anyone(""), a.termsOfService)
	a.do("GET /api/v1/instance/languages", anyone(""), a.languages)
	a.do("GET /health", anyone(""), func(*request) (any, error) { return map[string]string{"status": "OK"}, nil })
	a.do("GET /api/v1/emails/check_confirmation", member(""), a.checkConfirmation)
}

func (a *API) peers(q *request) (any, error) {
	hosts, err := a.Instance.Peers(q.Context())
	return notNil(hosts), err
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// maxPeersFound is what Mastodon gives.
const maxPeersFound = 10

func (a *API) findPeers(q *request) (any, error) {
	begins := strings.ToLower(strings.TrimSpace(q.str("q")))
	if begins == "" {
		return []string{}, nil
	}
	hosts, err := a.Instance.FindPeers(q.Context(), begins, q.limit(maxPeersFound, maxPeersFound))
	return notNil(hosts), err
}

// activity counts as logins those who posted in a week: who only reads is not
// written down, day by day, anywhere.
func (a *API) activity(q *request) (any, error) {
	weeks, err := a.Instance.Activity(q.Context())
	if err != nil {
		return nil, err
	}
	out := make([]map[string]string, len(weeks))
	for i, w := range weeks {
		out[i] = map[string]string{"week": strconv.FormatInt(w.Start.Unix(), 10), "statuses": strconv.Itoa(w.Posts),
			"logins": strconv.Itoa(w.Posted), "registrations": strconv.Itoa(w.Joined)}
	}
	return out, nil
}

// written is a text of the owner's.
func (a *API) written(t social.Text) map[string]any {
	since := t.Since
	if since.IsZero() {
		since = a.began()
	}
	return map[string]any{"updated_at": stamp(since), "content": a.View.HTML(t.Body, "", nil)}
}

// began is a day for what nobody has changed yet: that of this edition.
func (a *API) began() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

func (a *API) extendedDescription(*request) (any, error) {
	s := a.Instance.Settings()
	return a.written(social.Text{Body: cmp.Or(s.About.Body, s.Description), Since: s.About.Since}), nil
}

func (a *API) privacyPolicy(*request) (any, error) {
	p := a.Instance.Settings().Privacy
	return a.written(social.Text{Body: cmp.Or(p.Body, instance.PlainPrivacy), Since: p.Since}), nil
}

// https://docs.joinmastodon.org/entities/TermsOfService/
func (a *API) termsOfService(q *request) (any, error) {
	t, next, err := a.Instance.TermsOn(chi.URLParam(q.Request, "date"))
	if err != nil {
		return nil, err
	}
	out := map[string]any{"effective_date": t.Since.UTC().Format(time.DateOnly), "effective": next.IsZero(), "content": a.View.HTML(t.Body, "", nil), "succeeded_by": nil}
	if !next.IsZero() {
		out["succeeded_by"] = next.UTC().Format(time.DateOnly)
	}
	return out, nil
}

// languages are those the site speaks.
func (a *API) languages(*request) (any, error) {
	return []map[string]string{{"code": "en", "name": "English"}}, nil
}

// checkConfirmation says whether an address was shown to be somebody's.
func (a *API) checkConfirmation(q *request) (any, error) {
	self, err := a.Auth.Self(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	return coded{http.StatusOK, self.Confirmed}, nil
}

// termsURL is the page of the terms of service, or null if there are none.
func (a *API) termsURL() *string {
	if _, _, err := a.Instance.TermsOn(""); err != nil {
		return nil
	}
	url := a.BaseURL + "/terms"
	return &url
}
