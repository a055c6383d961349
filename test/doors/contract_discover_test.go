package doors

import "testing"

// discovered is what is shown to people who look around.
func (w *crowd) discovered(t *testing.T) {
	t.Helper()
	for _, p := range []struct{ token string }{{w.ada.Token}, {w.ben.Token}} {
		wantStatus(t, "discoverable", send(t, w.server, "PATCH", "/api/v1/profile", bearer(p.token), form("discoverable", "true")), 200)
		wantStatus(t, "a post", send(t, w.server, "POST", "/api/v1/statuses", bearer(p.token), form("status", "So much #bread", "visibility", "public")), 200)
	}
	w.cleo.Must("POST", "/api/v1/statuses/"+w.ada.Post("Like this", "public").ID+"/favourite", nil, nil)
	for _, route := range []string{"/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/directory"} {
		w.call(t, nil, "GET "+route, nil)
	}
	fay := w.server.Join("fay", "user")
	w.call(t, fay, "GET /api/v2/suggestions", nil)
	w.call(t, fay, "GET /api/v1/suggestions", nil)
	w.call(t, fay, "DELETE /api/v1/suggestions/{id}", []any{w.ada.ID})
	w.call(t, nil, "GET /api/v1/trends/links?empty", nil)
	w.call(t, nil, "GET /api/plaza/v1/trends", nil)
	w.call(t, nil, "GET /api/plaza/v1/trends/data", nil)
}
