package doors

import (
	"encoding/json"
	"testing"

	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// counted is the numbers by which moderators see how the house does.
func (w *crowd) counted(t *testing.T) {
	t.Helper()
	mia := w.server.Join("mia", social.Moderator)
	token := bearer(mia.TokenWith(auth.Scopes.String()))
	ask := func(entity, route string, want int, body map[string]any) {
		t.Helper()
		var all []json.RawMessage
		w.call(t, nil, route, nil, token, object(t, body)).JSON(t, &all)
		if len(all) != want {
			t.Errorf("%s: %d answers, want %d", route, len(all), want)
		}
		for _, one := range all {
			w.entity(t, entity, string(one))
		}
	}
	day := w.server.Store.Now().Format("2006-01-02")
	ask("AdminMeasure", "POST /api/v1/admin/measures", 14, map[string]any{"start_at": day, "end_at": day,
		"keys": []string{"active_users", "new_users", "interactions", "tag_accounts", "tag_uses", "tag_servers", "instance_accounts",
			"instance_media_attachments", "instance_statuses", "instance_follows", "instance_followers", "instance_reports", "opened_reports", "resolved_reports", "unheard_of"},
		"tag_accounts": map[string]string{"id": "bread"}, "instance_accounts": map[string]string{"domain": "elsewhere.example"}})
	ask("AdminDimension", "POST /api/v1/admin/dimensions", 9, map[string]any{"start_at": day, "end_at": day, "limit": 5,
		"keys":        []string{"languages", "sources", "servers", "space_usage", "software_versions", "tag_servers", "tag_languages", "instance_accounts", "instance_languages"},
		"tag_servers": map[string]string{"id": "bread"}})
	ask("AdminCohort", "POST /api/v1/admin/retention", 1, map[string]any{"start_at": day, "end_at": day, "frequency": "day"})
	ask("AdminCohort", "POST /api/v1/admin/retention", 1, map[string]any{"start_at": day + "T00:00:00Z", "end_at": day, "frequency": "month"})
	wantStatus(t, "no frequency", send(t, w.server, "POST", "/api/v1/admin/retention", token), 422)
	wantStatus(t, "no day", send(t, w.server, "POST", "/api/v1/admin/measures", token, form("start_at", "yesterday")), 422)
}
