// Package oauth lets people give apps a part of what they may do: the
// endpoints of RFC 6749 as Mastodon has them, with PKCE (RFC 7636), revocation
// (RFC 7009) and discovery (RFC 8414). https://docs.joinmastodon.org/methods/oauth/
package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// maxBody is how much a client may send, in bytes.
const maxBody = 64 << 10

// outOfBand is the redirect of apps that have their person paste the code.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// Consent is what a person is asked.
type Consent struct {
	App     social.App
	Person  *view.Face
	Scopes  social.Scopes
	Hidden  map[string]string // what the form sends back
	Action  string            // where to
	Account social.Actor
}

// Pages show people what this package has to say.
type Pages interface {
	// Actor is who is signed in with this browser, or nobody.
	Actor(r *http.Request) (social.Actor, error)
	Consent(w http.ResponseWriter, r *http.Request, c Consent)
	// Code shows a code to be pasted into an app.
	Code(w http.ResponseWriter, r *http.Request, code string)
	Fail(w http.ResponseWriter, r *http.Request, status int, sentence string)
}

// Server serves the endpoints.
type Server struct {
	BaseURL string
	Auth    *auth.Service
	View    *view.View
	Pages   Pages
	Limiter *limit.Limiter
	Log     *slog.Logger
}

// limitToken is how often tokens are asked for, by address.
var limitToken = limit.Rule{Name: "token", Burst: 60, Per: 5 * time.Minute}

// A Route is a method and path with who may call it.
type Route struct{ Method, Path, Who, Limit string }

// RoutesList is every route of the package.
func RoutesList() []Route {
	return []Route{
		{"GET", "/oauth/authorize", "anyone", ""},
		{"POST", "/oauth/authorize", "signed in", ""},
		{"GET", "/oauth/authorize/native", "anyone", ""},
		{"POST", "/oauth/token", "anyone", limitToken.Name},
		{"POST", "/oauth/revoke", "anyone", limitToken.Name},
		{"GET", "/oauth/userinfo", "member", ""},
		{"POST", "/oauth/userinfo", "member", ""},
		{"GET", "/.well-known/oauth-authorization-server", "anyone", ""},
	}
}

// Routes adds them to r.
func (s *Server) Routes(r chi.Router) {
	sameOrigin := http.NewCrossOriginProtection()
	handlers := map[string]http.Handler{
		"GET /oauth/authorize":                        http.HandlerFunc(s.ask),
		"POST /oauth/authorize":                       sameOrigin.Handler(http.HandlerFunc(s.authorize)),
		"GET /oauth/authorize/native":                 http.HandlerFunc(s.native),
		"POST /oauth/token":                           s.client(s.token),
		"POST /oauth/revoke":                          s.client(s.revoke),
		"GET /oauth/userinfo":                         http.HandlerFunc(s.userinfo),
		"POST /oauth/userinfo":                        http.HandlerFunc(s.userinfo),
		"GET /.well-known/oauth-authorization-server": http.HandlerFunc(s.metadata),
	}
	for _, route := range RoutesList() {
		r.Method(route.Method, route.Path, handlers[route.Method+" "+route.Path])
	}
}

// fault is an error of RFC 6749, section 5.2.
type fault struct {
	status            int
	code, description string
}

func (f fault) Error() string { return f.code + ": " + f.description }

var (
	badClient = fault{http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
	badGrant  = fault{http.StatusBadRequest, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
	badScope  = fault{http.StatusBadRequest, "invalid_scope", "The requested scope is invalid, unknown, or malformed."}
	badType   = fault{http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."}
)

// client is a call by an app: limited, its body read, its errors in OAuth's
// form.
func (s *Server) client(do func(r *http.Request, p url.Values) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if st := s.Limiter.Take(limitToken, address(r)); !st.OK {
			w.Header().Set("Retry-After", strconv.Itoa(int(st.RetryAfter/time.Second)+1))
			answer(w, http.StatusTooManyRequests, map[string]string{"error": "temporarily_unavailable", "error_description": "Too many requests. Wait a few minutes and try again."})
			return
		}
		p, err := params(w, r)
		if err != nil {
			err = fault{http.StatusBadRequest, "invalid_request", "The body could not be read: send a form or JSON."}
		}
		var out any
		if err == nil {
			out, err = do(r, p)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		answer(w, http.StatusOK, out)
	})
}

func address(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// params reads the query and a body of any form that clients send.
func params(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	p, err := read(w, r)
	if err == nil && !readable(p) {
		err = errText
	}
	return p, err
}

var errText = errors.New("not UTF-8, or a null character")

// readable reports whether all values are text.
func readable(p url.Values) bool {
	for _, vs := range p {
		if slices.ContainsFunc(vs, func(v string) bool { return strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) }) {
			return false
		}
	}
	return true
}

func read(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return nil, err
		}
		return r.Form, nil
	case "application/json":
		p := r.URL.Query()
		var body map[string]any
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(b)) > 0 {
			if !jsontext.Value(b).IsValid() { // a name that is there twice is what others read otherwise
				return nil, errs.New(errs.Invalid, "The body could not be read: send JSON or a form.")
			}
			if err := json.Unmarshal(b, &body); err != nil {
				return nil, err
			}
		}
		for k, v := range body {
			if text, ok := v.(string); ok {
				p.Set(k, text)
			}
		}
		return p, nil
	}
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.Form, nil
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := fault{}
	if !errors.As(err, &f) {
		switch errs.KindOf(err) {
		case errs.Internal, errs.Unavailable:
			s.Log.ErrorContext(r.Context(), "oauth call failed", "path", r.URL.Path, "err", err)
			f = fault{http.StatusServiceUnavailable, "temporarily_unavailable", "Something went wrong on our side. Try again in a moment."}
		case errs.Limited:
			f = fault{http.StatusTooManyRequests, "temporarily_unavailable", errs.Public(err)}
		case errs.Unauthenticated:
			f = fault{http.StatusUnauthorized, "invalid_token", errs.Public(err)}
		default:
			f = badGrant
		}
	}
	if f.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter))
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Plaza", error="`+f.code+`"`)
	}
	answer(w, f.status, map[string]string{"error": f.code, "error_description": f.description})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func (s *Server) metadata(w http.ResponseWriter, _ *http.Request) {
	at := func(path string) string { return s.BaseURL + path }
	answer(w, http.StatusOK, map[string]any{
		"issuer": at("/"), "service_documentation": "https://docs.joinmastodon.org/", "authorization_endpoint": at("/oauth/authorize"),
		"token_endpoint": at("/oauth/token"), "app_registration_endpoint": at("/api/v1/apps"), "revocation_endpoint": at("/oauth/revoke"),
		"userinfo_endpoint": at("/oauth/userinfo"), "scopes_supported": auth.Scopes, "response_types_supported": []string{"code"},
		"response_modes_supported": []string{"query"}, "grant_types_supported": []string{"authorization_code", "client_credentials", "password"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

// userinfo is who a token speaks for.
// https://docs.joinmastodon.org/methods/oauth/#userinfo
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("access_token")
	if h := r.Header.Get("Authorization"); len(h) > 7 && strings.EqualFold(h[:7], "bearer ") {
		token = h[7:]
	}
	by, err := s.Auth.ByToken(r.Context(), token)
	if err == nil && (by.MustAct() != nil || !by.Scopes.Allow("profile") && !by.Scopes.Allow("read:accounts")) {
		err = fault{http.StatusForbidden, "insufficient_scope", "This action is outside the authorized scopes"}
	}
	var f *view.Face
	if err == nil {
		f, err = s.View.Face(r.Context(), by.Account)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"iss": s.BaseURL + "/", "sub": s.View.AccountURL(f), "name": f.Name(), "preferred_username": f.Username,
		"profile": s.View.AccountURL(f)})
}
