package oauth

import (
	"net/http"
	"net/url"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// credentials are a client's, from the header or the body.
func credentials(r *http.Request, p url.Values) (id, secret string) {
	if id, secret, ok := r.BasicAuth(); ok {
		return id, secret
	}
	return p.Get("client_id"), p.Get("client_secret")
}

// token gives a token for a code, for the app itself, or for a password.
func (s *Server) token(r *http.Request, p url.Values) (any, error) {
	ctx := r.Context()
	id, secret := credentials(r, p)
	app, err := s.Auth.CheckClient(ctx, id, secret)
	if k := errs.KindOf(err); err != nil && (k == errs.Unauthenticated || k == errs.NotFound || k == errs.Forbidden || k == errs.Invalid) {
		return nil, badClient
	}
	if err != nil {
		return nil, err
	}
	scopes := social.ParseScopes(p.Get("scope"))
	if p.Get("grant_type") != "authorization_code" && !scopes.Within(app.Scopes) {
		return nil, badScope
	}
	var t social.Token
	var bearer string
	switch p.Get("grant_type") {
	case "authorization_code":
		bearer, t, err = s.Auth.Exchange(ctx, app, p.Get("code"), p.Get("redirect_uri"), p.Get("code_verifier"))
	case "client_credentials":
		bearer, t, err = s.Auth.AppToken(ctx, app, scopes)
	case "password":
		bearer, t, err = s.Auth.PasswordToken(ctx, app, p.Get("username"), p.Get("password"), scopes)
		if errs.KindOf(err) == errs.Unauthenticated && err != nil {
			err = badGrant
		}
	default:
		return nil, badType
	}
	if err != nil {
		return nil, err
	}
	// https://docs.joinmastodon.org/entities/Token/
	return map[string]any{"access_token": bearer, "token_type": "Bearer", "scope": t.Scopes.String(), "created_at": t.CreatedAt.Unix()}, nil
}

// revoke ends a token of the app's. One that is not there is as good as ended.
func (s *Server) revoke(r *http.Request, p url.Values) (any, error) {
	id, secret := credentials(r, p)
	app, err := s.Auth.CheckClient(r.Context(), id, secret)
	if err != nil {
		return nil, fault{http.StatusForbidden, "unauthorized_client", "You are not authorized to revoke this token"}
	}
	err = s.Auth.Revoke(r.Context(), app, p.Get("token"))
	if errs.KindOf(err) == errs.Forbidden && err != nil {
		return nil, fault{http.StatusForbidden, "unauthorized_client", "You are not authorized to revoke this token"}
	}
	return struct{}{}, err
}
