// Package serve shows what is ours to other servers: people, posts and lists as
// documents of ActivityPub, and what happened here in their words. Who may see
// what is decided where it is for everybody, in core/view; here a reader is
// whoever signed the request.
package serve

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Config is what documents must know of the house.
type Config struct {
	HandleHost string                   // what follows the second @ in our people's addresses
	SignedOnly bool                     // nothing is shown to who does not sign, but what it takes to check our signatures
	File       func(name string) string // the address of a picture
}

// A Verifier finds out who signed a request. Unauthenticated is the error of a
// signature that proves nothing, Forbidden that of somebody from where nobody
// is answered.
type Verifier interface {
	Verify(r *http.Request) (social.AccountID, error)
}

// Services is who answers.
type Services struct {
	View       *view.View
	Timelines  *timelines.Service
	Relations  *relations.Service
	Tags       *tags.Service
	Emojis     *emojis.Service
	Moderation *moderation.Service
	Keys       *federation.Keys
	Verifier   Verifier // nil believes nobody
	Limiter    *limit.Limiter
	Log        *slog.Logger
	// Followers are those of an account of ours on the server of an address.
	Followers func(ctx context.Context, of social.AccountID, at string) ([]string, error)
}

// A scribe writes documents.
type scribe struct {
	Config
	Services
}

// Server answers other servers.
type Server struct {
	scribe
	routes []route
}

// limitDocuments is for each address: a server that catches up with one of our
// people asks for a page of posts, and for who wrote what they answer.
var limitDocuments = limit.Rule{Name: "documents", Burst: 1500, Per: 5 * time.Minute}

// A Route is one kind of document.
type Route struct{ Method, Path, Who, Limit string }

type route struct {
	path   string
	do     handler
	page   func(q *ask) string // what a browser is shown instead
	signed bool                // shown to nobody else
	open   bool                // also where all else is for those who sign only
	// blind is for what is shown without a look at who asks: another server asks
	// who the house is to check what the house signed, so the house does not ask
	// back who that is, or they would never end.
	blind bool
}

// New returns a Server.
func New(c Config, s Services) *Server {
	v := &Server{scribe: scribe{c, s}}
	v.routes = []route{
		{path: "/ap/actor", do: v.houseActor, page: v.aboutPage, open: true, blind: true},
		{path: "/ap/users/{account}", do: v.person, page: v.personPage(""), open: true},
		{path: "/ap/users/{account}/outbox", do: v.outbox, page: v.personPage("")},
		{path: "/ap/users/{account}/followers", do: v.people(social.EdgesFollowers), page: v.personPage("/followers")},
		{path: "/ap/users/{account}" + followersHere, do: v.synchronization, page: v.personPage("/followers"), signed: true},
		{path: "/ap/users/{account}/following", do: v.people(social.EdgesFollowing), page: v.personPage("/following")},
		{path: "/ap/users/{account}/featured", do: v.featured, page: v.personPage("")},
		{path: "/ap/users/{account}/tags", do: v.featuredTags, page: v.personPage("")},
		{path: "/ap/posts/{post}", do: v.post, page: v.postPage("post")},
		{path: "/ap/posts/{post}/activity", do: v.came, page: v.postPage("post")},
		{path: "/ap/posts/{post}/replies", do: v.replies, page: v.postPage("post")},
		{path: "/ap/posts/{post}/likes", do: v.likes, page: v.postPage("post")},
		{path: "/ap/posts/{post}/shares", do: v.shares, page: v.postPage("post")},
		{path: "/ap/threads/{thread}", do: v.thread, page: v.postPage("thread")},
		{path: "/ap/quotes/{quoting}", do: v.quoteStamp, page: v.postPage("quoting")},
		{path: "/ap/replies/{reply}", do: v.replyStamp, page: v.postPage("reply")},
	}
	return v
}

// RoutesList tells every document and who may ask for it.
func (s *Server) RoutesList() (out []Route) {
	for _, r := range s.routes {
		who := "anyone"
		if r.signed {
			who = "other servers, by signature"
		}
		out = append(out, Route{http.MethodGet, r.path, who, limitDocuments.Name})
	}
	return out
}

// Routes serves the documents.
func (s *Server) Routes(r chi.Router) {
	for _, e := range s.routes {
		h := s.serve(e)
		r.Method(http.MethodGet, e.path, h)
		r.Method(http.MethodHead, e.path, h)
	}
}
