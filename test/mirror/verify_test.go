package mirror

import (
	"image"
	"image/color"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// upload attaches a picture of one colour.
func upload(t *testing.T, p *apptest.Person, s *apptest.Server, c color.Color) (id string) {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		img.Set(i%40, i/40, c)
	}
	return s.SendPicture(t, p, img)
}

// furnished is a house with something of everything.
func furnished(t *testing.T, s *apptest.Server) (h *house, ada *apptest.Person, pictured apptest.Status) {
	h = newHouse(t, s)
	ada = s.Join("ada", social.Owner)
	ben := s.Join("ben", social.Member)
	first := ada.Post("Good morning #plaza", "public")
	ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "@ada and to you #plaza #café", "in_reply_to_id": first.ID}, nil)
	ben.Must("POST", "/api/v1/statuses/"+first.ID+"/reblog", nil, nil)
	ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look", "media_ids": []string{upload(t, ada, s, color.RGBA{200, 40, 40, 255})}}, &pictured)
	h.update()
	return h, ada, pictured
}

// Whatever is done to a copy is found, and named.
func TestTampered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h, ada, pictured := furnished(t, s)
		h.good("made")
		older := h.all()
		ada.Post("And good night", "public")
		h.update()
		r := h.good("updated")
		if r.Manifest.Number != 2 {
			t.Errorf("number %d, want 2", r.Manifest.Number)
		}
		kinds := map[string]bool{}
		for key, text := range h.all() {
			kind := filepath.Ext(key)
			if strings.HasPrefix(key, "index/") {
				kind = "index"
			}
			if kinds[kind] || key == "manifest" || key == "mirror.pub" {
				continue
			}
			kinds[kind] = true
			h.tamper(key, text)
		}
		for _, kind := range []string{".html", ".css", ".js", ".svg", ".txt", ".atom", "index"} {
			if !kinds[kind] {
				t.Errorf("there is no file of kind %s: %v", kind, kinds)
			}
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(h.all())), func(k string) bool { return strings.HasPrefix(k, "media/") }) {
			t.Error("no picture is there")
		}
		h.has(page(ada, pictured), "../../media/")
		h.forged()
		h.replayed(older)
	})
}

// tamper changes a byte of a file, adds one, takes the file away, and adds
// another, and wants each to be named.
func (h *house) tamper(key, text string) {
	h.t.Helper()
	at := filepath.Join(h.to, filepath.FromSlash(key))
	b := []byte(text)
	b[len(b)/2] ^= 1
	for _, wrong := range [][]byte{b, append([]byte(text), '\n'), nil} {
		h.must(os.WriteFile(at, wrong, 0o644))
		if r := h.verify(); !slices.Contains(r.Changed, key) || strings.HasPrefix(key, "index/") != (r.Checked == 0) {
			h.t.Errorf("%s with %d bytes: changed %v, %d checked", key, len(wrong), r.Changed, r.Checked)
		}
	}
	h.must(os.Remove(at))
	if r := h.verify(); !slices.Equal(r.Missing, []string{key}) {
		h.t.Errorf("%s taken away: missing %v", key, r.Missing)
	}
	h.must(os.WriteFile(at, []byte(text), 0o644))
	h.must(os.WriteFile(at+".bak", []byte(text), 0o644))
	if r := h.verify(); !slices.Equal(r.Extra, []string{key + ".bak"}) {
		h.t.Errorf("a file beside %s: extra %v", key, r.Extra)
	}
	h.must(os.Remove(at + ".bak"))
	h.good("with " + key + " as it was")
}

// forged is a manifest of another number, and one by another key.
func (h *house) forged() {
	h.t.Helper()
	at, was := filepath.Join(h.to, "manifest"), h.file("manifest")
	h.must(os.WriteFile(at, []byte(strings.Replace(was, "number 2", "number 9", 1)), 0o644))
	if _, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: h.to}, app.MirrorCheck{}); errs.KindOf(err) != errs.Conflict || err == nil {
		h.t.Errorf("another number: %v, want Conflict", err)
	}
	h.must(os.WriteFile(at, []byte(was), 0o644))
	other := apptest.Start(h.t)
	key, err := other.MirrorKey(h.t.Context())
	h.must(err)
	if _, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: h.to}, app.MirrorCheck{Key: key}); errs.KindOf(err) != errs.Conflict || err == nil {
		h.t.Errorf("another's key: %v, want Conflict", err)
	}
	if r, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: h.to}, app.MirrorCheck{}); err != nil || !r.OK() {
		h.t.Errorf("its own word: %v", err)
	}
}

// replayed is the whole mirror as it was before: true, and old.
func (h *house) replayed(older map[string]string) {
	h.t.Helper()
	web := httptest.NewServer(http.FileServer(http.Dir(h.to)))
	defer web.Close()
	if r, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: web.URL}, app.MirrorCheck{AtLeast: 2}); err != nil || !r.OK() || r.Listed {
		h.t.Errorf("on the web: %+v, %v", r, err)
	}
	h.must(os.RemoveAll(h.to))
	for key, text := range older {
		at := filepath.Join(h.to, filepath.FromSlash(key))
		h.must(os.MkdirAll(filepath.Dir(at), 0o755))
		h.must(os.WriteFile(at, []byte(text), 0o644))
	}
	if r := h.good("replayed"); r.Manifest.Number != 1 {
		h.t.Errorf("number %d, want 1", r.Manifest.Number)
	}
	if _, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: h.to}, app.MirrorCheck{AtLeast: 2}); errs.KindOf(err) != errs.Conflict || err == nil {
		h.t.Errorf("older than wanted: %v, want Conflict", err)
	}
	if _, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: web.URL}, app.MirrorCheck{AtLeast: 1}); err != nil {
		h.t.Errorf("as old as wanted: %v", err)
	}
}

// A mirror that another hand has changed is begun anew, with numbers that go on;
// a folder with something else in it is left alone.
func TestPlace(t *testing.T) {
	s := apptest.Start(t)
	h, _, _ := furnished(t, s)
	number := h.good("made").Manifest.Number
	h.must(os.RemoveAll(h.to))
	h.keeper = nil
	h.update()
	if r := h.good("taken away"); r.Manifest.Number <= number {
		t.Errorf("number %d after %d", r.Manifest.Number, number)
	}
	h.must(os.WriteFile(filepath.Join(h.to, "index.html"), []byte("changed"), 0o644))
	h.must(os.WriteFile(filepath.Join(h.to, "planted.html"), []byte("planted"), 0o644))
	if _, err := h.MirrorOnce(t.Context(), h.to, true); err != nil {
		t.Errorf("again: %v", err)
	}
	h.good("again")
	full := t.TempDir()
	h.must(os.WriteFile(filepath.Join(full, "diary.txt"), []byte("mine"), 0o644))
	if _, err := h.MirrorOnce(t.Context(), full, false); errs.KindOf(err) != errs.Conflict || err == nil {
		t.Errorf("a folder with a diary: %v, want Conflict", err)
	}
	other := apptest.Start(t)
	if _, err := other.MirrorOnce(t.Context(), h.to, false); errs.KindOf(err) != errs.Conflict || err == nil {
		t.Errorf("another network's mirror: %v, want Conflict", err)
	}
	h.good("after the other tried")
}

// What is served is what was verified, as what it is.
func TestServe(t *testing.T) {
	s := apptest.Start(t)
	h, ada, _ := furnished(t, s)
	h.must(os.WriteFile(filepath.Join(h.to, "extra.html"), []byte("<script>1</script>"), 0o644))
	r := h.verify()
	handler, err := app.MirrorHandler(conf.Place{URL: h.to}, &r)
	h.must(err)
	for _, c := range []struct {
		path   string
		status int
		kind   string
	}{
		{"/", 200, "text/html; charset=utf-8"}, {"/@" + ada.Name + "/", 200, "text/html; charset=utf-8"}, {"/@ada", 301, ""}, {"/@ada/feed.atom", 200, "application/atom+xml; charset=utf-8"},
		{"/manifest", 200, "text/plain; charset=utf-8"}, {"/robots.txt", 200, "text/plain; charset=utf-8"}, {"/tags/caf%C3%A9/", 200, "text/html; charset=utf-8"},
		{"/extra.html", 404, "text/html; charset=utf-8"}, {"/tags/", 404, "text/html; charset=utf-8"}, {"/../../etc/passwd", 404, "text/html; charset=utf-8"},
		{"/@ada/..%2f..%2fmanifest", 404, "text/html; charset=utf-8"}, {"/media/", 404, "text/html; charset=utf-8"}, {"/index/", 404, "text/html; charset=utf-8"},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
		head := w.Header()
		if w.Code != c.status || c.kind != "" && head.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d %s, want %d %s", c.path, w.Code, head.Get("Content-Type"), c.status, c.kind)
		}
		if c.kind != "" && (head.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(head.Get("Content-Security-Policy"), "default-src 'none'")) {
			t.Errorf("%s: headers %v", c.path, head)
		}
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

// What was put beside a mirror, or changed since it was verified, is not served;
// what was signed since then is.
func TestServeOnlySigned(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	h, ada, _ := furnished(t, s)
	put := func(key, text string) {
		t.Helper()
		at := filepath.Join(h.to, filepath.FromSlash(key))
		h.must(os.MkdirAll(filepath.Dir(at), 0o755))
		h.must(os.WriteFile(at, []byte(text), 0o644))
	}
	put("index/x.html", "<script src=x.js></script>")
	put("index/x.js", "alert(1)")
	r := h.verify()
	handler, err := app.MirrorHandler(conf.Place{URL: h.to}, &r)
	h.must(err)
	gets := func(when, path string, status int, body string) {
		t.Helper()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status || body != "" && w.Body.String() != body {
			t.Errorf("%s: %s: %d, want %d: %.200s", when, path, w.Code, status, w.Body)
		}
	}
	gets("put beside", "/index/x.html", 404, "")
	gets("put beside", "/index/x.js", 404, "")
	gets("as it was signed", "/index/root", 200, h.file("index/root"))
	gets("as it was signed", "/manifest", 200, h.file("manifest"))

	home, key, manifest := h.file("index.html"), h.file("mirror.pub"), h.file("manifest")
	for _, wrong := range []string{strings.Replace(home, "<body", "<body class=x", 1), home + " ", strings.Repeat("x", len(home)), ""} {
		put("index.html", wrong)
		gets("changed", "/", 503, "")
	}
	put("index.html", home)
	gets("put back", "/", 200, home)
	put("mirror.pub", "another")
	gets("with another key", "/mirror.pub", 200, key)
	put("mirror.pub", key)
	put("manifest", strings.Replace(manifest, "number 1", "number 9", 1))
	gets("with another number", "/manifest", 503, "")
	put("manifest", manifest)
	h.must(os.Remove(filepath.Join(h.to, "index.html")))
	gets("taken away", "/", 404, h.file("404.html"))
	put("index.html", home)

	older := h.all()
	post := ada.Post("And good night", "public")
	h.update()
	gets("signed since", "/"+page(ada, post), 200, h.file(page(ada, post)))
	gets("signed since", "/", 200, h.file("index.html"))
	for key, text := range older {
		put(key, text)
	}
	gets("shown the past", "/", 503, "")
}
