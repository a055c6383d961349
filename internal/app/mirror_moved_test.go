package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

// TestMirrorOfMoved has old links lead to where a house is that has moved,
// wherever its mirror answers for the old name.
func TestMirrorOfMoved(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Join("ada", social.Member)
	to, ok := social.ParseHouseName("new.example", "")
	if !ok {
		t.Fatal("new.example is no name")
	}
	if err := s.MoveHouse(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	moved, err := app.Open(t.Context(), app.Options{Config: s.Config, Clock: clock.System, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer moved.Close()
	dir := filepath.Join(t.TempDir(), "mirror")
	if _, err := moved.MirrorOnce(t.Context(), dir, false); err != nil {
		t.Fatal(err)
	}
	h, err := app.MirrorHandler(conf.Place{URL: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{strings.TrimPrefix(s.URL, "http://"): "https://new.example/@ada/", "mirror.example": ""} {
		r := httptest.NewRequest(http.MethodGet, "/@ada/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("as %s it leads to %q (%d), want %q", host, got, w.Code, want)
		}
	}
	for file, want := range map[string]string{".htaccess": "RewriteRule ^(.*)$ https://new.example/$1 [R=301,L]", "_redirects": "/* https://new.example/:splat 301!"} {
		if b, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %v %s", file, err, b)
		}
	}
}

// TestPagesOfMoved has the pages of a mirror tell where they are now, and lead
// there if it stands where nothing else can: a bucket, a host that only shows files.
func TestPagesOfMoved(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	post := s.Join("ada", social.Member).Post("Good morning #café", "public")
	page := func(a *app.App, dir, key string) string {
		t.Helper()
		if _, err := a.MirrorOnce(t.Context(), dir, false); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, key))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	own, lead := filepath.Join(t.TempDir(), "own"), filepath.Join(t.TempDir(), "lead")
	if text := page(s.App, own, "index.html"); strings.Contains(text, "another address now") || strings.Contains(text, `http-equiv="refresh"`) {
		t.Errorf("it leads on before the house has moved: %s", text)
	}
	to, _ := social.ParseHouseName("new.example", "")
	if err := s.MoveHouse(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	o := app.Options{Config: s.Config, Clock: clock.System, Log: slog.New(slog.DiscardHandler)}
	moved, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer moved.Close()
	for key, at := range map[string]string{"index.html": "/", "@ada/index.html": "/@ada", "@ada/" + post.ID + "/index.html": "/@ada/" + post.ID, "tags/café/index.html": "/tags/caf%C3%A9",
		"about/index.html": "/about", "404.html": "/", "status/index.html": ""} {
		for dir, leads := range map[string]bool{own: false, lead: true} {
			moved.Config.Mirror.Lead = leads
			text, at := page(moved, dir, key), "https://new.example"+at
			told := key != "status/index.html"
			for has, want := range map[string]bool{`<link rel="canonical" href="` + at + `"`: told, `another address now. You find what you look for at <a href="` + at + `"`: told,
				`<meta http-equiv="refresh" content="0; url=` + at + `"`: told && leads, `http-equiv="refresh"`: told && leads} {
				if strings.Contains(text, has) != want {
					t.Errorf("%s (leads: %v): %q is there: %v", key, leads, has, !want)
				}
			}
		}
	}
}
