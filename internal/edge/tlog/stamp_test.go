package tlog

import (
	"bytes"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/evidence/stamptest"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Checkpoints that grew are stamped now and then, what was stamped is handed out
// and goes into bundles, and an authority that is gone, or lies, holds nobody up.
func TestStamps(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h, a := newSite(t, s, "a.example"), stamptest.New(t, s.Now)
		gone := stamptest.New(t, s.Now)
		gone.Close()
		endless := stamptest.New(t, s.Now)
		endless.Serve = func(w http.ResponseWriter, r *http.Request) bool {
			for i := 0; i < 1<<12 && r.Context().Err() == nil; i++ {
				if _, err := w.Write(make([]byte, 1<<12)); err != nil {
					break
				}
			}
			return true
		}
		h.must(h.Trust(a.PEM()))
		stamper := &Stamper{Sealing: h.Service, Client: http.DefaultClient, URLs: []string{gone.URL, endless.URL, a.URL}, Log: slog.New(slog.DiscardHandler)}
		if status, _ := h.get(stampPath); status != http.StatusNotFound {
			t.Errorf("with nothing stamped: %d", status)
		}
		h.key()
		h.must(stamper.Once(t.Context())) // nothing is signed yet
		h.more(5)
		h.must(stamper.Once(t.Context()))
		asked := a.Asked
		text := h.stamped(a)
		if asked != 1 || !strings.Contains(text, "\n6\n") {
			t.Errorf("asked %d times, stamped is %s", asked, text)
		}
		c.Pass(sealing.StampEvery)
		h.must(stamper.Once(t.Context())) // it has not grown
		h.more(5)
		c.Pass(-time.Second)
		h.must(stamper.Once(t.Context())) // not long enough
		if a.Asked != 1 {
			t.Errorf("asked %d times too many", a.Asked-1)
		}
		c.Pass(time.Second)

		for what, lie := range map[string]func(){
			"no number":     func() { a.Lie = func(i *stamptest.Info) { i.Nonce = nil } },
			"another":       func() { a.Lie = func(i *stamptest.Info) { i.Nonce = big.NewInt(1) } },
			"another hash":  func() { a.Lie = func(i *stamptest.Info) { i.Imprint.Hash = bytes.Repeat([]byte{1}, 32) } },
			"late":          func() { a.Lie = func(i *stamptest.Info) { i.At = i.At.Add(sealing.MaxStampSkew + 2*time.Second) } },
			"early":         func() { a.Lie = func(i *stamptest.Info) { i.At = i.At.Add(-sealing.MaxStampSkew - 2*time.Second) } },
			"garbage":       func() { a.Serve = says("<html>come back later</html>", http.StatusOK) },
			"not now":       func() { a.Serve = says("", http.StatusServiceUnavailable) },
			"not long":      func() { a.Serve = says(strings.Repeat("0", sealing.MaxStamp+1), http.StatusOK) },
			"somebody else": func() { a.Serve = says("", http.StatusOK); stamper.URLs[0] = stamptest.New(t, s.Now).URL },
		} {
			lie()
			if stamper.Once(t.Context()) == nil {
				t.Errorf("%s: it is taken", what)
			}
			a.Lie, a.Serve, stamper.URLs[0] = nil, nil, gone.URL
			h.more(1) // it is sealed all the same
		}
		if now := h.stamped(a); now != text {
			t.Errorf("stamped is %s", now)
		}
		h.must(stamper.Once(t.Context()))
		if now := h.stamped(a); !strings.Contains(now, "\n20\n") {
			t.Errorf("stamped is %s", now)
		}

		h.bundle(a, 20, "the log stood so, with 20 records")
		c.Pass(time.Second)
		h.more(1) // nobody stamped this, and two before
		h.bundle(a, 0, "20 records", "Time stamps of checkpoints before that, which hold as well: 1.")
	})
}

func says(body string, status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(status)
		w.Write([]byte(body))
		return true
	}
}

// more is grow, with records that a bundle can be made of.
func (h *site) more(n int) {
	h.Helper()
	h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
		for range n {
			if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Body: evidence.Configured{What: "a switch", By: "console"}}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := h.Seal(h.Context())
	h.must(err)
}

// stamped is the checkpoint that was stamped last, as others see it.
func (h *site) stamped(a *stamptest.Authority) string {
	h.Helper()
	_, text := h.get(stampedPath)
	_, stamp := h.get(stampPath)
	v, err := evidence.NewVerifier(h.key())
	h.must(err)
	c, err := v.Open([]byte(text))
	h.must(err)
	if s, err := evidence.OpenStamp([]byte(stamp), c.Head, []*x509.Certificate{a.Root}); err != nil || !s.Trusted {
		h.Errorf("the stamp of\n%s: %+v, %v", text, s, err)
	}
	return text
}

// bundle is what a bundle says of stamps: to who knows the authority, to who does
// not, and to who believes in another.
func (h *site) bundle(a *stamptest.Authority, size int64, want ...string) {
	h.Helper()
	var b bytes.Buffer
	_, err := h.Export(h.Context(), &b, sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Court, Size: size})
	h.must(err)
	verify := func(o evidence.Options) evidence.Verdict {
		o.Key = h.key()
		v, err := evidence.Verify(bytes.NewReader(b.Bytes()), int64(b.Len()), o)
		h.must(err)
		return v
	}
	v := verify(evidence.Options{Authorities: a.PEM()})
	for _, w := range want {
		if v.Level == evidence.Failed || !strings.Contains(v.Text(), w) || !strings.Contains(v.Text(), `"Stamps of the test" says that`) {
			h.Errorf("it says %q nowhere:\n%s", w, v.Text())
		}
	}
	if v := verify(evidence.Options{}); v.Level == evidence.Failed || !strings.Contains(v.Text(), "Somebody who calls themselves") {
		h.Errorf("without certificates it says\n%s", v.Text())
	}
	if v := verify(evidence.Options{Authorities: stamptest.New(h.T, h.store.Now).PEM()}); v.Level != evidence.Failed || !strings.Contains(v.Text(), "does not lead to one that you gave") {
		h.Errorf("with others' certificates it says\n%s", v.Text())
	}
}
