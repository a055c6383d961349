package doors

import (
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// ruled is somebody's house rules, who looks after their threads, and what is done
// there.
func (w *crowd) ruled(t *testing.T) {
	t.Helper()
	var rules struct {
		Words, Languages []string
		Days             int  `json:"min_account_days"`
		Strangers        bool `json:"hold_strangers"`
	}
	w.call(t, w.ada, "PUT /api/plaza/v1/reply_rules", nil, form("words[]", "brioche", "languages[]", "en", "min_account_days", "0", "hold_strangers", "true", "hold_limited", "false"))
	w.call(t, w.ada, "GET /api/plaza/v1/reply_rules", nil).JSON(t, &rules)
	if len(rules.Words) != 1 || len(rules.Languages) != 1 || !rules.Strangers {
		t.Errorf("rules: %+v", rules)
	}
	w.call(t, w.ada, "PUT /api/plaza/v1/reply_rules", nil, form("words[]", "", "languages[]", "", "hold_strangers", "false"))

	ada, ben := []any{num(w.ada.ID)}, []any{num(w.ben.ID)}
	w.call(t, w.ada, "POST /api/plaza/v1/accounts/{id}/thread_keeper", ben)
	w.call(t, w.ben, "POST /api/plaza/v1/accounts/{id}/keep_threads", ada)
	w.call(t, w.ada, "GET /api/plaza/v1/thread_keepers", nil)
	var root, reply apptest.Status
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "Rye or wheat?", "visibility", "public")).JSON(t, &root)
	w.call(t, w.cleo, "POST /api/v1/statuses", nil, form("status", "Neither", "visibility", "public", "in_reply_to_id", root.ID)).JSON(t, &reply)
	at := []any{reply.ID}
	for _, deed := range []string{"pin_reply", "unpin_reply", "hide", "unhide", "lock", "unlock"} {
		w.call(t, w.ben, "POST /api/plaza/v1/statuses/{id}/"+deed, at)
	}
	w.call(t, w.ada, "POST /api/plaza/v1/statuses/{id}/hide", at, form("reason", "unkind"))
	var acts []struct {
		Action string
		By     struct{ Username string }
		Reason *string
	}
	w.call(t, w.ada, "GET /api/plaza/v1/statuses/{id}/thread_acts", []any{root.ID}).JSON(t, &acts)
	if len(acts) != 7 || acts[0].Action != "hide" || acts[0].By.Username != "ada" || *acts[0].Reason != "unkind" || acts[6].By.Username != "ben" {
		t.Errorf("what was done: %+v", acts)
	}
	w.call(t, nil, "GET /api/v1/statuses/{id}/context", []any{root.ID})
	ask := func(want int) {
		t.Helper()
		if a := w.cleo.Call("POST", "/api/plaza/v1/statuses/"+reply.ID+"/appeal_hiding", map[string]any{"comment": "I meant it"}); a.Status != want {
			t.Errorf("asked the moderators: %d %s, want %d", a.Status, a.Body, want)
		}
	}
	ask(403) // the rules of the house do not say so
	house := w.server.Instance.Settings()
	house.ReplyAppeals = true
	if err := w.server.Instance.SetSettings(t.Context(), social.Keyboard, house); err != nil {
		t.Fatal(err)
	}
	w.call(t, w.cleo, "POST /api/plaza/v1/statuses/{id}/appeal_hiding", at, form("comment", "I meant it"))
	w.call(t, w.ben, "DELETE /api/plaza/v1/accounts/{id}/keep_threads", ada)
	w.call(t, w.ada, "POST /api/plaza/v1/accounts/{id}/thread_keeper", ben)
	w.call(t, w.ada, "DELETE /api/plaza/v1/accounts/{id}/thread_keeper", ben)
}
