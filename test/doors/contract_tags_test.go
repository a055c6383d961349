package doors

import "testing"

// tagged is what ben does with tags.
func (w *crowd) tagged(t *testing.T) {
	t.Helper()
	w.ben.Post("So much #Dough and #salt", "public")
	w.call(t, w.ben, "POST /api/v1/tags/{hashtag}/follow", []any{"Dough"})
	w.call(t, w.ben, "GET /api/v1/followed_tags", nil)
	w.call(t, w.ben, "POST /api/v1/tags/{hashtag}/unfollow", []any{"dough"})
	w.call(t, w.ben, "GET /api/v1/featured_tags/suggestions", nil)
	var tag struct{ ID string }
	w.call(t, w.ben, "POST /api/v1/featured_tags", nil, form("name", "Dough")).JSON(t, &tag)
	w.call(t, w.ben, "POST /api/v1/tags/{hashtag}/feature", []any{"unused"})
	w.call(t, w.ben, "GET /api/v1/featured_tags", nil)
	w.call(t, nil, "GET /api/v1/accounts/{id}/featured_tags", []any{w.ben.ID})
	w.call(t, w.ben, "POST /api/v1/tags/{hashtag}/unfeature", []any{"unused"})
	w.call(t, w.ben, "DELETE /api/v1/featured_tags/{id}", []any{tag.ID})
}
