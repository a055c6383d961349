package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Who may call a route.
type who string

const (
	anyone    who = "anyone"
	waiting   who = "signed in or waiting" // for their address to be confirmed, or to be let in
	member    who = "signed in"
	moderator who = "moderator"
	admin     who = "admin"
)

// A Route is one page, or one thing a page can do.
type Route struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Who    string `json:"who"`
}

// A handler answers an ask: parse, one command or query, render.
type handler func(q *ask) error

type route struct {
	method, path string
	who          who
	do           handler
	unread       bool // it is answered whatever was sent
}

// router is the table that Routes serves and RoutesList tells of.
type router struct{ routes []route }

// Do adds a route: "GET /about".
func (r *router) Do(pattern string, w who, do handler) {
	method, path, _ := strings.Cut(pattern, " ")
	r.routes = append(r.routes, route{method: method, path: path, who: w, do: do})
}

// has reports whether there is a page at a path.
func (f *frame) has(path string) bool {
	for _, r := range f.site.router.routes {
		if r.method == http.MethodGet && r.path == path {
			return true
		}
	}
	return false
}

// A plainFile is the same for everybody, whoever they are.
type plainFile struct {
	path  string
	serve http.HandlerFunc
}

func (s *Site) plain() []plainFile {
	return []plainFile{{"/assets/*", serveAsset}, {"/robots.txt", serveRobots}, {manifestPath, s.manifest}, {iconsPath + "{icon}.png", serveAppIcon},
		{workerPath, s.serveWorker}, {offlinePath, s.serveOffline}}
}

// RoutesList tells every page and who may call it.
func (s *Site) RoutesList() []Route {
	var out []Route
	for _, f := range s.plain() {
		out = append(out, Route{http.MethodGet, f.path, string(anyone)})
	}
	for _, r := range s.router.routes {
		out = append(out, Route{r.method, r.path, string(r.who)})
	}
	return out
}

// Routes serves the pages.
func (s *Site) Routes(r chi.Router) {
	for _, f := range s.plain() {
		r.Method(http.MethodGet, f.path, f.serve)
		r.Method(http.MethodHead, f.path, f.serve)
	}
	for _, e := range s.router.routes {
		h := s.origin.Handler(s.serve(e))
		r.Method(e.method, e.path, h)
		if e.method == http.MethodGet {
			r.Method(http.MethodHead, e.path, h)
		}
	}
	s.origin.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
}

// NotFound is the page for addresses that lead nowhere.
func (s *Site) NotFound(w http.ResponseWriter, r *http.Request) {
	s.serve(route{do: func(*ask) error { return nowhere }}).ServeHTTP(w, r)
}

var nowhere = errs.New(errs.NotFound, "There is nothing at this address. It may never have existed, it may be gone, or it may not be for you.")

func (s *Site) crossOrigin(w http.ResponseWriter, r *http.Request) {
	s.serve(route{do: func(*ask) error {
		return errs.New(errs.Forbidden, "This form was sent from another site, so nothing was done. If it was you, open the page here and send it again.")
	}}).ServeHTTP(w, r)
}

// serve is one route as an http.Handler.
func (s *Site) serve(e route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.secureHeaders(w)
		q := s.ask(w, r)
		defer q.clean()
		err := q.fault
		if err == nil {
			err = e.who.admit(q.by)
		}
		switch {
		case err == errStranger && q.keepWords():
			return
		case err == errStranger:
			q.toSignIn()
			return
		case err == errWaiting:
			q.to("/auth/waiting")
			return
		}
		if err == nil && q.by.Lacks && !e.open() {
			q.toFactors()
			return
		}
		if err == nil && r.Method == http.MethodPost && !e.unread {
			err = q.parse()
		}
		if err == nil {
			err = e.do(q)
		}
		if err != nil {
			q.fail(err)
		}
	})
}

var (
	errStranger = errs.New(errs.Unauthenticated, "Please sign in.")
	errWaiting  = errs.New(errs.Forbidden, "Your account is not confirmed or approved yet.")
)

// admit reports why by may not come in, or nil.
func (w who) admit(by social.Actor) error {
	need := map[who]social.Role{moderator: social.Moderator, admin: social.Admin}
	switch {
	case w == anyone || w == "":
		return nil
	case !by.SignedIn():
		return errStranger
	case w == waiting:
		return nil
	case by.Standing == social.Pending:
		return errWaiting
	case by.Standing == social.Suspended, by.Standing == social.Leaving:
		return by.MustAct()
	case w == member || by.Role.AtLeast(need[w]):
		return nil
	}
	return errs.New(errs.Forbidden, "This page is for the people who look after this place.")
}
