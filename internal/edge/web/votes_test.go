package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// Somebody votes on replies and chooses their order, without a script.
func TestVotesOnReplies(t *testing.T) {
	t.Parallel()
	h := open(t)
	olga, ada, ben := h.member("olga", social.Owner), h.member("ada", social.Member), h.member("ben", social.Member)
	first := ada.say("Where is the best bread?", social.Public)
	id := first[strings.LastIndex(first, "/")+1:]
	want(t, ben.post("/new", "text", "At the mill", "visibility", "public", "reply_to", id, "back", first), 200, "At the mill")
	h.clock.Pass(time.Second)
	want(t, olga.post("/new", "text", "Nowhere", "visibility", "public", "reply_to", id, "back", first), 200, "Nowhere", "!downvote")
	page := ada.get(first)
	want(t, page, 200, "How replies are put in order", "for less than 7 days", "at most 5 on a reply", `order=best"`, "!order=controversial", "!downvote")
	_, reply, _ := strings.Cut(page.Body.String(), `formaction="/@olga/`)
	reply, _, _ = strings.Cut(reply, "/")
	down := "/@olga/" + reply + "/downvote"
	want(t, ada.post(down, "back", first), 403, "does not vote against replies")

	want(t, olga.post("/settings/house", "title", "Plaza", "sign_ups", "open", "downvotes", "1", "down_days", "400"), 422, "a number from 0 to 365")
	want(t, olga.post("/settings/house", "title", "Plaza", "sign_ups", "open", "downvotes", "1", "down_days", "7"), 200, "Saved.", `name="down_days" value="7"`)
	want(t, ada.post(down, "back", first), 403, "once you have been here for 7 days")
	want(t, olga.post("/settings/house", "title", "Plaza", "sign_ups", "open", "downvotes", "1", "down_days", "0"), 200, "Saved.")
	want(t, ada.post(first+"/downvote", "back", first), 422, "Only replies can be voted down")
	want(t, ada.post(down, "back", first), 200, `class="act downvote on"`, `aria-label="Vote down, 1 time"`, "!>-1<")
	want(t, ben.get(first), 200, "order=controversial", `aria-label="Vote down, 1 time"`)
	want(t, ben.get("/@ben"), 200, "!/@ben/downvote")
	want(t, ada.post("/@olga/"+reply+"/undownvote", "back", first), 200, "!class=\"act downvote on\"")

	inOrder := func(what string, page *httptest.ResponseRecorder, one, other string, says ...string) {
		t.Helper()
		want(t, page, 200, says...)
		body := page.Body.String()
		if a, b := strings.Index(body, one), strings.Index(body, other); a < 0 || b < 0 || a > b {
			t.Errorf("%s: %q does not stand before %q", what, one, other)
		}
	}
	inOrder("as usual", ada.get(first), "At the mill", "Nowhere")
	inOrder("the newest", ada.get(first+"?order=new"), "Nowhere", "At the mill", `order=new" title="The newest first." rel="nofollow" aria-current="page"`)
	inOrder("none", ada.get(first+"?order=loud"), "At the mill", "Nowhere")
	want(t, ada.post("/settings/privacy", "visibility", "public", "reply_order", "new"), 200, "Saved.", `value="new" selected`)
	inOrder("by setting", ada.get(first), "Nowhere", "At the mill")
	inOrder("all the same", ada.get(first+"?order=old"), "At the mill", "Nowhere")
	inOrder("for strangers", h.browser().get(first), "At the mill", "Nowhere")
}
