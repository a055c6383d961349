package doors

import (
	"bytes"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// emojis stand in what people say.
func (w *crowd) emojis(t *testing.T) {
	t.Helper()
	olga := social.Actor{Account: w.olga.ID, Standing: social.Good, Role: social.Owner}
	for _, e := range []social.Emoji{{Shortcode: "blob", Category: "Blobs", Enabled: true, Listed: true}, {Shortcode: "shy", Enabled: true}} {
		if _, err := w.server.Emojis.Add(t.Context(), olga, e, bytes.NewReader(pngOf(t, 20, 20)), false); err != nil {
			t.Fatal(err)
		}
	}
	w.call(t, nil, "GET /api/v1/custom_emojis", nil)
	w.call(t, w.cleo, "PATCH /api/v1/accounts/update_credentials", nil, form("display_name", "Cleo :blob:"))
	w.call(t, w.cleo, "POST /api/v1/statuses", nil, form("status", "So :blob: and :shy:"))
}
