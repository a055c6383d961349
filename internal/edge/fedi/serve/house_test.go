package serve_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/serve"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A house is a whole server, with the documents also at an address of their own
// where those who sign are known.
type house struct {
	*apptest.Server
	t       *testing.T
	speaker *serve.Speaker
	url     string
	known   *keyring
}

// keyring knows who signs with which key. It is the Verifier of tests.
type keyring struct {
	ours  []string
	keys  map[string]sign.Key
	whose map[string]social.AccountID
	fault error // that keeps it from looking
}

func (k *keyring) Verify(r *http.Request) (social.AccountID, error) {
	if k.fault != nil {
		return 0, k.fault
	}
	claim, err := sign.Parse(r, nil, k.ours, time.Now())
	if err == nil {
		err = claim.Verify(k.keys[claim.KeyID])
	}
	if err != nil {
		return 0, errs.Wrap(errs.Unauthenticated, "This signature proves nothing.", err)
	}
	return k.whose[claim.KeyID], nil
}

func open(t *testing.T, s *apptest.Server, options ...func(*serve.Config)) *house {
	t.Helper()
	h := &house{Server: s, t: t, known: &keyring{keys: map[string]sign.Key{}, whose: map[string]social.AccountID{}}}
	c := serve.Config{HandleHost: s.Config.HandleHost, File: func(name string) string { return s.Config.URL + "/media/" + name }}
	for _, o := range options {
		o(&c)
	}
	limiter := limit.New(clock.System)
	limiter.Off()
	services := serve.Services{View: s.View, Timelines: s.Timelines, Relations: s.Relations, Tags: s.Tags, Emojis: s.Emojis, Moderation: s.Moderation, Keys: s.Keys,
		Verifier: h.known, Limiter: limiter, Log: slog.New(slog.DiscardHandler)}
	server := serve.New(c, services)
	h.speaker = serve.NewSpeaker(c, services)
	r := chi.NewRouter()
	server.Routes(r)
	web := httptest.NewServer(server.Pages(r))
	t.Cleanup(web.Close)
	h.url, h.known.ours = web.URL, []string{web.URL}
	return h
}

// A stranger is an account of another server, and what it signs with.
type stranger struct {
	social.Account
	key   string
	sign  crypto.Signer
	actor social.Actor
}

// meet makes an account of another server.
func (h *house) meet(name, host string) *stranger {
	h.t.Helper()
	private, err := sign.GenerateEd25519()
	if err != nil {
		h.t.Fatal(err)
	}
	z := &stranger{sign: private, key: "https://" + host + "/" + name + "#key"}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		z.Account = social.Account{ID: social.AccountID(id.New(tx.Now)), Username: name, Host: host, URI: "https://" + host + "/" + name, Page: "https://" + host + "/@" + name,
			Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now}
		return tx.AddAccount(ctx, z.Account)
	})
	z.actor = social.Actor{Account: z.ID, Standing: social.Good, Role: social.Member, Remote: true}
	h.known.keys[z.key], h.known.whose[z.key] = sign.Key{ID: z.key, Owner: z.URI, Public: private.Public().(ed25519.PublicKey)}, z.ID
	return z
}

func (h *house) write(do func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	if err := h.Store.Write(h.t.Context(), func(tx *store.Tx) error { return do(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// publish says something.
func (h *house) publish(by *apptest.Person, d social.Draft) social.Post {
	h.t.Helper()
	if d.Visibility == "" {
		d.Visibility = social.Public
	}
	p, err := h.Posts.Publish(h.t.Context(), by.Actor(), d)
	h.must(err)
	return p
}

// plain follows no redirects.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// get asks for a document, signed by who, or not at all.
func (h *house) get(path string, who *stranger, accept ...string) apptest.Answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), "GET", h.url+strings.TrimPrefix(path, h.Config.URL), nil)
	h.must(err)
	r.Header["Accept"] = append(accept, []string{as2Type}[min(len(accept), 1):]...)
	if who != nil {
		h.must(sign.Sign(r, nil, who.key, who.sign, sign.RFC9421, time.Now()))
	}
	resp, err := plain.Do(r)
	h.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	h.must(err)
	return apptest.Answer{Status: resp.StatusCode, Header: resp.Header, Body: b}
}

const as2Type = "application/activity+json"

// read is what a document says, read as another server reads it.
func (h *house) read(path string, who *stranger) as2.Doc {
	h.t.Helper()
	a := h.get(path, who)
	if a.Status != 200 {
		h.t.Fatalf("%s: %d %s", path, a.Status, a.Body)
	}
	return h.parse(a.Body)
}

func (h *house) parse(b []byte) as2.Doc {
	h.t.Helper()
	d, err := as2.Rules{PlainHTTP: true}.Parse(b)
	if err != nil {
		h.t.Fatalf("%v in %s", err, b)
	}
	return d
}

func person(who *apptest.Person) string { return fmt.Sprint("/ap/users/", who.ID) }

func postPath(p social.Post) string { return fmt.Sprint("/ap/posts/", p.ID) }

// ask asks the whole server, unsigned.
func (h *house) ask(method, address, accept string) apptest.Answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, address, nil)
	h.must(err)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return h.Do(r)
}
