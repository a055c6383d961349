package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// quoted are posts within posts, in every state they can have here.
func (w *crowd) quoted(t *testing.T) {
	t.Helper()
	var of, quote, again apptest.Status
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "Quote this", "quote_approval_policy", "followers")).JSON(t, &of)
	w.call(t, w.ben, "POST /api/v1/statuses", nil, form("status", "As she said", "quoted_status_id", of.ID, "visibility", "public")).JSON(t, &quote)
	w.call(t, w.cleo, "POST /api/v1/statuses", nil, form("quoted_status_id", quote.ID, "visibility", "public")).JSON(t, &again)
	w.call(t, w.ada, "GET /api/v1/statuses/{id}", []any{again.ID})
	w.call(t, nil, "GET /api/v1/statuses/{id}/quotes", []any{of.ID})
	w.call(t, w.ben, "GET /api/v1/statuses/{id}/history", []any{quote.ID})
	w.call(t, w.ada, "PUT /api/v1/statuses/{id}", []any{of.ID}, form("status", "Quote this please"))
	for who, kind := range map[*apptest.Person]string{w.ada: "quote", w.ben: "quoted_update"} {
		w.server.Eventually("a notice of kind "+kind, func() bool {
			return strings.Contains(string(who.Call("GET", "/api/v1/notifications?types[]="+kind, nil).Body), quote.ID)
		})
		w.call(t, who, "GET /api/v1/notifications?types[]="+kind, nil)
	}
	w.call(t, w.ada, "PUT /api/v1/statuses/{id}/interaction_policy", []any{of.ID}, form("quote_approval_policy", "nobody"))
	w.call(t, w.ada, "POST /api/v1/statuses/{id}/quotes/{quoting}/revoke", []any{of.ID, quote.ID})
	w.call(t, w.ben, "GET /api/v1/statuses/{id}", []any{quote.ID})
	w.call(t, w.ada, "PATCH /api/v1/accounts/update_credentials", nil, form("source[quote_policy]", "followers"))
	w.call(t, w.ada, "GET /api/v1/preferences", nil)
}
