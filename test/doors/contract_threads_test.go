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
	w.looksAfter(t)
	w.call(t, w.ben, "DELETE /api/plaza/v1/accounts/{id}/keep_threads", ada)
	w.call(t, w.ada, "POST /api/plaza/v1/accounts/{id}/thread_keeper", ben)
	w.call(t, w.ada, "DELETE /api/plaza/v1/accounts/{id}/thread_keeper", ben)
}

// looksAfter is what ben, who looks after ada's threads, does about what waits for her,
// and nobody else does.
func (w *crowd) looksAfter(t *testing.T) {
	t.Helper()
	var root, first, second apptest.Status
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "Ask me", "visibility", "public", "reply_policy", "approval")).JSON(t, &root)
	for text, p := range map[string]*apptest.Status{"First": &first, "Second": &second} {
		w.call(t, w.cleo, "POST /api/v1/statuses", nil, form("status", text, "visibility", "public", "in_reply_to_id", root.ID)).JSON(t, p)
	}
	of := "owner_id=" + num(w.ada.ID)
	var all []struct{ ID string }
	if w.call(t, w.ben, "GET /api/plaza/v1/replies?"+of, nil).JSON(t, &all); len(all) != 2 {
		t.Errorf("ben is shown %d that wait for ada", len(all))
	}
	if w.call(t, w.ben, "GET /api/plaza/v1/replies", nil).JSON(t, &all); len(all) != 0 {
		t.Errorf("%d wait for ben", len(all))
	}
	if a := w.cleo.Call("GET", "/api/plaza/v1/replies?"+of, nil); a.Status != 404 {
		t.Errorf("cleo is shown what waits for ada: %d %s", a.Status, a.Body)
	}
	if a := w.cleo.Call("POST", "/api/plaza/v1/replies/approve", map[string]any{"owner_id": num(w.ada.ID), "account_id": num(w.cleo.ID)}); a.Status != 404 {
		t.Errorf("cleo decides for ada: %d %s", a.Status, a.Body)
	}
	w.call(t, w.ben, "POST /api/plaza/v1/replies/refuse", nil, form("ids[]", first.ID))
	var n struct{ Decided int }
	if w.call(t, w.ben, "POST /api/plaza/v1/replies/approve", nil, form("owner_id", num(w.ada.ID), "account_id", num(w.cleo.ID))).JSON(t, &n); n.Decided != 1 {
		t.Errorf("ben approved %d for ada", n.Decided)
	}

	// Who was refused asks the moderators, who see it then, and not before.
	status := "/api/v1/statuses/" + first.ID
	mira := w.server.Join("mira", social.Moderator)
	if a := mira.Call("GET", status, nil); a.Status != 404 {
		t.Errorf("a moderator whom nobody asked is given %d", a.Status)
	}
	w.call(t, w.cleo, "POST /api/plaza/v1/statuses/{id}/appeal_hiding", []any{first.ID}, form("comment", "It was a question"))
	mira.Must("POST", "/api/plaza/v1/statuses/"+first.ID+"/unhide", nil, nil)
	if a := w.ben.Call("POST", "/api/plaza/v1/replies/refuse", map[string]any{"ids": []string{first.ID}}); a.Status != 403 {
		t.Errorf("refused against the moderators' word: %d %s", a.Status, a.Body)
	}
	if a := send(t, w.server, "GET", status); a.Status != 200 {
		t.Errorf("shown by the moderators, and a stranger is given %d", a.Status)
	}

	// What is on top is named only to who sees it.
	pinned := func() *string {
		t.Helper()
		var thread struct {
			Plaza struct {
				Pinned *string `json:"pinned_reply_id"`
			}
		}
		send(t, w.server, "GET", "/api/v1/statuses/"+root.ID+"/context").JSON(t, &thread)
		return thread.Plaza.Pinned
	}
	w.call(t, w.ben, "POST /api/plaza/v1/statuses/{id}/pin_reply", []any{second.ID})
	if got := pinned(); got == nil || *got != second.ID {
		t.Errorf("on top is %v, want %s", got, second.ID)
	}
	w.cleo.Must("DELETE", "/api/v1/statuses/"+second.ID, nil, nil)
	if got := pinned(); got != nil {
		t.Errorf("on top is what was deleted: %s", *got)
	}
}
