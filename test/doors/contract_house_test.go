package doors

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// house is what the owner wrote, and what a person says of themselves.
func (w *crowd) house(t *testing.T) {
	t.Helper()
	settings := w.server.Instance.Settings()
	settings.Terms = []social.Text{{Body: "Be good.", Since: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, {Body: "Be very good.", Since: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)}}
	settings.About, settings.Privacy = social.Text{Body: "A square."}, social.Text{Body: "Yours."}
	if err := w.server.Instance.SetSettings(t.Context(), social.Actor{Account: w.olga.ID, Standing: social.Good, Role: social.Owner}, settings); err != nil {
		t.Fatal(err)
	}
	w.call(t, nil, "GET /api/v1/instance/activity", nil)
	w.call(t, nil, "GET /api/v1/instance/privacy_policy", nil)
	w.call(t, nil, "GET /api/v1/instance/terms_of_service", nil)
	w.call(t, nil, "GET /api/v1/instance/terms_of_service/{date}", []any{"2026-01-02"})
	w.call(t, w.ben, "PATCH /api/v1/profile", nil, form("display_name", "Ben", "show_media", "false", "attribution_domains[]", "https://News.example.org", "bot", "false"))
	w.call(t, w.ben, "GET /api/v1/profile", nil)
	w.call(t, w.ben, "GET /api/v1/accounts/verify_credentials", nil)
}
