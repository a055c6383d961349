package tlog

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A path has one way to be written, and one meaning.
func TestPaths(t *testing.T) {
	for path, want := range map[string]struct {
		level, width int
		n            int64
	}{"0/000": {0, 256, 0}, "0/067.p/12": {0, 12, 67}, "2/x001/x234/067": {2, 256, 1234067}, "entries/x001/000.p/1": {entries, 1, 1000}} {
		level, n, width, ok := parse(path)
		if !ok || level != want.level || n != want.n || width != want.width {
			t.Errorf("%s is %d/%d of %d, %v", path, level, n, width, ok)
		}
	}
	for _, path := range []string{"", "0", "0/", "0/1", "0/0001", "00/001", "-1/001", "64/001", "0/001.p/0", "0/001.p/256", "0/001.p/01", "0/x000/001", "0/x001", "0/001/002", "entries", "entry/001", "0/..", "0/x001/x001/x001/x001/x001/001"} {
		if level, n, width, ok := parse(path); ok {
			t.Errorf("%q is %d/%d of %d", path, level, n, width)
		}
	}
}

// A site is a house with a log, as others reach it.
type site struct {
	*testing.T
	*sealing.Service
	store *store.Store
	url   string
}

func newSite(t *testing.T, s *store.Store, host string) *site {
	h := &site{T: t, Service: sealing.New(s, host, slog.New(slog.DiscardHandler)), store: s}
	r := chi.NewRouter()
	(&Server{Sealing: h.Service, Log: slog.New(slog.DiscardHandler)}).Routes(r)
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	h.url = srv.URL
	return h
}

func (h *site) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *site) key() string {
	h.Helper()
	key, err := h.Public(h.Context())
	h.must(err)
	return key
}

func (h *site) grow(n int) {
	h.Helper()
	h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
		for range n {
			if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeReport, Body: n}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := h.Seal(h.Context())
	h.must(err)
}

func (h *site) get(path string) (int, string) {
	h.Helper()
	a, err := http.Get(h.url + path)
	h.must(err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	h.must(err)
	return a.StatusCode, string(b)
}

func TestTilesAreServed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newSite(t, s, "a.example")
		if status, _ := h.get(checkpointPath); status != http.StatusNotFound {
			t.Errorf("with nothing signed: %d", status)
		}
		key := h.key()
		h.grow(300)
		v, err := evidence.NewVerifier(key)
		h.must(err)
		_, text := h.get(checkpointPath)
		c, err := v.Open([]byte(text))
		h.must(err)
		_, one := h.get("/evidence/tile/0/000")
		_, two := h.get("/evidence/tile/0/001.p/45")
		var hs []tlog.Hash
		for data := one + two; data != ""; data = data[tlog.HashSize:] {
			hs = append(hs, tlog.Hash([]byte(data[:tlog.HashSize])))
		}
		if int64(len(hs)) != c.Size || treeOf(hs) != c.Root {
			t.Errorf("%d hashes of %d are not the tree", len(hs), c.Size)
		}
		for path, want := range map[string]int{"/evidence/tile/0/001": 404, "/evidence/tile/0/001.p/46": 404, "/evidence/tile/1/000.p/1": 200, "/evidence/tile/0/1": 404, "/evidence/key": 200} {
			if status, _ := h.get(path); status != want {
				t.Errorf("%s: %d, want %d", path, status, want)
			}
		}
	})
}

// treeOf is RFC 6962's hash of a list, written as it stands there.
func treeOf(hs []tlog.Hash) tlog.Hash {
	if len(hs) == 1 {
		return hs[0]
	}
	k := 1
	for 2*k < len(hs) {
		k *= 2
	}
	return tlog.NodeHash(treeOf(hs[:k]), treeOf(hs[k:]))
}

// Houses witness each other's logs: what one shows is signed by the others, and
// one that rewrote its own is not signed again.
func TestWitnesses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h, w := newSite(t, s, "a.example"), newSite(t, storetest.SQLite(t), "w.example")
		caller := &Caller{Sealing: h.Service, Client: http.DefaultClient, Log: slog.New(slog.DiscardHandler)}
		ask := func() error {
			t.Helper()
			all, err := h.Witnesses(t.Context())
			h.must(err)
			return caller.Ask(t.Context(), all[0])
		}
		h.grow(5)
		h.must(h.AddWitness(t.Context(), social.Console, w.url+"/evidence/witness", w.key()))
		if err := ask(); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("a log that is not watched: %v", err)
		}
		h.must(w.Watch(t.Context(), social.Console, h.key()))
		for range 3 {
			h.must(ask())
			text, err := h.Checkpoint(t.Context())
			h.must(err)
			if !strings.Contains(text, "— w.example/evidence ") || strings.Count(text, "—") != 3 {
				t.Errorf("the checkpoint is\n%s", text)
			}
			h.must(ask()) // nothing new
			h.grow(300)
		}
		storetest.ByHand(t, h.store, `UPDATE evidence_witnesses SET size = 3`) // it forgot what was signed
		h.must(ask())
		seen, err := w.Watched(t.Context())
		h.must(err)
		if len(seen) != 1 || seen[0].Size != 907 {
			t.Errorf("seen is %+v", seen)
		}
		if _, err := h.Add(t.Context(), []byte("old 0\n\na.example\n")); err == nil {
			t.Error("something that is no checkpoint is signed")
		}
		// The same size with another root: another history.
		other := newSite(t, storetest.SQLite(t), "a.example")
		secret := ""
		h.must(h.store.Read(t.Context(), func(v *store.View) (err error) { secret, err = v.EvidenceKey(t.Context()); return err }))
		h.must(other.store.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.AddEvidenceKey(t.Context(), secret); return err }))
		other.grow(907)
		body, _, err := other.Request(t.Context(), social.Witness{Size: 0}, false)
		h.must(err)
		if _, err := w.Add(t.Context(), body); !errors.As(err, &sealing.Behind{}) {
			t.Errorf("a second history from the beginning: %v", err)
		}
		other.grow(10)
		body, _, err = other.Request(t.Context(), social.Witness{Size: 907}, false)
		h.must(err)
		if _, err := w.Add(t.Context(), body); err == nil || errors.As(err, &sealing.Behind{}) {
			t.Errorf("a second history that goes on: %v", err)
		}
	})
}

// A witness whose answer was lost is asked again, and signs. One that saw another
// history is no silent one: the list says so. One that was removed meanwhile stays
// away.
func TestWitnessSawAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h, w := newSite(t, s, "a.example"), newSite(t, storetest.SQLite(t), "w.example")
		caller := &Caller{Sealing: h.Service, Client: http.DefaultClient, Log: slog.New(slog.DiscardHandler)}
		ask := func() (social.Witness, error) {
			t.Helper()
			all, err := h.Witnesses(t.Context())
			h.must(err)
			fault := caller.Ask(t.Context(), all[0])
			all, err = h.Witnesses(t.Context())
			h.must(err)
			return all[0], fault
		}
		h.key()
		h.grow(5)
		h.must(w.Watch(t.Context(), social.Console, h.key()))
		h.must(h.AddWitness(t.Context(), social.Console, w.url+"/evidence/witness", w.key()))
		h.grow(1)
		body, _, err := h.Request(t.Context(), social.Witness{}, false)
		h.must(err)
		_, err = w.Add(t.Context(), body) // and the answer is lost
		h.must(err)
		if now, err := ask(); err != nil || now.Fault != "" {
			t.Errorf("after an answer that was lost: %v, %+v", err, now)
		}
		if text, err := h.Checkpoint(t.Context()); err != nil || !strings.Contains(text, "— w.example/evidence ") {
			t.Errorf("it is not signed: %v\n%s", err, text)
		}

		// The house is brought back from before, and its log goes on otherwise.
		storetest.ByHand(t, w.store, `UPDATE evidence_watched SET size = size + 1, root = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='`)
		h.grow(1) // as many as it saw of the other
		storetest.ByHand(t, h.store, `UPDATE evidence_witnesses SET size = 0, fault = ''`)
		if now, err := ask(); err == nil || !strings.Contains(now.Fault, "do not follow") {
			t.Errorf("as many of another history: %v, %+v", err, now)
		}
		storetest.ByHand(t, w.store, `UPDATE evidence_watched SET size = 900`)
		h.grow(1)
		for range 2 {
			if now, err := ask(); err == nil || !strings.Contains(now.Fault, "900 records") {
				t.Errorf("more of another history: %v, %+v", err, now)
			}
		}

		all, err := h.Witnesses(t.Context())
		h.must(err)
		h.must(h.EndWitness(t.Context(), social.Console, all[0].Name))
		h.must(h.Witnessed(t.Context(), all[0], 1, nil, 0, "late"))
		if all, err := h.Witnesses(t.Context()); err != nil || len(all) > 0 {
			t.Errorf("one that was removed is back: %+v, %v", all, err)
		}
	})
}
