package mirror

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// types are the kinds of files that mirrors have. What is of no known kind is
// bytes: no browser is to guess.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".atom": "application/atom+xml; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".webp": "image/webp", ".gif": "image/gif", ".avif": "image/avif", ".mp4": "video/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
	".m4a": "audio/mp4", ".flac": "audio/flac", ".wav": "audio/wav", ".pub": "text/plain; charset=utf-8", "": "text/plain; charset=utf-8", ".json": "application/json",
}

// Served is as what a web host shows a file, and for how long readers may keep
// it. What was deleted is not to be shown for long: nothing is kept for days.
func Served(key string) (kind, caching string) {
	kind, ok := types[strings.ToLower(path.Ext(key))]
	if !ok {
		kind = "application/octet-stream"
	}
	switch {
	case besides(key):
		return kind, "no-cache" // whoever verifies wants them as they are
	case strings.HasPrefix(key, "media/"):
		return kind, "public, max-age=3600"
	}
	return kind, "public, max-age=60"
}

// policy is what a browser may do with a page of a mirror, whoever made it.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// Handler serves a mirror that lies at a place. Folders are not listed. r, if it is
// not nil, says what came of verifying it: nothing else is served then, and each
// file only as it was signed.
func Handler(p Place, r *Report) http.Handler {
	s := newShelf(p, r)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This is a copy for reading only.", http.StatusMethodNotAllowed)
			return
		}
		if to := movedTo(r, s); to != "" {
			http.Redirect(w, r, to+r.URL.EscapedPath(), http.StatusMovedPermanently)
			return
		}
		key := strings.TrimPrefix(r.URL.Path, "/")
		if key == "" || strings.HasSuffix(key, "/") {
			key += "index.html"
		}
		f, err := s.open(r.Context(), key)
		if errors.Is(err, fs.ErrNotExist) && path.Ext(key) == "" {
			if folder, err := s.open(r.Context(), key+"/index.html"); err == nil {
				folder.Close() // its links are relative: they need the slash
				http.Redirect(w, r, "/"+escape(key)+"/", http.StatusMovedPermanently)
				return
			}
		}
		switch {
		case errors.Is(err, errChanged):
			http.Error(w, "This page is not as it was signed, and is not shown.", http.StatusServiceUnavailable)
			return
		case err != nil:
			missing(w, r, s)
			return
		}
		defer f.Close()
		send(w, r, http.StatusOK, key, f)
	})
}

// maxMoved is how long what tells where a house went may be.
const maxMoved = 16 << 10

// A Moved tells where a house is that was called by other hosts before.
type Moved struct {
	From []string `json:"from"`
	To   string   `json:"to"`
}

// movedTo is where who asks for a house that has moved by its old name is to be
// led; empty for everybody else.
func movedTo(r *http.Request, s *shelf) string {
	f, err := s.checked(r.Context(), s.signed.Load(), MovedPage[1:]) // that of now: this is asked for with each page
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMoved))
	var m Moved
	if err != nil || json.Unmarshal(b, &m) != nil || !slices.Contains(m.From, strings.ToLower(r.Host)) || !strings.HasPrefix(m.To, "http") {
		return ""
	}
	return m.To
}

func missing(w http.ResponseWriter, r *http.Request, s *shelf) {
	f, err := s.open(r.Context(), "404.html")
	if err != nil {
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	defer f.Close()
	send(w, r, http.StatusNotFound, "404.html", f)
}

func send(w http.ResponseWriter, r *http.Request, status int, key string, f io.Reader) {
	kind, caching := Served(key)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", policy)
	if strings.HasPrefix(key, "media/") {
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", caching)
	if s, ok := f.(io.ReadSeeker); ok && status == http.StatusOK { // parts of videos
		http.ServeContent(w, r, "", time.Time{}, s)
		return
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		io.Copy(w, f) // a reader who went away needs no answer
	}
}
