package doors

import (
	"strings"
	"testing"
)

// moderated is what members tell the staff, and what the staff does about it.
func (w *crowd) moderated(t *testing.T) {
	t.Helper()
	w.olga.Token = w.olga.TokenWith("read write admin:read admin:write")
	said := w.ben.Post("Buy my bread", "public")
	var made collected
	w.ben.Must("POST", "/api/v1/collections", "name=Bread", &made)
	var report struct{ ID string }
	w.call(t, w.ada, "POST /api/v1/reports", nil, form("account_id", num(w.ben.ID), "status_ids[]", said.ID, "collection_ids[]", made.Collection.ID, "comment", "So much bread.", "category", "violation",
		"rule_ids[]", "1", "forward", "true")).JSON(t, &report)
	w.each(t, "AdminReport", w.call(t, w.olga, "GET /api/v1/admin/reports", nil).Body)
	for _, route := range []string{"POST /api/v1/admin/reports/{id}/assign_to_self", "POST /api/v1/admin/reports/{id}/resolve", "GET /api/v1/admin/reports/{id}",
		"POST /api/v1/admin/reports/{id}/reopen", "POST /api/v1/admin/reports/{id}/unassign"} {
		w.entity(t, "AdminReport", string(w.call(t, w.olga, route, []any{report.ID}).Body))
	}
	w.entity(t, "AdminReport", string(w.call(t, w.olga, "PUT /api/v1/admin/reports/{id}", []any{report.ID}, form("category", "spam")).Body))
	w.call(t, w.olga, "POST /api/v1/admin/accounts/{id}/action", []any{w.ben.ID}, form("type", "none", "text", "Less bread, please.", "report_id", report.ID))
	for _, route := range []string{"GET /api/v1/admin/accounts?local=true", "GET /api/v2/admin/accounts?origin=local"} {
		w.each(t, "AdminAccount", w.call(t, w.olga, route, nil).Body)
	}
	w.entity(t, "AdminAccount", string(w.call(t, w.olga, "GET /api/v1/admin/accounts/{id}", []any{w.ben.ID}).Body))
	for _, turn := range [][2]string{{"sensitive", "unsensitive"}, {"silence", "unsilence"}, {"disable", "enable"}, {"suspend", "unsuspend"}} {
		w.call(t, w.olga, "POST /api/v1/admin/accounts/{id}/action", []any{w.ben.ID}, form("type", turn[0]))
		w.entity(t, "AdminAccount", string(w.call(t, w.olga, "POST /api/v1/admin/accounts/{id}/"+turn[1], []any{w.ben.ID}).Body))
	}
	for _, told := range []struct {
		kind string
		who  string
	}{{"admin.report", w.olga.Token}, {"moderation_warning", w.ben.Token}} {
		var list string
		w.server.Eventually("a notice of "+told.kind, func() bool {
			list = string(w.server.Call("GET", "/api/v1/notifications?types[]="+told.kind, told.who, nil).Body)
			return strings.Contains(list, told.kind)
		})
		w.each(t, "Notification", []byte(list))
	}
}
