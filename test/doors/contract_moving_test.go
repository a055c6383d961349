package doors

import "testing"

// moving is somebody who moves, whom nobody else needs.
func (w *crowd) moving(t *testing.T) {
	t.Helper()
	from, to := w.server.Join("mover", "user"), w.server.Join("moved", "user")
	w.call(t, to, "POST /api/v1/accounts/alias", nil, form("also_known_as_uris[]", "@mover"))
	wantStatus(t, "a move", send(t, w.server, "POST", "/api/v1/accounts/move", bearer(from.Token), form("moved_to_uri", "@moved", "password", from.Password)), 202)
	w.call(t, nil, "GET /api/v1/accounts/{id}", []any{from.ID})
	w.call(t, from, "POST /api/plaza/v1/accounts/stay", nil)
}
