package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/core/audit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/automation"
	"github.com/plaza-social/plaza/internal/core/badges"
	"github.com/plaza-social/plaza/internal/core/collections"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/exports"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/core/jury"
	"github.com/plaza-social/plaza/internal/core/links"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/polls"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/relays"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const host = "plaza.example"

// A house is the pages over a real store.
type house struct {
	t        *testing.T
	clock    storetest.Clock
	store    *store.Store
	auth     *auth.Service
	relays   *relays.Service
	instance *instance.Service
	site     *web.Site
	handler  *chi.Mux
	at       event.Pos // how far the followers have read
}

// pictures keeps nothing and names everything.
type pictures struct{}

func (pictures) Put(_ context.Context, _ social.AccountID, kind string, r io.Reader) (string, error) {
	b, err := io.ReadAll(r)
	return fmt.Sprintf("%s-%d.png", kind, len(b)), err
}

func (pictures) Remove(string) error { return nil }

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t}
	s, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "test.db"), Clock: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	h.store = s
	if h.instance, err = instance.New(s); err != nil {
		t.Fatal(err)
	}
	limiter := limit.New(s.Now)
	v := view.New(s, view.Config{BaseURL: "https://" + host})
	lines := timelines.New(s, v)
	h.auth = auth.New(s, auth.Config{CheapPasswords: true, BaseURL: "https://" + host, Limiter: limiter, FactorKey: make([]byte, auth.FactorKeyBytes)})
	smileys, err := emojis.New(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	told, err := push.New(t.Context(), s, netsafe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.relays = relays.New(s)
	for _, w := range []store.Watcher{h.relays.Watch, smileys.Watch, h.instance.Watch, h.auth.Watch, v.Watch, lines.Watch} {
		s.Watch(w)
	}
	written, related, listed := posts.New(s, posts.Config{MaxText: social.MaxText, HandleHost: host}), relations.New(s, v), lists.New(s, v)
	h.site = web.New(web.Config{BaseURL: "https://" + host, Version: "1.2.3", Clock: s.Now, Budget: func() (int64, int64) { return 1.5e9, 10e9 }}, web.Services{
		Auth: h.auth, Accounts: accounts.New(s, accounts.Config{Base: view.Base("https://" + host), HandleHost: host}, pictures{}), Instance: h.instance, View: v, Timelines: lines, Reach: reach.New(s, v, h.instance.Settings),
		Posts: written, Relations: related, Lists: listed, Filters: filters.New(s), Threads: threads.New(s, v), Notices: notices.New(s, v), Conversations: conversations.New(s, v), Discover: discover.New(s, v), Tags: tags.New(s, v), Links: links.New(s, v, "https://"+host), Search: search.New(s, v, host), Polls: polls.New(s, v),
		Imports:       imports.New(s, imports.Config{BaseURL: "https://" + host, HandleHost: host, Relations: related, Lists: listed, Posts: written}),
		Exports:       exports.New(s, v, exports.Config{BaseURL: "https://" + host, HandleHost: host}),
		Emojis:        smileys,
		Push:          told,
		Announcements: announcements.New(s), Collections: collections.New(s, v), Hosts: hosts.New(s, v), Relays: h.relays, Federation: federation.New(s, v, nil, slog.New(slog.DiscardHandler)), Screen: screen.New(s), Jury: jury.New(s, jury.Config{Settings: h.instance.Settings}),
		Automation: automation.New(s, automation.Config{}), Moderation: moderation.New(s, v), Sealing: sealing.New(s, host, slog.New(slog.DiscardHandler)), Matters: matters.New(s, v, matters.Config{}),
		Audit: audit.New(s, v), Measures: measures.New(s),
		Badges: badges.New(s, func(context.Context, *store.Tx, social.AccountID, string) error { return nil }),
		Blobs:  pictures{}, Limiter: limiter})
	h.handler = chi.NewRouter()
	h.site.Routes(h.handler)
	h.handler.NotFound(h.site.NotFound)
	return h
}

// follow lets the followers read what happened.
func (h *house) follow() {
	h.t.Helper()
	if err := h.store.Write(h.t.Context(), func(tx *store.Tx) error {
		facts, err := tx.Facts(h.t.Context(), h.at, 1000)
		if err != nil {
			return err
		}
		for _, f := range facts {
			for _, w := range []work.Follower{notices.Follower(), search.Follower(), conversations.Follower(), h.auth.Follower()} {
				if err := w.Follow(h.t.Context(), tx, f); err != nil {
					return err
				}
			}
			h.at = f.Pos
		}
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
}

var linkForm = regexp.MustCompile(`https://` + host + `(/\S+)`)

// letter is the path of the first link in the last letter to an address.
func (h *house) letter(to string) string {
	h.t.Helper()
	var path string
	if err := h.store.Write(h.t.Context(), func(tx *store.Tx) error {
		jobs, err := tx.ClaimJobs(h.t.Context(), auth.LetterJob, 100, time.Nanosecond)
		for _, j := range jobs {
			var l auth.Letter
			if err := json.Unmarshal(j.Args, &l); err != nil {
				return err
			}
			if m := linkForm.FindStringSubmatch(l.Text); l.To == to && m != nil {
				path = m[1]
			}
			if err := tx.FinishJob(h.t.Context(), j); err != nil {
				return err
			}
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	if path == "" {
		h.t.Fatalf("there is no letter with a link to %s", to)
	}
	return path
}

// A browser keeps cookies and goes where it is sent.
type browser struct {
	*house
	cookies map[string]*http.Cookie
	at      string // the path of the page it is on
}

func (h *house) browser() *browser { return &browser{house: h, cookies: map[string]*http.Cookie{}} }

// member is a browser of somebody who has an account, signed in.
func (h *house) member(name string, role social.Role) *browser {
	h.t.Helper()
	a, _, err := h.auth.Create(h.t.Context(), auth.SignUp{Username: name, Email: name + "@example.org", Password: "correct horse"}, role)
	if err != nil {
		h.t.Fatal(err)
	}
	secret, err := h.auth.StartSession(h.t.Context(), a.ID, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.browser()
	b.cookies["__Host-plaza_session"] = &http.Cookie{Name: "__Host-plaza_session", Value: secret}
	return b
}

// send sends a request as it is, and keeps the cookies of the answer.
func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	b.t.Helper()
	r.Host = host
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
			b.t.Errorf("%s %s sets a weak cookie: %s", r.Method, r.URL, c)
		}
		if delete(b.cookies, c.Name); c.MaxAge >= 0 {
			b.cookies[c.Name] = c
		}
	}
	return w
}

// get opens a page, and goes on to where it leads.
func (b *browser) get(path string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.land(b.send(httptest.NewRequest("GET", path, nil)), path)
}

func (b *browser) land(w *httptest.ResponseRecorder, path string) *httptest.ResponseRecorder {
	b.t.Helper()
	for range 5 {
		if b.at = path; w.Code != http.StatusSeeOther {
			return w
		}
		path, _, _ = strings.Cut(w.Header().Get("Location"), "#")
		w = b.send(httptest.NewRequest("GET", path, nil))
	}
	b.t.Fatalf("%s leads round in circles", path)
	return w
}

func (b *browser) request(path string, fields ...string) *http.Request {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// post sends a form, and goes on to where it leads.
func (b *browser) post(path string, fields ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.land(b.send(b.request(path, fields...)), path)
}

// say posts a text and gives the path of its page.
func (b *browser) say(text string, v social.Visibility) string {
	b.t.Helper()
	b.clock.Pass(time.Second)
	w := b.send(b.request("/new", "text", text, "visibility", string(v)))
	if w.Code != http.StatusSeeOther {
		b.t.Fatalf("post %q: %d %s", text, w.Code, w.Body)
	}
	_, id, _ := strings.Cut(w.Header().Get("Location"), "#post-")
	return "/@" + b.name() + "/" + id
}

// name is whose browser it is.
func (b *browser) name() string {
	b.t.Helper()
	m := regexp.MustCompile(`<bdi dir="ltr">@(\w+)</bdi></small>`).FindStringSubmatch(b.get("/menu").Body.String())
	if m == nil {
		b.t.Fatal("nobody is signed in")
	}
	return m[1]
}

// want makes sure that a page has a status and says some things; what begins
// with "!" it must not say.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, says ...string) {
	t.Helper()
	body := w.Body.String()
	_, shown, _ := strings.Cut(body, "<main")
	shown, _, _ = strings.Cut(shown, "</main>")
	if w.Code != status {
		t.Errorf("status = %d, want %d\n%s", w.Code, status, shown)
	}
	for _, s := range says {
		if not, ok := strings.CutPrefix(s, "!"); ok == strings.Contains(body, not) {
			t.Errorf("want %q in the page:\n%s", s, shown)
		}
	}
}
