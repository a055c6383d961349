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
