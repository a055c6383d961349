package doors

import (
	"strings"
	"testing"
)

// named is who the staff says somebody is, and names that are kept.
func (w *crowd) named(t *testing.T) {
	t.Helper()
	ben := []any{w.ben.ID}
	var me struct {
		Name  string `json:"display_name"`
		Plaza struct{ Badges []struct{ Kind string } }
	}
	w.call(t, w.olga, "POST /api/plaza/v1/accounts/{id}/confirm", ben, form("name", "Ben", "reason", "met")).JSON(t, &me)
	if len(me.Plaza.Badges) != 1 || me.Plaza.Badges[0].Kind != "confirmed" {
		t.Errorf("ben is %+v", me)
	}
	w.call(t, w.olga, "POST /api/plaza/v1/accounts/{id}/unconfirm", ben).JSON(t, &me)
	w.call(t, w.olga, "PUT /api/plaza/v1/badges", nil, form("show_role", "true")).JSON(t, &me)
	if len(me.Plaza.Badges) != 1 || me.Plaza.Badges[0].Kind != "staff" {
		t.Errorf("olga is %+v", me)
	}
	w.call(t, w.olga, "PUT /api/plaza/v1/badges", nil)
	w.call(t, w.olga, "PUT /api/plaza/v1/badges", nil, form("show_role", "false"))

	type name struct {
		ID, Username, Note string
		Claimed            bool
		Ends               *string `json:"link_ends"`
	}
	var kept struct {
		Name name
		Like []string
	}
	w.call(t, w.olga, "POST /api/plaza/v1/names", nil, form("username", "0lga", "note", "for a friend")).JSON(t, &kept)
	if len(kept.Like) != 1 || kept.Like[0] != "olga" || kept.Name.Username != "0lga" || kept.Name.Note != "for a friend" || kept.Name.Ends != nil {
		t.Errorf("kept is %+v", kept)
	}
	at := []any{kept.Name.ID}
	var link struct{ URL, Ends string }
	w.call(t, w.olga, "POST /api/plaza/v1/names/{id}/link", at, form("days", "3")).JSON(t, &link)
	if path, ok := strings.CutPrefix(link.URL, w.server.Config.URL); !ok || send(t, w.server, "GET", path).Status != 200 {
		t.Errorf("the link is %+v", link)
	}
	for _, days := range []string{"0", "91", "-1", "100000000000000000000"} {
		if a := w.olga.Call("POST", "/api/plaza/v1/names/"+kept.Name.ID+"/link", "days="+days); a.Status != 422 {
			t.Errorf("a link for %s days: %d %s", days, a.Status, a.Body)
		}
	}
	var all []name
	w.call(t, w.olga, "GET /api/plaza/v1/names", nil).JSON(t, &all)
	if len(all) != 1 || all[0].Ends == nil || all[0].Claimed {
		t.Errorf("kept are %+v", all)
	}
	w.call(t, w.olga, "DELETE /api/plaza/v1/names/{id}/link", at)
	w.call(t, w.olga, "DELETE /api/plaza/v1/names/{id}", at)
	if a := w.olga.Call("DELETE", "/api/plaza/v1/names/"+kept.Name.ID, nil); a.Status != 404 {
		t.Errorf("released twice: %d %s", a.Status, a.Body)
	}
}
