package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/locale"
)

// What lets a browser keep the site like an app: what it is called and looks like,
// and a worker that says so when no page can be loaded, and shows what is pushed.

const (
	workerPath   = "/sw.js"
	offlinePath  = "/offline"
	manifestPath = "/manifest.webmanifest"
	iconsPath    = "/icons/"
)

// manifestLife is how long a browser may keep what the app is called, and iconLife
// its pictures: they change when the owner chooses another name or colour.
const (
	manifestLife = "max-age=3600"
	iconLife     = "max-age=604800"
)

// paper is --ground of plaza.css by day: what the app opens on.
const paper = "#f6f3ee"

// https://www.w3.org/TR/appmanifest/
type appManifest struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	ShortName   string        `json:"short_name"`
	Description string        `json:"description,omitempty"`
	Lang        string        `json:"lang"`
	Dir         string        `json:"dir"`
	StartURL    string        `json:"start_url"`
	Scope       string        `json:"scope"`
	Display     string        `json:"display"`
	Background  string        `json:"background_color"`
	Theme       string        `json:"theme_color"`
	Icons       []appImage    `json:"icons"`
	Shortcuts   []appShortcut `json:"shortcuts"`
	Share       shareTarget   `json:"share_target"`
}

type appImage struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type appShortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// https://w3c.github.io/web-share-target/
type shareTarget struct {
	Action string            `json:"action"`
	Method string            `json:"method"`
	Params map[string]string `json:"params"`
}

// manifest says what the app is called. Browsers ask without their cookies, so its
// language is that of the browser.
func (s *Site) manifest(w http.ResponseWriter, r *http.Request) {
	f := &frame{House: s.Instance.Settings(), Locale: locale.Match(r.Header.Get("Accept-Language")), site: s}
	m := appManifest{ID: "/", Name: f.House.Title, ShortName: shortName(f.House.Title), Description: f.House.Description, Lang: f.Locale.Name, Dir: f.Locale.Dir,
		StartURL: "/", Scope: "/", Display: "standalone", Background: paper, Theme: inks[f.ink()],
		Shortcuts: []appShortcut{{f.say("New post"), "/new"}, {f.say("Notifications"), "/notifications"}, {f.say("Catch up"), catchUpPath}, {f.say("Search"), "/search"}},
		Share:     shareTarget{"/share", http.MethodGet, map[string]string{"title": "title", "text": "text", "url": "url"}}}
	for _, kind := range []string{"192", "512", "maskable"} {
		i := appIcons[kind]
		m.Icons = append(m.Icons, appImage{f.appIcon(kind), itoa(i.size) + "x" + itoa(i.size), "image/png", i.purpose})
	}
	b, err := json.Marshal(m)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/manifest+json")
	h.Set("Cache-Control", "public, "+manifestLife)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Language")
	w.Write(b) // a reader who went away needs no answer
}

// mostShortName is what stands whole under an icon, in characters.
const mostShortName = 12

// shortName is as many words of a name as stand under an icon, and the first in any case.
func shortName(name string) string {
	short := ""
	for _, word := range strings.Fields(name) {
		longer := strings.TrimSpace(short + " " + word)
		if short != "" && utf8.RuneCountInString(longer) > mostShortName {
			break
		}
		short = longer
	}
	return short
}

// offlinePage is what is shown when no page can be loaded. It is kept in browsers,
// and so tells nothing of anybody.
func (s *Site) offlinePage(r *http.Request) ([]byte, error) {
	f := &frame{House: s.Instance.Settings(), Locale: locale.Match(s.cookie(r, languageCookie), r.Header.Get("Accept-Language")), site: s}
	var b bytes.Buffer
	err := offline(f).Render(locale.With(context.WithoutCancel(r.Context()), f.Locale), &b)
	return b.Bytes(), err
}

func (s *Site) serveOffline(w http.ResponseWriter, r *http.Request) {
	b, err := s.offlinePage(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.secureHeaders(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b) // a reader who went away needs no answer
}

// shell is what the worker must know, and what it keeps.
type shell struct {
	Name  string   `json:"name"` // changes with what it keeps, and with its language
	Title string   `json:"title"`
	Page  string   `json:"page"`
	Files []string `json:"files"`
	Badge string   `json:"badge"`
}

// serveWorker serves assets/worker.js behind what it must know. The worker is another
// as soon as what it would show is, so that nothing it keeps grows old.
func (s *Site) serveWorker(w http.ResponseWriter, r *http.Request) {
	page, err := s.offlinePage(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	f := &frame{House: s.Instance.Settings(), site: s}
	sum := sha256.Sum256(page)
	head, err := json.Marshal(shell{"plaza " + hex.EncodeToString(sum[:6]), f.House.Title, offlinePath, []string{offlinePath, assetURL("plaza.css")}, f.appIcon("badge")})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	code := "const shell = " + string(head) + ";\n" + string(assets[strings.TrimPrefix(assetURL("worker.js"), "/assets/")].plain)
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src 'self'")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	sum = sha256.Sum256([]byte(code))
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(code))
}

// broken answers for a file that could not be made.
func (s *Site) broken(w http.ResponseWriter, r *http.Request, err error) {
	s.Log.ErrorContext(r.Context(), "file", "path", r.URL.Path, "err", err)
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}
