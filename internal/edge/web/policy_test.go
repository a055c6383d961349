package web_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

func TestNoticesInGroups(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo, dan := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member), h.member("dan", social.Member)
	p := ada.say("the square", social.Public)
	for i, who := range []*browser{ben, cleo, dan} {
		h.clock.Pass(time.Second) // ids of one millisecond are in no order
		want(t, who.post(p+"/like", "back", p), 200)
		h.follow()
		text := []string{"</a> likes your post", " and ben like your post", " and 2 others like your post"}[i]
		want(t, ada.get("/notifications"), 200, text, "the square")
	}
	want(t, ben.post("/@ada/follow", "back", "/@ada"), 200)
	h.follow()
	want(t, ada.get("/notifications"), 200, "</a> follows you", " and 2 others like your post")
}

func TestNoticeRequests(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	ben.say("@ada psst <b>", social.Direct)
	cleo.say("@ada pssst", social.Direct)
	h.follow()
	want(t, ada.get("/notifications"), 200, "2 people you do not know wait", "!psst")
	page := ada.get("/settings/notices")
	want(t, page, 200, "psst &lt;b&gt;", "One notification", "Hear them", `value="filter" selected`)
	requests := regexp.MustCompile(`/settings/notices/\d+`).FindAllString(page.Body.String(), -1)
	if len(requests) != 2 {
		t.Fatalf("requests are %q", requests)
	}
	want(t, ben.post(requests[0], "do", "accept"), 404)
	want(t, ada.post(requests[0], "do", "refuse"), 200, "Forgotten.", "!pssst")
	want(t, ada.post(requests[1], "do", "accept"), 200, "You are told from now on", "!Waiting to be heard")
	want(t, ada.get("/notifications"), 200, "psst &lt;b&gt;", "!pssst", "Whose notifications you are shown")
	want(t, ada.post("/settings/notices", "private", "accept", "bots", "drop"), 200, "Saved.", `value="drop" selected`, `!value="perhaps"`)
	want(t, ada.post("/settings/notices", "bots", "perhaps"), 422)
	cleo.say("@ada once more", social.Direct)
	h.follow()
	want(t, ada.get("/notifications"), 200, "once more")
}
