package doors

import "testing"

// shut is whom ben recommends, and where ben wants nothing from.
func (w *crowd) shut(t *testing.T) {
	t.Helper()
	w.ben.Follow(w.ada)
	for _, name := range []string{"endorse", "pin"} {
		w.call(t, w.ben, "POST /api/v1/accounts/{id}/un"+name, []any{w.ada.ID})
		w.call(t, w.ben, "POST /api/v1/accounts/{id}/"+name, []any{w.ada.ID})
	}
	w.call(t, nil, "GET /api/v1/accounts/{id}/endorsements", []any{w.ben.ID})
	w.call(t, w.ben, "GET /api/v1/endorsements", nil)
	w.call(t, w.ben, "POST /api/v1/domain_blocks", nil, form("domain", "far.example"))
	w.call(t, w.ben, "GET /api/v1/domain_blocks", nil)
	w.call(t, w.ben, "GET /api/v1/domain_blocks/preview?domain=far.example", nil)
	w.call(t, w.ben, "DELETE /api/v1/domain_blocks", nil, form("domain", "far.example"))
}
