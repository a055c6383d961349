package doors

import (
	"encoding/json"
	"testing"

	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// reviewed is what moderators decide about what many turn to.
func (w *crowd) reviewed(t *testing.T) {
	t.Helper()
	mona := w.server.Join("mona", social.Moderator)
	token := bearer(mona.TokenWith(auth.Scopes.String()))
	w.ada.Post("So much #salt", "public")
	w.ben.Post("So much #salt, too", "public")
	entities := func(name, route string, parts ...any) {
		t.Helper()
		a := w.call(t, nil, route, parts, token)
		var list []json.RawMessage
		if json.Unmarshal(a.Body, &list) != nil {
			list = []json.RawMessage{a.Body}
		}
		if len(list) == 0 {
			t.Errorf("%s: an empty list shows nothing", route)
		}
		for _, one := range list {
			for _, n := range []string{name, map[string]string{"AdminTag": "Tag"}[name]} {
				if n != "" {
					w.entity(t, n, string(one))
				}
			}
		}
	}
	entities("AdminTag", "GET /api/v1/admin/tags")
	entities("AdminTag", "GET /api/v1/admin/tags/{id}", "salt")
	entities("AdminTag", "GET /api/v1/admin/trends/tags")
	entities("AdminTag", "POST /api/v1/admin/trends/tags/{id}/reject", "salt")
	entities("AdminTag", "POST /api/v1/admin/trends/tags/{id}/approve", "salt")
	a := w.call(t, nil, "PUT /api/v1/admin/tags/{id}", []any{"salt"}, token, form("display_name", "Salt", "usable", "false", "listable", "false", "trendable", "false"))
	var tag struct {
		Name                                        string `json:"display_name"`
		Usable, Listable, Trendable, RequiresReview bool
	}
	if a.JSON(t, &tag); tag.Name != "Salt" || tag.Usable || tag.Listable || tag.Trendable {
		t.Errorf("after it was ruled: %s", a.Body)
	}
	wantStatus(t, "another tag's letters", send(t, w.server, "PUT", "/api/v1/admin/tags/salt", token, form("display_name", "Pepper")), 422)
	entities("Status", "GET /api/v1/admin/trends/statuses")
	post := w.ada.Post("Look at this", "public")
	entities("Status", "POST /api/v1/admin/trends/statuses/{id}/reject", post.ID)
	entities("Status", "POST /api/v1/admin/trends/statuses/{id}/approve", post.ID)
	w.call(t, nil, "POST /api/v1/admin/trends/links/publishers/{id}/approve", []any{"news.example"}, token)
	w.call(t, nil, "POST /api/v1/admin/trends/links/publishers/{id}/reject", []any{"news.example"}, token)
	w.call(t, nil, "GET /api/v1/admin/trends/links/publishers", nil, token)
	w.call(t, nil, "GET /api/v1/admin/trends/links?empty", nil, token)
	wantStatus(t, "a message is no trend", send(t, w.server, "POST", "/api/v1/admin/trends/statuses/"+w.ada.Post("Only you", "direct").ID+"/approve", token), 404)
}
