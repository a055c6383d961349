// Package tlog hands the log of evidence out to whoever asks, and has it
// witnessed: C2SP tlog-tiles (https://c2sp.org/tlog-tiles) and tlog-witness
// (https://c2sp.org/tlog-witness), below /evidence.
package tlog

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/sealing"
)

// Server answers.
type Server struct {
	Sealing *sealing.Service
	Log     *slog.Logger
}

// A Route is a method and path with who may call it.
type Route struct{ Method, Path, Who string }

const (
	checkpointPath = "/evidence/checkpoint"
	keyPath        = "/evidence/key"
	tilePath       = "/evidence/tile/*"
	addPath        = "/evidence/witness/add-checkpoint"
)

// RoutesList is every route of the package.
func RoutesList() []Route {
	return []Route{{http.MethodGet, checkpointPath, "anyone"}, {http.MethodGet, keyPath, "anyone"}, {http.MethodGet, tilePath, "anyone"}, {http.MethodGet, stampedPath, "anyone"}, {http.MethodGet, stampPath, "anyone"}, {http.MethodPost, addPath, "a log that is watched here"}}
}

// Routes adds them to r.
func (s *Server) Routes(r chi.Router) {
	r.Get(checkpointPath, s.checkpoint)
	r.Get(keyPath, s.key)
	r.Get(tilePath, s.tile)
	r.Get(stampedPath, s.stamped)
	r.Get(stampPath, s.stamp)
	r.Post(addPath, s.add)
}

const (
	// Newer checkpoints come every few seconds, tiles never change.
	soon    = "public, max-age=2"
	forGood = "public, max-age=31536000, immutable"
)

func (s *Server) answer(w http.ResponseWriter, kind, cache string, body []byte, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("Access-Control-Allow-Origin", "*") // pages that verify may stand anywhere
	w.Write(body)
}

func (s *Server) fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch errs.KindOf(err) {
	case errs.NotFound:
		status = http.StatusNotFound
	case errs.Invalid:
		status = http.StatusBadRequest
	case errs.Conflict:
		status = http.StatusUnprocessableEntity
	case errs.Forbidden:
		status = http.StatusForbidden
	case errs.Unavailable:
		status = http.StatusServiceUnavailable
	default:
		s.Log.Error("the log of evidence cannot be read", "err", err)
	}
	words := errs.Public(err)
	if words == "" {
		words = http.StatusText(status)
	}
	http.Error(w, words, status)
}

func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request) {
	text, err := s.Sealing.Checkpoint(r.Context())
	s.answer(w, "text/plain; charset=utf-8", soon, []byte(text), err)
}

func (s *Server) key(w http.ResponseWriter, r *http.Request) {
	public, err := s.Sealing.Public(r.Context())
	s.answer(w, "text/plain; charset=utf-8", soon, []byte(public+"\n"), err)
}

func (s *Server) tile(w http.ResponseWriter, r *http.Request) {
	level, n, width, ok := parse(chi.URLParam(r, "*"))
	if !ok {
		s.fail(w, errs.New(errs.NotFound, "There is no such tile."))
		return
	}
	if level == entries {
		data, err := s.Sealing.Entries(r.Context(), n, width)
		s.answer(w, "application/octet-stream", forGood, data, err)
		return
	}
	data, err := s.Sealing.Tile(r.Context(), level, n, width)
	s.answer(w, "application/octet-stream", forGood, data, err)
}

// entries is the level at which the leaves themselves are.
const entries = -1

const fullTile = 256

// parse reads <level>/<number>[.p/<width>], of which the number is in groups of
// three digits: x001/x234/067.
func parse(path string) (level int, n int64, width int, ok bool) {
	first, rest, ok := strings.Cut(path, "/")
	if !ok {
		return 0, 0, 0, false
	}
	if level = entries; first != "entries" {
		var err error
		if level, err = strconv.Atoi(first); err != nil || level < 0 || level > 63 || strconv.Itoa(level) != first {
			return 0, 0, 0, false
		}
	}
	width = fullTile
	if number, partial, is := strings.Cut(rest, ".p/"); is {
		var err error
		if width, err = strconv.Atoi(partial); err != nil || width < 1 || width >= fullTile || strconv.Itoa(width) != partial {
			return 0, 0, 0, false
		}
		rest = number
	}
	groups := strings.Split(rest, "/")
	if len(groups) > 5 {
		return 0, 0, 0, false
	}
	for i, g := range groups {
		g, x := strings.CutPrefix(g, "x")
		d, err := strconv.ParseUint(g, 10, 16)
		if err != nil || len(g) != 3 || x != (i < len(groups)-1) {
			return 0, 0, 0, false
		}
		n = n*1000 + int64(d)
	}
	return level, n, width, path == format(level, n, width)
}

// format is the path of a tile; there is one for each.
func format(level int, n int64, width int) string {
	number := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	first := "entries"
	if level != entries {
		first = strconv.Itoa(level)
	}
	if width == fullTile {
		return first + "/" + number
	}
	return fmt.Sprintf("%s/%s.p/%d", first, number, width)
}
