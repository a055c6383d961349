package app

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/edge/abuse"
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
	"github.com/plaza-social/plaza/internal/edge/fedi/inbox"
	"github.com/plaza-social/plaza/internal/edge/mastoapi"
	"github.com/plaza-social/plaza/internal/edge/oauth"
	"github.com/plaza-social/plaza/internal/edge/stream"
	"github.com/plaza-social/plaza/internal/edge/tlog"
)

// A Route is a method and path of the running build, with who may call it.
type Route struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Who    string `json:"who"`
	Scope  string `json:"scope,omitempty"` // that a token needs
	Limit  string `json:"limit,omitempty"` // a limit of its own, by name
	Off    string `json:"off,omitempty"`   // why the feature is not here, where Mastodon has one
	Edge   string `json:"edge"`            // which package answers
}

func (a *App) routes() http.Handler {
	r := chi.NewRouter()
	a.api.Routes(r)
	a.hub.Routes(r)
	a.oauth.Routes(r)
	a.site.Routes(r)
	a.fedi.finger.Routes(r)
	a.fedi.documents.Routes(r)
	a.fedi.inbox.Routes(r)
	(&tlog.Server{Sealing: a.Sealing, Log: a.log}).Routes(r)
	(&abuse.Door{Reader: a.noticeReader(), Matters: a.Matters, Limiter: a.limiter, Clock: a.Store.Now, BaseURL: a.Config.URL, Log: a.log}).Routes(r)
	r.Get("/media/{name}", a.media)
	r.Head("/media/{name}", a.media)
	r.Get(proxyRoute, a.shownElsewhere)
	r.Head(proxyRoute, a.shownElsewhere)
	for _, method := range spaceMethods {
		r.Method(method, spacesRoute, http.HandlerFunc(a.spaces))
	}
	r.Get("/healthz", a.healthz)
	r.Get("/metrics", a.metrics)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		if forApps(r.URL.Path) {
			a.api.NotFound(w, r)
			return
		}
		a.site.NotFound(w, r)
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		if forApps(r.URL.Path) {
			a.api.MethodNotAllowed(w, r)
			return
		}
		a.site.Fail(w, r, http.StatusMethodNotAllowed, "This page cannot be used that way. Go back and try again.")
	})
	return a.hardens(a.client(a.recovers(cors(a.meters.count(a.underAnyName(a.fedi.documents.Pages(a.gated(r))))))))
}

// Routes is every route there is, in order.
func (a *App) Routes() []Route {
	var out []Route
	for _, r := range a.api.RoutesList() {
		out = append(out, Route{r.Method, r.Path, string(r.Who), r.Scope, r.Limit, r.Off, "mastoapi"})
	}
	for _, r := range stream.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, r.Scope, "", "", "stream"})
	}
	for _, r := range oauth.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", r.Limit, "", "oauth"})
	}
	for _, r := range finger.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", "", "", "fedi"})
	}
	for _, r := range inbox.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", "", "", "fedi"})
	}
	for _, r := range abuse.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", "", "", "abuse"})
	}
	for _, r := range a.fedi.documents.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", r.Limit, "", "fedi"})
	}
	for _, r := range tlog.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", "", "", "tlog"})
	}
	for _, r := range a.site.RoutesList() {
		out = append(out, Route{r.Method, r.Path, r.Who, "", "", "", "web"})
	}
	out = append(out, Route{"GET", "/media/{name}", "anyone", "", "", "", "app"}, Route{"GET", proxyRoute, "anyone", "", "", "", "app"}, Route{"GET", "/healthz", "anyone", "", "", "", "app"},
		Route{"GET", "/metrics", "this machine, or the metrics token", "", "", "", "app"},
		Route{"GET", "/avatar.png", "anyone", "", "", "", "mastoapi"}, Route{"GET", "/header.png", "anyone", "", "", "", "mastoapi"})
	for _, method := range spaceMethods {
		out = append(out, Route{method, spacesRoute, "the token of the space", "", "", "", "app"})
	}
	slices.SortFunc(out, func(x, y Route) int {
		if c := strings.Compare(x.Path, y.Path); c != 0 {
			return c
		}
		return strings.Compare(x.Method, y.Method)
	})
	return out
}

// spaceMethods are what can be done with objects of a space.
var spaceMethods = []string{http.MethodGet, http.MethodPut, http.MethodDelete}

// others are the routes of the client API that another edge serves, for the
// document of all.
func others() (out []mastoapi.Route) {
	for _, r := range stream.RoutesList() {
		out = append(out, mastoapi.Route{Method: r.Method, Path: r.Path, Who: mastoapi.Who(r.Who), Scope: r.Scope})
	}
	for _, r := range oauth.RoutesList() {
		out = append(out, mastoapi.Route{Method: r.Method, Path: r.Path, Who: mastoapi.Who(r.Who), Limit: r.Limit})
	}
	return out
}

// forApps reports whether a path is for programs, on whatever site they run.
func forApps(path string) bool {
	for _, p := range []string{"/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/ap/", "/.well-known/", "/nodeinfo/", "/evidence/"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return path == "/api"
}
