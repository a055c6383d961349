package doors

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// announced is what the house tells everybody, and what they make of it; those who
// listen hear of it while it happens.
func (w *crowd) announced(t *testing.T) {
	t.Helper()
	e := socket(t, w.server, "/api/v1/streaming?stream=user", withToken(w.ben.Token))
	e.settle(t)
	a, err := w.server.Announcements.Tell(t.Context(), social.Keyboard, social.Announcement{Text: "We move house :truck: see https://example.com #news"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.server.Emojis.Add(t.Context(), social.Keyboard, social.Emoji{Shortcode: "truck", Enabled: true}, bytes.NewReader(pngOf(t, 20, 20)), false); err != nil {
		t.Fatal(err)
	}
	w.call(t, w.ben, "PUT /api/v1/announcements/{id}/reactions/{name}", []any{a.ID, "truck"})
	party := url.PathEscape("🎉")
	w.call(t, w.ada, "PUT /api/v1/announcements/{id}/reactions/{name}", []any{a.ID, party})
	w.call(t, w.ada, "GET /api/v1/announcements", nil)
	w.call(t, w.ada, "POST /api/v1/announcements/{id}/dismiss", []any{a.ID})
	w.call(t, w.ada, "GET /api/v1/announcements?with_dismissed=true", nil)
	if b := w.ada.Call("GET", "/api/v1/announcements", nil).Body; string(b) != "[]" {
		t.Errorf("what ada has read: %s", b)
	}
	w.call(t, w.ada, "DELETE /api/v1/announcements/{id}/reactions/{name}", []any{a.ID, party})
	wantStatus(t, "no emoji", w.ada.Call("PUT", "/api/v1/announcements/"+num(a.ID)+"/reactions/blobcat", nil), 422)
	if err := w.server.Announcements.Delete(t.Context(), social.Keyboard, a.ID); err != nil {
		t.Fatal(err)
	}
	w.server.Eventually("events about announcements", func() bool {
		return e.has("user", "announcement", "We move house") && e.has("user", "announcement.reaction", `"announcement_id":"`+num(a.ID)+`"`) && e.has("user", "announcement.delete", num(a.ID))
	})
	for _, m := range e.all() {
		if m.Event == "announcement" {
			w.entity(t, "Announcement", m.Payload)
		}
		if m.Event == "announcement.reaction" && !strings.Contains(m.Payload, `"name":"🎉"`) && !strings.Contains(m.Payload, `"name":"truck"`) {
			t.Errorf("a reaction is told as %s", m.Payload)
		}
	}
}
