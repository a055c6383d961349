package app_test

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
)

// Apps probe for what a server can. What is not there is said at once, in the
// words of the API, and costs no look into the database: here it is closed.
func TestUnknownRoutesAskNobody(t *testing.T) {
	t.Parallel()
	c, err := conf.Load(func(string) string { return "" }, conf.Overrides{Data: t.TempDir(), Listen: "127.0.0.1:0", URL: "http://127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Options{Config: c, Clock: clock.System, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, strings.NewReader("status=Hi"))
		r.Header.Set("Authorization", "Bearer abc")
		a.Handler().ServeHTTP(w, r)
		return w
	}
	if w := ask("GET", "/api/v1/timelines/home"); w.Code != 401 {
		t.Fatalf("a token that is none: %d %s", w.Code, w.Body)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if w := ask("GET", "/api/v1/timelines/home"); w.Code != 503 {
		t.Fatalf("with the database closed: %d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/api", "/api/", "/api/v1", "/api/v1/nowhere", "/api/v3/instance", "/api/v1/statuses/1/nowhere", "/api/v1/accounts/1/nowhere/2", "/api/v1/pleroma/chats",
		"/api/v1//statuses", "/api/v1/../../etc/passwd", "/api/plaza/v1/nowhere", "/oauth/token/nowhere", "/nodeinfo/9.9", "/.well-known/nowhere", "/api/" + strings.Repeat("x/", 2000)} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			w := ask(method, path)
			var e struct{ Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != 404 || e.Error == "" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s %.60s: %d %.200s", method, path, w.Code, w.Body)
			}
		}
	}
	if w := ask("DELETE", "/api/v2/instance"); w.Code != 405 || !strings.Contains(w.Body.String(), `"error"`) {
		t.Errorf("a method that is not: %d %s", w.Code, w.Body)
	}
}
