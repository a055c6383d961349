package doors

import (
	"encoding/json"
	"testing"
	"time"
)

// pictures are sent, described and asked for; and questions asked and answered.
func (w *crowd) pictures(t *testing.T) {
	t.Helper()
	var m attached
	for _, route := range []string{"/api/v1/media", "/api/v2/media"} {
		a := upload(t, w.server, w.ada, route, pngOf(t, 40, 30), "description", "A pattern", "focus", "0.5,0.5")
		wantStatus(t, route, a, 200)
		var v any
		if err := json.Unmarshal(a.Body, &v); err != nil {
			t.Fatal(err)
		}
		keep(t, route, w.schema("POST", route), v)
		w.met["POST "+route] = true
		a.JSON(t, &m)
	}
	w.call(t, w.ada, "GET /api/v1/media/{id}", []any{m.ID})
	w.call(t, w.ada, "PUT /api/v1/media/{id}", []any{m.ID}, form("description", "Waves"))
	var p polled
	w.call(t, w.ada, "POST /api/v1/statuses", nil, object(t, question([]string{"Bread", "Soup"}))).JSON(t, &p)
	w.call(t, w.ben, "GET /api/v1/polls/{id}", []any{p.Poll.ID})
	w.call(t, w.ben, "POST /api/v1/polls/{id}/votes", []any{p.Poll.ID}, object(t, map[string]any{"choices": []int{1}}))
	at := w.server.Store.Now().Add(time.Hour).Format(time.RFC3339)
	send(t, w.server, "POST", "/api/v1/statuses", bearer(w.ada.Token), form("status", "Later", "scheduled_at", at, "reply_policy", "approval")).JSON(t, &p)
	w.call(t, w.ada, "GET /api/v1/scheduled_statuses", nil)
	var later struct {
		Params struct {
			ReplyPolicy string `json:"reply_policy"`
		}
	}
	if w.call(t, w.ada, "GET /api/v1/scheduled_statuses/{id}", []any{p.ID}).JSON(t, &later); later.Params.ReplyPolicy != "approval" {
		t.Errorf("who may reply to what is said later: %q", later.Params.ReplyPolicy)
	}
	w.call(t, w.ada, "PUT /api/v1/scheduled_statuses/{id}", []any{p.ID}, form("scheduled_at", at))
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "Look", "media_ids[]", m.ID, "sensitive", "true"))
}
