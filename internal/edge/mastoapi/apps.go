package mastoapi

import (
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/apps/
func (a *API) appRoutes() {
	a.do("POST /api/v1/apps", anyone(""), a.registerApp, &limitApp)
	a.do("GET /api/v1/apps/verify_credentials", app(""), a.verifyApp)
}

// https://docs.joinmastodon.org/entities/Application/#CredentialApplication
type application struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Website      *string  `json:"website"`
	Scopes       []string `json:"scopes"`
	RedirectURI  string   `json:"redirect_uri"`
	RedirectURIs []string `json:"redirect_uris"`
	ClientID     string   `json:"client_id,omitempty"`
	ClientSecret string   `json:"client_secret,omitempty"`
	// ClientSecretExpiresAt is zero for never.
	ClientSecretExpiresAt *int   `json:"client_secret_expires_at,omitempty"`
	VapidKey              string `json:"vapid_key"`
}

func (a *API) appJSON(x social.App) application {
	out := application{VapidKey: a.Push.PublicKey(), ID: num(x.ID), Name: x.Name, Scopes: x.Scopes, RedirectURI: strings.Join(x.Redirects, "\n"), RedirectURIs: x.Redirects}
	if x.Website != "" {
		out.Website = &x.Website
	}
	return out
}

// registerApp takes redirect URIs as a list or, as older apps send them, in
// one text with a line for each.
func (a *API) registerApp(q *request) (any, error) {
	redirects := q.strs("redirect_uris")
	if len(redirects) == 1 {
		redirects = strings.Fields(redirects[0])
	}
	x, secret, err := a.Auth.RegisterApp(q.Context(), social.App{Name: q.str("client_name"), Website: q.str("website"),
		Redirects: redirects, Scopes: social.ParseScopes(strings.Join(q.strs("scopes"), " "))})
	if err != nil {
		return nil, err
	}
	out, never := a.appJSON(x), 0
	out.ClientID, out.ClientSecret, out.ClientSecretExpiresAt = x.ClientID, secret, &never
	return out, nil
}

func (a *API) verifyApp(q *request) (any, error) {
	x, err := a.Auth.App(q.Context(), q.By.App)
	if err != nil {
		return nil, err
	}
	return a.appJSON(x), nil
}
