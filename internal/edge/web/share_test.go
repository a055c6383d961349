package web_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// A post can be taken along from a page that shows its address, and another page's
// words come into the composer.
func TestShare(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, nobody := h.member("ada", social.Member), h.member("ben", social.Member), h.browser()
	public, direct := ada.say("To everybody <b>", social.Public), ada.say("@ben psst", social.Direct)
	want(t, nobody.get(public), 200, public+"/share")
	want(t, ben.get("/@ada"), 200, public+"/share")
	want(t, nobody.get(public+"/share"), 200, `value="https://plaza.example`+public+`"`, "data-copy", "&lt;iframe src=", "noindex", "/share?url=https%3A%2F%2Fplaza.example")
	want(t, nobody.get(direct+"/share"), 404)
	want(t, ben.get(direct+"/share"), 200, "not for everybody", "!iframe", "!/share?url=")
	w := ben.get("/share?title=A+page&text=Read+%3Cb%3E&url=https://example.com/a")
	want(t, w, 200, "A page\n\nRead &lt;b&gt;\n\nhttps://example.com/a</textarea>", "data-again")
	want(t, ben.get("/share?text=See+https://example.com/a&url=https://example.com/a"), 200, "See https://example.com/a</textarea>")
	want(t, ben.get("/share"), 200, "></textarea>", "!data-again")
	if text := ben.get("/share?text=" + strings.Repeat("x", 9000)).Body.String(); strings.Count(text, "x") > 4200 {
		t.Error("all of what is too long is shown")
	}
	if w := nobody.get("/share?text=Hello&url=https://example.com/a"); !strings.Contains(w.Body.String(), "Please sign in first.") || !strings.Contains(nobody.at, "next=%2Fshare%3Ftext%3DHello%26url%3Dhttps%3A%2F%2Fexample.com%2Fa") {
		t.Errorf("a stranger is at %s", nobody.at)
	}
}

// What somebody said in a row can be read as one page, by whoever may see it; it has
// one address.
func TestThreadAsOnePage(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, nobody := h.member("ada", social.Member), h.member("ben", social.Member), h.browser()
	question := ben.say("How was it?", social.Public)
	answer := func(b *browser, to, text, visibility, warning string) string {
		w := b.send(b.request("/new", "text", text, "visibility", visibility, "reply_to", numberOf(to), "warning", warning))
		_, number, _ := strings.Cut(w.Header().Get("Location"), "#post-")
		return "/@" + b.name() + "/" + number
	}
	first := answer(ada, question, "It began well.", "public", "")
	second := answer(ada, first, "Then it rained.", "unlisted", "")
	other := answer(ben, second, "Here, too.", "public", "")
	third := answer(ada, second, "They all survive.", "public", "The end of it")
	friends := answer(ada, third, "For followers.", "followers", "")
	back := answer(ada, other, "Back to ben.", "public", "")
	for _, from := range []string{first, second, third} {
		w := nobody.get(from + "/thread")
		want(t, w, 200, "A thread by", "It began well.", "Then it rained.", "The end of it", "<details", "!How was it?", "!Here, too.", "!For followers.", "!Back to ben.", "!<form", "!<script", "noindex", `class="reading"`)
		if nobody.at != first+"/thread" {
			t.Errorf("from %s one comes to %s", from, nobody.at)
		}
		want(t, nobody.get(from), 200, first+"/thread")
	}
	want(t, ada.get(first+"/thread"), 200, "For followers.")
	want(t, nobody.get(friends+"/thread"), 404)
	want(t, nobody.get(question), 200, "!/thread")
	want(t, nobody.get(back), 200, "!/thread")
	want(t, nobody.get(back+"/thread"), 200, "Back to ben.", "!It began")
	want(t, nobody.get("/@ada/1/thread"), 404)
	ada.post("/settings/appearance", "scheme", "dark")
	want(t, ada.get(first+"/thread"), 200, `<html lang="en" class="dark">`)
	ada.post(second + "/delete")
	want(t, nobody.get(first+"/thread"), 200, "It began well.", "!Then it rained.")
}

// Of what a post shows there is a page for each, and none beyond.
func TestMediaPagesEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	post := h.member("ada", social.Member).say("Nothing to see", social.Public)
	for _, n := range []string{"0", "1", "-1", "x", "99999999999999999999", ""} {
		want(t, h.browser().get(post+"/media/"+n), 404)
	}
}
