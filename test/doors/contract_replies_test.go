package doors

import (
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// repliedTo are replies that wait, are approved and refused, as apps ask for them; and
// what somebody else is given of them.
func (w *crowd) repliedTo(t *testing.T) {
	t.Helper()
	var of, one, two apptest.Status
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "Ask me", "visibility", "public", "reply_policy", "approval")).JSON(t, &of)
	for text, p := range map[string]*apptest.Status{"One": &one, "Two": &two} {
		w.call(t, w.ben, "POST /api/v1/statuses", nil, form("status", text, "visibility", "public", "in_reply_to_id", of.ID)).JSON(t, p)
	}
	var may struct{ Answer string }
	if w.call(t, w.cleo, "GET /api/plaza/v1/statuses/{id}/replying", []any{of.ID}).JSON(t, &may); may.Answer != "waits" {
		t.Errorf("cleo's reply %s", may.Answer)
	}
	w.call(t, nil, "GET /api/plaza/v1/statuses/{id}/replying", []any{of.ID})
	var all []struct{ ID string }
	if w.call(t, w.ada, "GET /api/v1/interaction_requests", nil).JSON(t, &all); len(all) != 2 {
		t.Errorf("%d replies wait for ada", len(all))
	}
	if w.call(t, w.ben, "GET /api/v1/interaction_requests", nil).JSON(t, &all); len(all) != 0 {
		t.Errorf("%d replies wait for ben", len(all))
	}
	w.call(t, w.ada, "GET /api/v1/interaction_requests?replies=false", nil)
	w.call(t, w.ada, "GET /api/v1/interaction_requests/{id}", []any{one.ID})
	for _, do := range []string{"authorize", "reject"} {
		for _, who := range []*apptest.Person{w.ben, w.cleo} {
			if r := who.Call("POST", "/api/v1/interaction_requests/"+one.ID+"/"+do, nil); r.Status != 404 {
				t.Errorf("%s by somebody else: %d", do, r.Status)
			}
		}
	}
	w.call(t, w.ada, "POST /api/v1/interaction_requests/{id}/authorize", []any{one.ID})
	w.call(t, w.ada, "POST /api/v1/interaction_requests/{id}/reject", []any{two.ID})
	for _, state := range []string{"pending", "refused", "hidden", "approved"} {
		w.call(t, w.ada, "GET /api/plaza/v1/replies?state="+state, nil)
	}
	w.call(t, w.ada, "POST /api/plaza/v1/replies/approve", nil, form("ids[]", two.ID))
	w.call(t, w.ada, "POST /api/plaza/v1/replies/refuse", nil, form("ids[]", two.ID))
	var person struct{ ID string }
	w.ben.Must("GET", "/api/v1/accounts/verify_credentials", nil, &person)
	w.ben.Must("POST", "/api/v1/statuses", map[string]string{"status": "Three", "visibility": "public", "in_reply_to_id": of.ID}, nil)
	var n struct{ Decided int }
	if w.call(t, w.ada, "POST /api/plaza/v1/replies/approve", nil, form("account_id", person.ID)).JSON(t, &n); n.Decided != 1 {
		t.Errorf("of ben's, %d were approved", n.Decided)
	}
	w.call(t, w.ada, "PUT /api/v1/statuses/{id}", []any{of.ID}, form("status", "Ask me", "reply_policy", "mutuals"))
	w.call(t, w.ada, "PUT /api/v1/statuses/{id}/interaction_policy", []any{of.ID}, form("reply_policy", "nobody"))
	if w.call(t, w.cleo, "GET /api/plaza/v1/statuses/{id}/replying", []any{of.ID}).JSON(t, &may); may.Answer != "closed" {
		t.Errorf("cleo's reply %s", may.Answer)
	}
	var gts struct {
		Plaza struct{ Replies struct{ Policy string } }
	}
	w.ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "As GoToSocial has it", "interaction_policy": map[string]any{"can_reply": map[string]any{"always": []string{"author", "followers"}, "with_approval": []string{"public"}}}}, &gts)
	if got := gts.Plaza.Replies.Policy; got != "followers+approval" {
		t.Errorf("GoToSocial's policy is read as %q", got)
	}
	const rule = "interaction_policy[can_reply]"
	w.call(t, w.ada, "POST /api/v1/statuses", nil, form("status", "As it wants forms", rule+"[always][0]", "author", rule+"[always][1]", "following", rule+"[with_approval][0]", "public")).JSON(t, &gts)
	if got := gts.Plaza.Replies.Policy; got != "following+approval" {
		t.Errorf("GoToSocial's policy in a form is read as %q", got)
	}
	w.call(t, w.ada, "PATCH /api/v1/accounts/update_credentials", nil, form("source[reply_policy]", "followers"))
	w.call(t, w.ada, "PATCH /api/v1/accounts/update_credentials", nil, form("source[reply_policy]", "everyone"))
}
