package doors

import "testing"

// filtered is what ben does not want to read.
func (w *crowd) filtered(t *testing.T) {
	t.Helper()
	var f struct {
		ID                 string
		Keywords, Statuses []struct{ ID string }
	}
	said := w.cleo.Post("Spoiler: the bread is a lie", "public")
	w.call(t, w.ben, "POST /api/v2/filters", nil, form("title", "Series", "context[]", "home", "context[]", "public", "filter_action", "hide",
		"expires_in", "3600", "keywords_attributes[0][keyword]", "spoiler", "keywords_attributes[0][whole_word]", "true")).JSON(t, &f)
	w.call(t, w.ben, "POST /api/v2/filters/{id}/keywords", []any{f.ID}, form("keyword", "lie"))
	w.call(t, w.ben, "POST /api/v2/filters/{id}/statuses", []any{f.ID}, form("status_id", said.ID))
	w.call(t, w.ben, "GET /api/v2/filters/{id}", []any{f.ID}).JSON(t, &f)
	w.call(t, w.ben, "PUT /api/v2/filters/{id}", []any{f.ID}, form("title", "The series", "expires_in", ""))
	w.call(t, w.ben, "GET /api/v2/filters", nil)
	w.call(t, w.ben, "GET /api/v2/filters/{id}/keywords", []any{f.ID})
	w.call(t, w.ben, "GET /api/v2/filters/{id}/statuses", []any{f.ID})
	w.call(t, w.ben, "GET /api/v2/filters/keywords/{id}", []any{f.Keywords[0].ID})
	w.call(t, w.ben, "PUT /api/v2/filters/keywords/{id}", []any{f.Keywords[0].ID}, form("keyword", "spoiler", "whole_word", "false"))
	w.call(t, w.ben, "GET /api/v2/filters/statuses/{id}", []any{f.Statuses[0].ID})
	w.call(t, w.ben, "GET /api/v1/statuses/{id}", []any{said.ID}) // with what it meets
	w.call(t, w.ben, "DELETE /api/v2/filters/keywords/{id}", []any{f.Keywords[1].ID})
	w.call(t, w.ben, "DELETE /api/v2/filters/statuses/{id}", []any{f.Statuses[0].ID})
	w.call(t, w.ben, "DELETE /api/v2/filters/{id}", []any{f.ID})

	var old struct{ ID string }
	w.call(t, w.ben, "POST /api/v1/filters", nil, form("phrase", "spoiler", "context[]", "home", "irreversible", "true", "whole_word", "true")).JSON(t, &old)
	w.call(t, w.ben, "GET /api/v1/filters", nil)
	w.call(t, w.ben, "GET /api/v1/filters/{id}", []any{old.ID})
	w.call(t, w.ben, "PUT /api/v1/filters/{id}", []any{old.ID}, form("phrase", "lie", "context[]", "thread", "expires_in", "60"))
	w.call(t, w.ben, "DELETE /api/v1/filters/{id}", []any{old.ID})
}
