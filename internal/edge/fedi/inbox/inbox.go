// Package inbox is where other servers bring what happened there. What comes is
// bounded, its signature and who made it are checked, and it is kept before it
// is acknowledged; then a job applies it. What each activity does is in one
// table, see verbs.go: the same commands that people here use.
//
// Nothing is taken from a third hand: what somebody passes on is asked for at
// its own server. There are no signatures within documents.
package inbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/polls"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/relays"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

// A Resolver knows, and asks other servers for, what is at addresses. Errors
// are NotFound or Gone for what is not there, Invalid or Forbidden for what
// will never do, Limited or Unavailable for what may later.
type Resolver interface {
	KnownKey(ctx context.Context, address string) (sign.Key, social.Account, error)
	KeyOwner(ctx context.Context, address string) (sign.Key, social.Account, error)
	KeyAgain(ctx context.Context, address string) (sign.Key, social.Account, error)
	Actor(ctx context.Context, uri string, anew bool) (social.Account, error)
	Post(ctx context.Context, uri string) (social.PostID, error)
	Relayed(ctx context.Context, uri string) (social.PostID, error)
	Take(ctx context.Context, n as2.Note) (social.PostID, error)
	Revise(ctx context.Context, n as2.Note) error
	Again(ctx context.Context, uri string) error
	// Activity is what somebody did, as their own server tells it.
	Activity(ctx context.Context, id string) (as2.Activity, error)
	IsGone(ctx context.Context, uri string) (bool, error)
	Stamp(ctx context.Context, address, by, quoting, quoted string) error
	ReplyStamp(ctx context.Context, address, by, reply, to string) error
	Members(ctx context.Context, address string, limit int) ([]string, error)
}

// A Limiter counts how often a host brings something.
type Limiter interface {
	Take(rule limit.Rule, key string) limit.State
}

// Config is what an Inbox needs.
type Config struct {
	Base    view.Names
	Rules   as2.Rules
	Own     func(host string) bool
	Refused func(ctx context.Context, host string) (bool, error) // whether nothing is taken from a host
	Clock   clock.Clock
	Limiter Limiter
	Log     *slog.Logger

	Resolver   Resolver
	Arrivals   *federation.Arrivals
	View       *view.View
	Accounts   *accounts.Service
	Posts      *posts.Service
	Relations  *relations.Service
	Polls      *polls.Service
	Moderation *moderation.Service
	Federation *federation.Service
	Relays     *relays.Service
}

// Limits of what comes.
const (
	MaxBody = as2.MaxBytes
	// MaxKeysAsked is how many requests may wait at once for a key that is not
	// known: others' servers may be slow.
	MaxKeysAsked = 16
	keyWait      = 10 * time.Second
	bodyWait     = 20 * time.Second
)

// How often one host, by its key, and one network, before that is known, may
// bring something.
var (
	perHost  = limit.Rule{Name: "inbox host", Burst: 6000, Per: 5 * time.Minute}
	perPlace = limit.Rule{Name: "inbox place", Burst: 9000, Per: 5 * time.Minute}
	perKey   = limit.Rule{Name: "inbox key", Burst: 300, Per: 5 * time.Minute}
	// A host makes up as many people as it likes, each of whom reports something else:
	// people have to look at all of it.
	perFlags = limit.Rule{Name: "reports of a host", Burst: MaxFlags, Per: time.Hour}
)

// MaxFlags is how much one host may report in an hour.
const MaxFlags = 100

// Inbox takes what comes.
type Inbox struct {
	Config
	asking chan struct{}
	turns  turns
	seen   seen
}

// New returns an Inbox.
func New(c Config) *Inbox {
	return &Inbox{Config: c, asking: make(chan struct{}, MaxKeysAsked), turns: newTurns(), seen: seen{all: map[[sha256.Size]byte]time.Time{}}}
}

// A Route is a method and path with who may call it.
type Route struct{ Method, Path, Who string }

const (
	ownPath    = "/ap/users/{id}/inbox"
	sharedPath = "/ap/inbox"
)

// RoutesList is every route of the package.
func RoutesList() []Route {
	return []Route{{http.MethodPost, ownPath, "other servers, by signature"}, {http.MethodPost, sharedPath, "other servers, by signature"}}
}

// Routes adds them to r.
func (s *Inbox) Routes(r chi.Router) {
	r.Post(ownPath, s.serve)
	r.Post(sharedPath, s.serve)
}

func (s *Inbox) serve(w http.ResponseWriter, r *http.Request) {
	err := s.take(w, r)
	if err == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	code := status[errs.KindOf(err)]
	switch {
	case r.Context().Err() != nil:
		return // nobody is there to be answered
	case errors.Is(err, errTooLarge):
		code = http.StatusRequestEntityTooLarge
	case errors.Is(err, errType):
		code = http.StatusUnsupportedMediaType
	case code == 0:
		s.Log.ErrorContext(r.Context(), "inbox", "err", err)
		code = http.StatusInternalServerError
	}
	s.Log.DebugContext(r.Context(), "turned away at the inbox", "status", code, "reason", string(sign.ReasonOf(err)), "err", err)
	if code == http.StatusServiceUnavailable || code == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	if errors.Is(err, errNotWelcome) {
		w.WriteHeader(code) // and not a word more
		return
	}
	http.Error(w, errs.Public(err), code)
}

// status is how a kind sounds in HTTP.
var status = map[errs.Kind]int{errs.Invalid: http.StatusBadRequest, errs.Unauthenticated: http.StatusUnauthorized, errs.Forbidden: http.StatusForbidden,
	errs.NotFound: http.StatusNotFound, errs.Gone: http.StatusGone, errs.Limited: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable}

var (
	errTooLarge   = errs.Newf(errs.Invalid, "An activity has at most %d bytes.", MaxBody)
	errType       = errs.New(errs.Invalid, "Send application/activity+json.")
	errNotWelcome = errs.New(errs.Forbidden, "")
	errOften      = errs.New(errs.Limited, "This is too much at once. Send it later.")
	errNobody     = errs.New(errs.NotFound, "There is nobody with this inbox.")
	errForeign    = errs.New(errs.Forbidden, "Only who acts may sign this.")
)

// take checks what came and keeps it.
func (s *Inbox) take(w http.ResponseWriter, r *http.Request) error {
	if !s.Limiter.Take(perPlace, r.RemoteAddr[:max(0, strings.LastIndexByte(r.RemoteAddr, ':'))]).OK {
		return errOften
	}
	body, err := s.body(w, r)
	if err != nil {
		return err
	}
	claim, err := sign.Parse(r, body, s.names(), s.Clock())
	if err != nil {
		return err
	}
	a, err := s.activity(body)
	if err != nil || a.Type == "" {
		return err
	}
	if err := s.inbox(r); err != nil {
		return err
	}
	if err := s.welcome(r.Context(), a.Actor); err != nil {
		return err
	}
	if done, err := s.farewell(r.Context(), a); done || err != nil {
		return err
	}
	signer, claim, err := s.signer(r.Context(), claim)
	if err != nil {
		return err
	}
	_, err = s.Relays.Accepted(r.Context(), signer.URI)
	relay := err == nil
	if errs.Absent(err) != nil {
		return err
	}
	if signer.URI != a.Actor && !passable[a.Type] {
		if relay { // they do not choose, and there is no harm in it
			return nil
		}
		return errForeign
	}
	host := as2.Host(signer.URI)
	if s.often(host, a.Type) {
		return errOften
	}
	if s.seen.before(claim.Sum(), s.Clock()) {
		return nil
	}
	err = s.Arrivals.Keep(r.Context(), host, federation.Arrival{Signer: signer.ID, Body: string(body), Relay: relay, Synchronization: s.synchronization(r, claim)})
	if err != nil {
		s.seen.forget(claim.Sum())
	}
	return err
}

// often reports whether a host brings more than is taken from one, of all or of a
// kind.
func (s *Inbox) often(host, kind string) bool {
	return !s.Limiter.Take(perHost, host).OK || kind == "Flag" && !s.Limiter.Take(perFlags, host).OK
}

// names are all addresses that a request may be for.
func (s *Inbox) names() (out []string) {
	for _, b := range s.Base.All() {
		out = append(out, string(b))
	}
	return out
}

// passable is what others may bring than who did it: replies are passed on to
// those who follow the thread. It is asked for at its own server then.
var passable = map[string]bool{"Create": true, "Update": true, "Delete": true}

func (s *Inbox) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if !as2.IsActivity(r.Header.Get("Content-Type")) {
		return nil, errType
	}
	if r.ContentLength > MaxBody {
		return nil, errTooLarge
	}
	// A server that drips its body holds one goroutine, and not for long.
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWait)) // not all can, and then the server's own deadline holds
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, errTooLarge
	} else if err != nil {
		return nil, errs.Wrap(errs.Invalid, "The request broke off.", err)
	}
	return b, nil
}

// activity reads what came. What is of a kind that means nothing to us is
// empty.
func (s *Inbox) activity(body []byte) (a as2.Activity, err error) {
	d, err := s.Rules.Parse(body)
	if err != nil || d.Kind() != as2.AnActivity {
		return a, err
	}
	return d.Activity()
}

// inbox refuses what was sent to nobody's.
func (s *Inbox) inbox(r *http.Request) error {
	number := chi.URLParam(r, "id")
	if number == "" {
		return nil
	}
	n, _ := id.Parse(number)
	f, err := s.View.Face(r.Context(), social.AccountID(n))
	if err == nil && (!f.Local() || f.Standing == social.Pending) || errs.KindOf(err) == errs.NotFound && err != nil {
		return errNobody
	}
	return err
}

// welcome refuses a host from which nothing is taken, without a word.
func (s *Inbox) welcome(ctx context.Context, uri string) error {
	host := as2.Host(uri)
	if host == "" || s.Own(host) {
		return errNotWelcome
	}
	if no, err := s.Refused(ctx, host); err != nil {
		return err
	} else if no {
		return errNotWelcome
	}
	return nil
}

// farewell tells whether a is the end of somebody who was never heard of here.
// Most such farewells are, and nobody could prove one any more.
func (s *Inbox) farewell(ctx context.Context, a as2.Activity) (bool, error) {
	if a.Type != "Delete" || a.Object.ID() != a.Actor {
		return false, nil
	}
	_, err := s.Accounts.Lookup(ctx, a.Actor)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return true, nil
	}
	return false, err
}
