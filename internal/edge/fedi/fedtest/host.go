package fedtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// M is a JSON object.
type M = map[string]any

// Kind is the type of ActivityPub's documents.
const Kind = "application/activity+json"

// A Host is another server.
type Host struct {
	Name  string
	world *World

	mu     sync.Mutex
	pages  map[string]http.HandlerFunc
	actors map[string]*Actor // by name, for WebFinger
	asked  []Asked
	any    http.HandlerFunc
	whole  http.Handler
}

// An Asked is a request that a host got.
type Asked struct {
	Method, Host, Path string
	Header             http.Header
	Body               []byte
}

// JSON is the body of a request.
func (a Asked) JSON() (m M) {
	if json.Unmarshal(a.Body, &m) != nil {
		return nil
	}
	return m
}

// URL is the address of a path.
func (h *Host) URL(path string) string { return "https://" + h.Name + path }

// Serve has a document be at a path, from now on. A []byte is served as it is.
func (h *Host) Serve(path string, document any) string {
	return h.ServeAs(path, Kind, http.StatusOK, document)
}

// ServeAs is Serve with a type and a status.
func (h *Host) ServeAs(path, kind string, status int, document any) string {
	b, ok := document.([]byte)
	if !ok {
		b = text(h.world.t, document)
	}
	return h.Handle(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		w.Write(b)
	})
}

// Redirect leads from a path to an address.
func (h *Host) Redirect(path, to string) string {
	return h.Handle(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
}

// Gone has nothing be at a path any more.
func (h *Host) Gone(path string) string {
	return h.Handle(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
}

// Handle has f answer at a path, with or without the host before it, whatever
// the query, and tells the address.
func (h *Host) Handle(path string, f http.HandlerFunc) string {
	path = strings.TrimPrefix(path, "https://"+h.Name)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pages[path] = f
	return h.URL(path)
}

// Be has a server of its own answer whatever the host is asked.
func (h *Host) Be(server http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.whole = server
}

// HandleAll has f answer wherever nothing else does.
func (h *Host) HandleAll(f http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.any = f
}

// Asked is every request so far, oldest first.
func (h *Host) Asked() []Asked {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Asked(nil), h.asked...)
}

// Got is every activity of a type that came to one of the host's inboxes.
func (h *Host) Got(verb string) (out []M) {
	for _, a := range h.Asked() {
		if m := a.JSON(); a.Method == http.MethodPost && m["type"] == verb {
			out = append(out, m)
		}
	}
	return out
}

// maxKept is how much of a body a host keeps.
const maxKept = 2 << 20

func (h *Host) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	whole := h.whole
	h.mu.Unlock()
	if whole != nil {
		whole.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxKept))
	h.mu.Lock()
	h.asked = append(h.asked, Asked{r.Method, r.Host, r.URL.Path, r.Header.Clone(), body})
	f := h.pages[r.URL.Path]
	if f == nil && r.URL.Path == "/.well-known/webfinger" {
		f = h.finger
	}
	if f == nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/inbox") {
		f = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }
	}
	if f == nil {
		f = h.any
	}
	h.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	f(w, r)
}

// finger answers for the host's actors.
func (h *Host) finger(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("resource"), "acct:"), "@")
	h.mu.Lock()
	a := h.actors[strings.ToLower(name)]
	h.mu.Unlock()
	if a == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/jrd+json")
	w.Write(text(h.world.t, M{"subject": "acct:" + a.Name + "@" + h.Name, "links": []M{{"rel": "self", "type": Kind, "href": a.ID}}}))
}
