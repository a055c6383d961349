package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// ask gets a file as it is, with some heads.
func (b *browser) ask(path string, heads ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(heads); i += 2 {
		r.Header.Set(heads[i], heads[i+1])
	}
	return b.send(r)
}

// The manifest says what the house is called and looks like, leads to its icons, and
// hands over what is shared.
func TestManifest(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Admin)
	page := ada.get("/").Body.String()
	if !strings.Contains(page, `<link rel="manifest" href="/manifest.webmanifest">`) || !strings.Contains(page, `<link rel="apple-touch-icon" href="/icons/lagoon-touch.png">`) {
		t.Errorf("the page leads to neither: %.1500s", page)
	}
	ada.post("/settings/appearance/house", "accent", "plum")
	w := h.browser().ask("/manifest.webmanifest", "Accept-Language", "ar, en;q=0.5")
	want(t, w, 200)
	if head := w.Header(); head.Get("Content-Type") != "application/manifest+json" || head.Get("Cache-Control") != "public, max-age=3600" || head.Get("Vary") != "Accept-Language" || len(head.Values("Set-Cookie")) > 0 {
		t.Errorf("%v", head)
	}
	var m struct {
		Name, Lang, Dir, Display, Scope string
		ShortName                       string `json:"short_name"`
		Start                           string `json:"start_url"`
		Theme                           string `json:"theme_color"`
		Background                      string `json:"background_color"`
		Icons                           []struct{ Src, Sizes, Type, Purpose string }
		Shortcuts                       []struct{ Name, URL string }
		Share                           struct {
			Action, Method string
			Params         map[string]string
		} `json:"share_target"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	if title := h.instance.Settings().Title; m.Name != title || m.ShortName == "" || m.Lang != "ar" || m.Dir != "rtl" || m.Display != "standalone" || m.Scope != "/" || m.Start != "/" || m.Theme != "#864a80" || m.Background != "#f6f3ee" {
		t.Errorf("%+v", m)
	}
	purposes := ""
	for _, i := range m.Icons {
		purposes += i.Purpose + " " + i.Sizes + ", "
		w := h.browser().ask(i.Src)
		if w.Code != 200 || w.Header().Get("Content-Type") != i.Type || !strings.HasPrefix(w.Body.String(), "\x89PNG") || !strings.Contains(w.Header().Get("Cache-Control"), "max-age") {
			t.Errorf("%s: %d, %v", i.Src, w.Code, w.Header())
		}
	}
	if purposes != "any 192x192, any 512x512, maskable 512x512, " {
		t.Errorf("icons: %s", purposes)
	}
	for _, s := range m.Shortcuts {
		want(t, ada.get(s.URL), 200)
	}
	if len(m.Shortcuts) != 4 || m.Share.Action != "/share" || m.Share.Method != "GET" {
		t.Errorf("%+v", m)
	}
	want(t, ada.get(m.Share.Action+"?"+m.Share.Params["title"]+"=A+page&"+m.Share.Params["text"]+"=Read+this&"+m.Share.Params["url"]+"=https://far.example/"), 200, "A page", "Read this", "https://far.example/")
	for _, path := range []string{"/icons/plum-9.png", "/icons/pink-192.png", "/icons/.png", "/icons/plum.png", "/icons/plum-192.svg"} {
		if w := h.browser().ask(path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The worker is looked at anew each time, may call nobody but the house, and is
// another as soon as the page that it keeps is. That says nothing of anybody.
func TestWorker(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, nobody := h.member("ada", social.Admin), h.browser()
	w := ada.ask("/sw.js")
	want(t, w, 200, `const shell = {"name":"plaza `, `"/offline"`, `"/assets/plaza.`, `"/icons/lagoon-badge.png"`, "showNotification")
	head := w.Header()
	if head.Get("Content-Type") != "text/javascript; charset=utf-8" || head.Get("Cache-Control") != "no-cache" || head.Get("Content-Security-Policy") != "default-src 'none'; connect-src 'self'; img-src 'self'" || head.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", head)
	}
	if again := nobody.ask("/sw.js", "If-None-Match", head.Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same for a stranger: %d", again.Code)
	}
	ada.say("Something to undo", social.Public)
	kept := ada.ask("/offline")
	want(t, kept, 200, "No connection", "Try again", `href=""`, "!ada", "!Your post is out", "!<script", "!<form")
	if kept.Body.String() != nobody.ask("/offline").Body.String() {
		t.Error("the page that is kept says something of who asks")
	}
	if french := nobody.ask("/sw.js", "Accept-Language", "fr"); french.Body.String() == w.Body.String() {
		t.Error("in French, the worker keeps the same page")
	}
	want(t, nobody.ask("/offline", "Accept-Language", "fr"), 200, `<html lang="fr"`)
	ada.post("/settings/appearance/house", "accent", "plum")
	if other := ada.ask("/sw.js"); other.Code != 200 || other.Body.String() == w.Body.String() {
		t.Error("the house has another colour, and the worker keeps the page as it was")
	}
	csp := nobody.get("/about").Header().Get("Content-Security-Policy")
	if !strings.Contains(csp, "worker-src 'self'; manifest-src 'self'; ") {
		t.Errorf("the policy of a page is %q", csp)
	}
}
