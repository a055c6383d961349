package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// TestWriteToAList writes to a list without a script, answers within it, and loses
// the list on the way.
func TestWriteToAList(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cat := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cat", social.Member)
	for _, p := range []*browser{ben, cat} {
		want(t, p.post("/@ada/follow"), 200)
	}
	want(t, ada.post("/@ben/follow"), 200)
	want(t, ada.post("/lists", "title", "Fami<ly"), 200)
	list := regexp.MustCompile(`value="list:(\d+)"`).FindStringSubmatch(ada.get("/new").Body.String())[1]
	want(t, ada.post("/new", "text", "Hush", "visibility", "list:"+list), 422, "Nobody is on your list", `value="list:`+list+`" selected`, "Hush</textarea>")
	want(t, ada.post("/lists/"+list+"/members", "name", "@ben"), 200)
	want(t, ada.get("/new"), 200, "Only my list “Fami&lt;ly”", "for-list")
	want(t, ben.get("/new"), 200, "!Only my list", "!for-list")
	at := ada.say("Grandmother is better", social.Visibility("list:"+list))
	want(t, ada.get("/"), 200, "Grandmother is better", "Chosen people")
	want(t, ada.get(at), 200, "Grandmother is better", "Only for people whom its author chose")
	want(t, ben.get(at), 200, "Grandmother is better", "!Fami", `value="circle" selected`, `value="direct"`, "!Quiet public", "Only those it is for")
	want(t, cat.get(at), 404, "!Grandmother")
	want(t, cat.get("/"), 200, "!Grandmother")
	want(t, ben.post("/new", "text", "I am glad", "visibility", "circle", "reply_to", at[len("/@ada/"):], "back", at), 200, "I am glad")
	want(t, ada.get(at), 200, "I am glad")
	want(t, cat.get("/@ben/with_replies"), 200, "!I am glad")
	want(t, ada.post("/new", "do", "draft", "text", "And now", "visibility", "list:"+list, "draft", "5"), 200, "Only a list")
	want(t, ada.post("/lists/"+list+"/delete"), 200)
	want(t, ada.get("/new?draft=5"), 200, "And now</textarea>", fmt.Sprintf(`value="list:%s" selected`, list), "A list that is gone")
	want(t, ada.post("/new", "text", "And now", "visibility", "list:"+list), 422, "is gone", "And now</textarea>", "A list that is gone")
	want(t, ben.get(at), 404, "!Grandmother")
	want(t, ada.get(at), 200, "Grandmother")
}

// TestOnlyThisCommunity: what is for members is not shown to who is not signed in.
func TestOnlyThisCommunity(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	at := ada.say("Among us", "here")
	want(t, ben.get(at), 200, "Among us", "Only this community")
	nobody := h.browser()
	for _, path := range []string{at, "/@ada", "/public", "/public/local"} {
		if w := nobody.get(path); strings.Contains(w.Body.String(), "Among us") {
			t.Errorf("%s shows it to anybody: %d", path, w.Code)
		}
	}
}
