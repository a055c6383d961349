package fetch_test

import (
	"context"
	"crypto"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fetch"
)

type m = fedtest.M

// A house asks far.example.
type house struct {
	*fetch.Fetcher
	world *fedtest.World
	far   *fedtest.Host
	key   crypto.Signer

	mu    sync.Mutex
	now   time.Time
	kinds map[string]string
}

func (h *house) Key(context.Context) (string, crypto.Signer, error) {
	return "https://plaza.example/ap/actor#main-key", h.key, nil
}

func (h *house) Signature(_ context.Context, host string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kinds[host], nil
}

func (h *house) SetSignature(_ context.Context, host, kind string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kinds[host] = kind
	return nil
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{world: fedtest.New(t), key: fedtest.NewKey(t), now: time.Now(), kinds: map[string]string{}}
	h.far = h.world.Host("far.example")
	h.Fetcher = fetch.New(fetch.Config{Reach: h.world.Outward(), Agent: "Plaza", Own: func(host string) bool { return host == "plaza.example" },
		Refused: func(_ context.Context, host string) (bool, error) { return host == "bad.example", nil }, Signer: h, Peers: h, Clock: h.clock})
	return h
}

func note(id string) m { return m{"id": id, "type": "Note", "attributedTo": id} }

// TestDocument believes a server about what is at its own addresses.
func TestDocument(t *testing.T) {
	t.Parallel()
	h := open(t)
	evil := h.world.Host("evil.example")
	own := h.far.URL("/n/1")
	h.far.Serve("/n/1", note(own))
	h.far.Serve("/other", note(own))
	h.far.Redirect("/moved", own)
	h.far.ServeAs("/ld", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, 200, note(h.far.URL("/ld")))
	for address, want := range map[string]string{
		own: own, own + "#part": own, "https://FAR.example:443/n/1": own, h.far.URL("/other"): own, h.far.URL("/moved"): own, h.far.URL("/ld"): h.far.URL("/ld"),
	} {
		if d, err := h.Document(t.Context(), address); err != nil || d.ID() != want {
			t.Errorf("%s: %q, %v; want %q", address, d.ID(), err, want)
		}
	}
	h.far.ServeAs("/text", "text/plain", 200, note(h.far.URL("/text")))
	h.far.ServeAs("/png", "image/png", 200, note(h.far.URL("/png")))
	h.far.ServeAs("/json", "application/json", 200, note(h.far.URL("/json")))
	h.far.ServeAs("/plain-ld", "application/ld+json", 200, note(h.far.URL("/plain-ld")))
	h.far.Serve("/nameless", m{"type": "Note"})
	h.far.Serve("/big", []byte(`{"id":"https://far.example/big","type":"Note","x":"`+strings.Repeat("a", as2.MaxBytes)+`"}`))
	h.far.Serve("/port", note("https://far.example:8443/port"))
	h.far.Serve("/false", note(h.far.URL("/false2")))
	h.far.Serve("/false2", note(h.far.URL("/false3")))
	h.far.Redirect("/away", evil.URL("/as-far"))
	h.far.Redirect("/plain", "http://far.example/n/1")
	h.far.Redirect("/home", "https://plaza.example/ap/actor")
	h.far.Redirect("/bad", "https://bad.example/x")
	h.far.Redirect("/round", h.far.URL("/round"))
	evil.Serve("/as-far", note(own))
	evil.Serve("/stolen", note(own))
	evil.Redirect("/to-far", own)
	for address, want := range map[string]errs.Kind{
		h.far.URL("/text"): errs.Invalid, h.far.URL("/png"): errs.Invalid, h.far.URL("/json"): errs.Invalid, h.far.URL("/plain-ld"): errs.Invalid,
		h.far.URL("/nameless"): errs.Invalid, h.far.URL("/big"): errs.Invalid, h.far.URL("/port"): errs.Invalid, h.far.URL("/false"): errs.Invalid,
		h.far.URL("/away"): errs.Invalid, evil.URL("/stolen"): errs.Invalid, h.far.URL("/plain"): errs.Forbidden, h.far.URL("/home"): errs.Forbidden,
		h.far.URL("/bad"): errs.Forbidden, h.far.URL("/round"): errs.Invalid, h.far.URL("/nothing"): errs.NotFound, h.far.Gone("/gone"): errs.Gone,
		"https://plaza.example/ap/actor": errs.Forbidden, "https://bad.example/": errs.Forbidden, "http://far.example/n/1": errs.Invalid, "https://127.0.0.1.": errs.Unavailable,
	} {
		if d, err := h.Document(t.Context(), address); err == nil || errs.KindOf(err) != want {
			t.Errorf("%s: %q, kind %d of %v; want kind %d", address, d.ID(), errs.KindOf(err), err, want)
		}
	}
	if d, err := h.Document(t.Context(), evil.URL("/to-far")); err != nil || d.ID() != own {
		t.Errorf("what leads to a document is that document: %q, %v", d.ID(), err)
	}
}

// TestOtherKnock signs the other way where the first is not taken, and
// remembers it.
func TestOtherKnock(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.far.Handle("/new", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Signature-Input") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", fedtest.Kind)
		w.Write([]byte(`{"id":"https://far.example/new","type":"Note","attributedTo":"https://far.example/u"}`))
	})
	for i, want := range []int{2, 3} {
		if _, err := h.Document(t.Context(), h.far.URL("/new")); err != nil {
			t.Fatal(err)
		}
		if got := len(h.far.Asked()); got != want {
			t.Errorf("after %d documents %d requests, want %d", i+1, got, want)
		}
	}
}

// TestMisses does not ask again and again for what is not there.
func TestMisses(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 3 {
		h.Document(t.Context(), h.far.URL("/nothing"))
	}
	if got := len(h.far.Asked()); got != 1 {
		t.Errorf("%d requests for what is not there, want one", got)
	}
	h.far.Serve("/nothing", note(h.far.URL("/nothing")))
	h.pass(11 * time.Minute)
	if _, err := h.Document(t.Context(), h.far.URL("/nothing")); err != nil {
		t.Errorf("it came later: %v", err)
	}
}

// TestPerHost asks no site too often, under whatever name.
func TestPerHost(t *testing.T) {
	t.Parallel()
	h := open(t)
	wild := h.world.Host("*.wild.example")
	wild.HandleAll(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	limited := 0
	for i := range 310 {
		if _, err := h.Document(t.Context(), "https://a"+strings.Repeat("b", i%7)+".wild.example/"+strings.Repeat("x", i)); errs.KindOf(err) == errs.Limited {
			limited++
		}
	}
	if limited != 10 || len(wild.Asked()) != 300 {
		t.Errorf("%d were refused, %d asked; want 10 and 300", limited, len(wild.Asked()))
	}
	h.pass(time.Minute)
	if _, err := h.Document(t.Context(), "https://a.wild.example/later"); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a minute later: %v", err)
	}
}
