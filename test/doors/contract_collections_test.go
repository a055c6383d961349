package doors

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// collected is whom ben recommends together. The schema says nothing of what
// is wrapped, so what is inside is looked at.
func (w *crowd) collected(t *testing.T) {
	t.Helper()
	var wrapped struct {
		Collection  json.RawMessage
		Collections []json.RawMessage
		Item        struct{ ID string } `json:"collection_item"`
	}
	var c struct{ ID string }
	w.ben.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
	w.call(t, w.ben, "POST /api/v1/collections", nil, form("name", "Bakers", "description", "All <b> of them", "language", "en", "tag_name", "#Bread",
		"sensitive", "true", "account_ids[]", fmt.Sprint(w.ada.ID))).JSON(t, &wrapped)
	w.entity(t, "Collection", string(wrapped.Collection))
	if err := json.Unmarshal(wrapped.Collection, &c); err != nil {
		t.Fatal(err)
	}
	w.call(t, w.ben, "POST /api/v1/collections/{id}/items", []any{c.ID}, form("account_id", fmt.Sprint(w.ben.ID))).JSON(t, &wrapped)
	w.call(t, w.ben, "PATCH /api/v1/collections/{id}", []any{c.ID}, form("name", "Great bakers", "language", "", "tag_name", "")).JSON(t, &wrapped)
	w.entity(t, "Collection", string(wrapped.Collection))
	for _, kind := range []string{"added_to_collection", "collection_update"} {
		w.server.Eventually("a notice of kind "+kind, func() bool {
			return strings.Contains(string(w.ada.Call("GET", "/api/v1/notifications?types[]="+kind, nil).Body), c.ID)
		})
		w.call(t, w.ada, "GET /api/v1/notifications?types[]="+kind, nil)
		w.call(t, w.ada, "GET /api/v2/notifications?supported_types[]=mention&types[]="+kind, nil)
	}
	w.call(t, nil, "GET /api/v1/collections/{id}", []any{c.ID})
	address := w.server.URL + "/collections/" + c.ID
	passed := w.ada.Post("Look: "+address, "public")
	w.call(t, w.cleo, "GET /api/v1/statuses/{id}", []any{passed.ID})
	w.call(t, w.cleo, "GET /api/v2/search?resolve=true&q={q}", []any{url.QueryEscape(address)})
	w.call(t, nil, "GET /api/v1/accounts/{id}/collections", []any{w.ben.ID}).JSON(t, &wrapped)
	for _, one := range wrapped.Collections {
		w.entity(t, "Collection", string(one))
	}
	w.call(t, w.ada, "GET /api/v1/accounts/{id}/in_collections", []any{w.ada.ID})
	w.call(t, w.ben, "POST /api/v1/collections/{id}/items/{item}/revoke", []any{c.ID, wrapped.Item.ID})
	w.call(t, w.ben, "DELETE /api/v1/collections/{id}", []any{c.ID})
}
