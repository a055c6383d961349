package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
)

// breachPage is where a browser tells of what a page of ours tried to do and its
// Content-Security-Policy forbids. It is told to nobody else.
const breachPage = "/csp-report"

// maxBreach is how much of such a report is read, in bytes. Real ones have some
// 500, and addresses that can be as long as people like.
const maxBreach = 16 << 10

var breachRule = limit.Rule{Name: "breach", Burst: 20, Per: time.Hour}

func (s *Site) breachRoutes(r *router) {
	r.Do("POST "+breachPage, anyone, s.limited(breachRule, s.breach))
}

// breach counts a report and logs it. Whoever likes can send one, so what it says
// is not kept: only which of our pages, and which of the words below.
func (s *Site) breach(q *ask) error {
	var said struct {
		Report struct {
			Page      string `json:"document-uri"`
			Effective string `json:"effective-directive"`
			Violated  string `json:"violated-directive"` // older browsers name it here, with its sources behind
			Blocked   string `json:"blocked-uri"`
		} `json:"csp-report"`
	}
	if err := json.NewDecoder(io.LimitReader(q.Body, maxBreach)).Decode(&said); err != nil {
		return errs.Wrap(errs.Invalid, "This is not a report about a Content-Security-Policy.", err)
	}
	r := said.Report
	directive, _, _ := strings.Cut(firstOf(r.Effective, r.Violated), " ")
	if !slices.Contains(directives, directive) {
		directive = "other"
	}
	if s.config.Breach != nil {
		s.config.Breach(directive)
	}
	s.Log.WarnContext(q.Context(), "a page was held back by its policy", "route", s.routeOf(r.Page), "directive", directive, "blocked", s.blocked(r.Blocked))
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// directives are the parts of a policy that a report can be about.
var directives = []string{"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "img-src", "media-src", "font-src",
	"connect-src", "frame-src", "worker-src", "manifest-src", "object-src", "form-action", "frame-ancestors", "base-uri"}

// blocked is what kind of thing was not let through: never an address.
func (s *Site) blocked(what string) string {
	u, err := url.Parse(what)
	switch {
	case slices.Contains([]string{"inline", "eval", "wasm-eval", "data", "blob"}, what):
		return what
	case err != nil:
		return "other"
	case strings.HasSuffix(u.Scheme, "-extension"): // not of our making: something that the reader has installed
		return "extension"
	case u.Host == s.host:
		return "own"
	case u.Host != "":
		return "elsewhere"
	}
	return "other"
}

// routeOf is the route of one of our pages, by its address.
func (s *Site) routeOf(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host != s.host {
		return "other"
	}
	m, found := chi.NewMux(), chi.NewRouteContext()
	for _, r := range s.router.routes {
		m.Method(r.method, r.path, http.NotFoundHandler())
	}
	if !m.Match(found, http.MethodGet, u.EscapedPath()) {
		return "none"
	}
	return found.RoutePattern()
}
