// Package mastoapi speaks the client API of Mastodon, so that its apps work
// here: https://docs.joinmastodon.org/client/. It translates; what may be
// done and seen is decided by the core.
package mastoapi

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/badges"
	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/exports"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/core/links"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/polls"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Config is what the API tells about the house.
type Config struct {
	BaseURL string // without a slash at the end
	Host    string // what follows the second @ in addresses
	Version string // of Plaza
	MaxText int    // characters of a post
	Clock   func() time.Time
	File    func(name string) (url string) // of the blob store
	// What can be attached: MIME types, bytes and pixels of a picture.
	Types     []string
	MaxImage  int
	MaxVideo  int64 // bytes
	MaxMatrix int   // pixels of a video
	MaxFrames int   // of a video, a second
	MaxPixels int
	Others    []Route // of the client API that others serve: streams, OAuth
	// Reads is told of each parameter that a route looks for; nil but for tests.
	Reads func(r Route, name string)
}

// Blobs keeps pictures.
type Blobs interface {
	// Put stores a picture of a kind ("avatar" or "header") and names it.
	Put(ctx context.Context, of social.AccountID, kind string, r io.Reader) (name string, err error)
}

// Services are those of the core that the API asks.
type Services struct {
	Auth        *auth.Service
	Accounts    *accounts.Service
	Instance    *instance.Service
	View        *view.View
	Timelines   *timelines.Service
	Reach       *reach.Service
	Posts       *posts.Service
	Relations   *relations.Service
	Lists       *lists.Service
	Threads     *threads.Service
	Badges      *badges.Service
	Notices     *notices.Service
	Media       *media.Service
	Polls       *polls.Service
	Discover    *discover.Service
	Filters     *filters.Service
	Tags        *tags.Service
	Emojis      *emojis.Service
	Search      *search.Service
	Imports     *imports.Service
	Exports     *exports.Service
	Push        *push.Service
	Hosts       *hosts.Service
	Screen      *screen.Service
	Blobs       Blobs
	Links       *links.Service
	Limiter     *limit.Limiter
	Log         *slog.Logger
	Collections *collections.Service

	Announcements *announcements.Service
	Conversations *conversations.Service
	Moderation    *moderation.Service
	Sealing       *sealing.Service
	Measures      *measures.Service
}

// API serves it.
type API struct {
	Config
	Services
	routes []Route
	render renderer

	described   sync.Once
	description raw // of itself
}

// New returns an API.
func New(c Config, s Services) *API {
	a := &API{Config: c, Services: s}
	a.render = renderer{base: c.BaseURL, media: c.File, view: s.View, emojis: s.Emojis, now: c.Clock, downvotes: func() bool { return s.Instance.Settings().Downvotes }}
	for _, add := range []func(*API){
		(*API).appRoutes,
		(*API).accountRoutes,
		(*API).relationRoutes,
		(*API).statusRoutes,
		(*API).timelineRoutes,
		(*API).cardRoutes,
		(*API).oembedRoutes,
		(*API).notificationRoutes,
		(*API).groupRoutes,
		(*API).policyRoutes,
		(*API).conversationRoutes,
		(*API).listRoutes,
		(*API).threadRoutes, (*API).nameRoutes,
		(*API).searchRoutes,
		(*API).instanceRoutes,
		(*API).emojiRoutes,
		(*API).importRoutes,
		(*API).houseRoutes,
		(*API).profileRoutes, (*API).movingRoutes,
		(*API).offRoutes,
		(*API).mediaRoutes,
		(*API).pollRoutes,
		(*API).reactionRoutes, (*API).reachRoutes,
		(*API).pushRoutes,
		(*API).scheduledRoutes,
		(*API).discoverRoutes,
		(*API).documentRoutes,
		(*API).filterRoutes,
		(*API).oldFilterRoutes,
		(*API).tagRoutes,
		(*API).shutRoutes,
		(*API).collectionRoutes,
		(*API).hostRoutes,
		(*API).screenRoutes,
		(*API).measureRoutes,
		(*API).reviewRoutes,
		(*API).quoteRoutes,
		(*API).replyRoutes,
		(*API).announcementRoutes,
		(*API).reportRoutes,
		(*API).adminAccountRoutes,
	} {
		add(a)
	}
	return a
}

// Who says who may call a route.
type Who string

// Anyone may carry a token or not; App is any token, also one without a
// person; Member is a token of a person; Moderator and Admin one of somebody
// with that role or a higher one.
const (
	Anyone    Who = "anyone"
	App       Who = "app"
	Member    Who = "member"
	Moderator Who = "moderator"
	Admin     Who = "admin"
)

// role is the least that a person must be to call a route for w.
func (w Who) role() social.Role {
	switch w {
	case Moderator:
		return social.Moderator
	case Admin:
		return social.Admin
	}
	return social.Member
}

// personal reports whether a route for w is for people only.
func (w Who) personal() bool { return w != Anyone && w != App }

// A Route is a method and path with who may call it.
type Route struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Who    Who    `json:"who"`
	Scope  string `json:"scope,omitempty"` // that a token needs
	Limit  string `json:"limit,omitempty"` // a further limit than that of all routes
	Off    string `json:"off,omitempty"`   // why the feature is not here, and the answer says so
	do     func(*request) (any, error)
	rule   *limit.Rule
	body   int64 // bytes of a multipart form; zero for MaxUpload
	// streams is for routes that read the body themselves.
	streams bool
}

// need is who may call a route, and with which scope.
type need struct {
	who   Who
	scope string
}

func anyone(scope string) need { return need{Anyone, scope} }
func app(scope string) need    { return need{App, scope} }
func member(scope string) need { return need{Member, scope} }

// staff is a route for those who look after the house: Moderator or Admin.
func staff(who Who, scope string) need { return need{who, scope} }

// do adds a route: "GET /api/v1/…". PUT stands for PATCH too, and PATCH for
// PUT: clients mix them up.
func (a *API) do(route string, n need, h func(*request) (any, error), rules ...*limit.Rule) {
	method, path, _ := strings.Cut(route, " ")
	if somebody.MatchString(path) {
		h = a.aboutSomebody(h)
	}
	r := Route{Method: method, Path: path, Who: n.who, Scope: n.scope, do: h}
	if len(rules) > 0 {
		r.rule, r.Limit = rules[0], rules[0].Name
	}
	a.routes = append(a.routes, r)
	if other := map[string]string{"PUT": "PATCH", "PATCH": "PUT"}[method]; other != "" {
		r.Method = other
		a.routes = append(a.routes, r)
	}
}

// RoutesList is every route there is.
func (a *API) RoutesList() []Route { return a.routes }

// Routes adds them to r.
func (a *API) Routes(r chi.Router) {
	for _, route := range a.routes {
		r.Method(route.Method, route.Path, a.handler(route))
	}
	r.Get("/avatar.png", a.picture("avatar.png"))
	r.Get("/header.png", a.picture("header.png"))
}

// NotFound answers calls of routes that are not here, quickly: apps probe.
func (a *API) NotFound(w http.ResponseWriter, _ *http.Request) {
	writeError(w, http.StatusNotFound, "Record not found", nil)
}

// MethodNotAllowed answers calls of routes in a way that is not here.
func (a *API) MethodNotAllowed(w http.ResponseWriter, _ *http.Request) {
	writeError(w, http.StatusMethodNotAllowed, "This method is not allowed here.", nil)
}

// The limits of all calls, by account and for strangers by address; and those
// of what costs others something. Mastodon's numbers, so that its apps do not
// meet new ones: https://docs.joinmastodon.org/api/rate-limits/
var (
	limitMember   = limit.Rule{Name: "api", Burst: 1500, Per: fiveMinutes}
	limitStranger = limit.Rule{Name: "api-stranger", Burst: 300, Per: fiveMinutes}
	limitPost     = limit.Rule{Name: "post", Burst: 300, Per: 3 * hour}
	limitDelete   = limit.Rule{Name: "delete", Burst: 30, Per: halfHour}
	limitMedia    = limit.Rule{Name: "media", Burst: 30, Per: halfHour}
	limitPicture  = limit.Rule{Name: "picture", Burst: 30, Per: halfHour}
	limitFollow   = limit.Rule{Name: "follow", Burst: 400, Per: 24 * hour}
	limitTrends   = limit.Rule{Name: "trends", Burst: 12, Per: halfHour} // the data that they are counted from
	limitSignUp   = limit.Rule{Name: "sign-up", Burst: 5, Per: halfHour}
	limitApp      = limit.Rule{Name: "app", Burst: 60, Per: halfHour}
	limitSearch   = limit.Rule{Name: "search", Burst: 60, Per: fiveMinutes}
	limitReport   = limit.Rule{Name: "report", Burst: 30, Per: 6 * hour}
	limitMove     = limit.Rule{Name: "move", Burst: 30, Per: halfHour}
	limitPush     = limit.Rule{Name: "push", Burst: 60, Per: halfHour}
)

// handler runs a route: who is it, may they, is it not too much, do it.
func (a *API) handler(route Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r, w: w, api: a, route: route}
		defer q.clean()
		out, err := a.run(q, route)
		if err != nil {
			a.fail(q, err)
			return
		}
		q.answer(out)
	}
}

func (a *API) run(q *request, route Route) (any, error) {
	denied := a.identify(q, route)
	if denied != nil {
		route.rule = nil // it is not done, and so counts as a call only
	}
	if err := a.restrain(q, route); err != nil {
		return nil, err
	}
	if denied != nil {
		return nil, denied
	}
	if route.body > 0 {
		q.most = route.body
		http.NewResponseController(q.w).SetReadDeadline(time.Now().Add(importWait)) // where it cannot be set, the usual one holds
	}
	if !route.streams {
		if err := q.parse(); err != nil {
			return nil, err
		}
	}
	return route.do(q)
}

// identify finds out who asks and whether they may call the route.
func (a *API) identify(q *request, route Route) error {
	token := tokenOf(q.Request)
	if token == "" {
		if route.Who == Anyone {
			return nil
		}
		return errToken
	}
	by, err := a.Auth.ByToken(q.Context(), token)
	if errs.KindOf(err) == errs.Unauthenticated && err != nil && route.Who == Anyone && route.Scope == "" {
		return nil // an app whose token has ended asks these to begin anew
	}
	if err != nil {
		return err
	}
	q.By = by
	switch {
	case route.Who.personal() && !by.SignedIn():
		return errNoPerson
	case route.Scope != "" && !by.Scopes.Allow(route.Scope):
		return errScope
	case route.Who.personal() && by.Standing == social.Suspended:
		return by.MustAct()
	case route.Who.personal() && by.Standing == social.Pending && !route.pending():
		return errPending
	case !by.Role.AtLeast(route.Who.role()):
		return errRole
	}
	return nil
}

// pending reports whether somebody not yet let in may call r.
func (r Route) pending() bool { return strings.HasPrefix(r.Path, "/api/v1/emails/") }

// tokenOf is the token in a request's header or query.
func tokenOf(r *http.Request) string {
	if h := r.Header.Get("Authorization"); len(h) > 7 && strings.EqualFold(h[:7], "bearer ") {
		return strings.TrimSpace(h[7:])
	}
	if r.URL.RawQuery == "" {
		return ""
	}
	return r.URL.Query().Get("access_token")
}
