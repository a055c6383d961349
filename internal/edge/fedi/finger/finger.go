// Package finger is how servers find each other's people and learn what runs
// there: WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo. Server
// answers for our own, Client asks others. What an account or a post is, is
// said in other packages: here are only addresses.
//
// Everything is JSON. The one XML document is the host-meta we serve to those
// who still look there; what others have in XML is not read.
package finger

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/core/view"
)

// Server answers for our people and for the house.
type Server struct {
	HandleHost string // what follows the second @ in the addresses of our people
	Version    string // of the program
	Source     string // where its source is
	View       *view.View
	Instance   *instance.Service
	File       func(name string) string // the address of a picture
	Log        *slog.Logger
	// MirrorKey is the public key of the house's mirrors; empty if it has none.
	MirrorKey func(ctx context.Context) (string, error)
}

// Where things are. Some look for the last two without being told.
const (
	fingerPath   = "/.well-known/webfinger"
	metaPath     = "/.well-known/host-meta"
	metaJSONPath = "/.well-known/host-meta.json"
	nodePath     = "/.well-known/nodeinfo"
	node20Path   = "/nodeinfo/2.0"
	node21Path   = "/nodeinfo/2.1"
)

// A Route is a method and path with who may call it.
type Route struct{ Method, Path, Who string }

// RoutesList is every route of the package.
func RoutesList() (out []Route) {
	for _, path := range []string{fingerPath, metaPath, metaJSONPath, nodePath, node20Path, node21Path} {
		out = append(out, Route{http.MethodGet, path, "anyone"})
	}
	return out
}

// Routes adds them to r.
func (s *Server) Routes(r chi.Router) {
	for path, h := range map[string]http.HandlerFunc{
		fingerPath: s.finger, metaPath: s.meta, metaJSONPath: s.metaJSON,
		nodePath: s.nodes, node20Path: s.node("2.0"), node21Path: s.node("2.1"),
	} {
		r.Get(path, h)
		r.Head(path, h)
	}
}

// How long an answer may be kept by who asked, in seconds. What is not there
// may soon be: others ask again and again for what they were told of.
const (
	keepAnswer = 60 * 60
	keepFault  = 3 * 60
)

// answer sends v as JSON of a kind.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, kind string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	send(w, http.StatusOK, kind, keepAnswer, b)
}

func send(w http.ResponseWriter, code int, kind string, keep int, b []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(keep))
	h.Set("Access-Control-Allow-Origin", "*") // RFC 7033, section 5
	w.WriteHeader(code)
	w.Write(b)
}

// status is how a kind sounds in HTTP.
var status = map[errs.Kind]int{errs.Invalid: http.StatusBadRequest, errs.NotFound: http.StatusNotFound, errs.Gone: http.StatusGone,
	errs.Unavailable: http.StatusServiceUnavailable}

// fail answers with a sentence.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	code, sentence := status[errs.KindOf(err)], errs.Public(err)
	if r.Context().Err() != nil {
		return // nobody is there to be answered
	}
	if code == 0 {
		s.Log.ErrorContext(r.Context(), "finger", "path", r.URL.Path, "err", err)
		code, sentence = http.StatusInternalServerError, "Something went wrong on our side. Try again in a moment."
	}
	b, _ := json.Marshal(map[string]string{"error": sentence})
	keep := keepFault
	if code >= http.StatusInternalServerError {
		keep = 0
	}
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter))
	}
	send(w, code, "application/json; charset=utf-8", keep, b)
}
