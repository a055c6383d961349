package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func TestPaging(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	for i := range 45 {
		ada.say(fmt.Sprintf("number %d.", i), social.Public)
	}
	turn := func(w *httptest.ResponseRecorder, name string) string {
		m := regexp.MustCompile(`href="([^"]+)">` + name + `<`).FindStringSubmatch(w.Body.String())
		if m == nil {
			return ""
		}
		return m[1]
	}
	for _, path := range []string{"/", "/public", "/public/local", "/@ada", "/@ada/with_replies"} {
		seen := 0
		w := ada.get(path)
		for range 3 {
			seen += strings.Count(w.Body.String(), "<article")
			if turn(w, "Older") == "" {
				break
			}
			w = ada.get(turn(w, "Older"))
		}
		if seen != 45 || turn(w, "Older") != "" {
			t.Errorf("%s: %d posts on three pages, want 45 and then the end", path, seen)
		}
		middle := ada.get(turn(w, "Newer"))
		want(t, middle, 200, ">Older<", ">Newer<")
		first := ada.get(turn(middle, "Newer"))
		if n := strings.Count(first.Body.String(), "<article"); n != 20 || !strings.Contains(first.Body.String(), "number 44.") {
			t.Errorf("%s: back on the first page: %d posts, want 20 with the newest", path, n)
		}
	}
	w := ada.get("/favourites")
	want(t, w, 200, "No likes yet", "!Older")
}

// What the script asks for are pieces of pages.
func TestScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	ada.post("/@ben/follow")
	first := ben.say("first", social.Public)
	id := first[strings.LastIndex(first, "/")+1:]
	r := ada.request(first+"/like", "back", "/#post-"+id)
	r.Header.Set("Plaza-Part", "actions")
	w := ada.send(r)
	want(t, w, 200, `<form class="actions"`, "/unlike", `value="/#post-`+id+`"`, "!<html", "!<article")

	newer := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/?newer="+id, nil)
		r.Header.Set("Plaza-Part", "news")
		return ada.send(r)
	}
	if w := newer(); w.Code != 204 || w.Header().Get("Plaza-Unread") != "0" {
		t.Errorf("nothing new: %d, unread %q", w.Code, w.Header().Get("Plaza-Unread"))
	}
	ben.say("@ada second", social.Public)
	h.follow()
	w = newer()
	want(t, w, 200, "second", "!first", "!<html")
	if got := w.Header().Get("Plaza-Unread"); got != "1" {
		t.Errorf("unread = %q, want 1", got)
	}
	for _, name := range []string{"plaza.js", "drafts.js", "live.js", "hover.js"} {
		js, err := os.ReadFile("assets/" + name)
		if err != nil || len(js) > 10<<10 {
			t.Errorf("%s has %d bytes, %v; want at most 10 KB", name, len(js), err)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.browser()
	names := regexp.MustCompile(`/assets/[\w.]+`).FindAllString(b.get("/").Body.String(), -1)
	if len(names) != 3 {
		t.Fatalf("assets of a page: %v, want an icon, a style and a script", names)
	}
	for _, name := range names {
		w := b.send(httptest.NewRequest("GET", name, nil))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !regexp.MustCompile(`\.[0-9a-f]{12}\.\w+$`).MatchString(name) {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		r := httptest.NewRequest("GET", name, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		if z := b.send(r); z.Header().Get("Content-Encoding") != "gzip" || z.Body.Len() >= w.Body.Len() || z.Header().Get("Content-Type") != w.Header().Get("Content-Type") {
			t.Errorf("%s: %d bytes packed, %d plain, %v", name, z.Body.Len(), w.Body.Len(), z.Header())
		}
	}
	for _, path := range []string{"/assets/", "/assets/plaza.css", "/assets/../web.go", "/assets/x.css"} {
		if w := b.send(httptest.NewRequest("GET", path, nil)); w.Code != 404 {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

func TestProfileSettings(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, value := range map[string]string{"display_name": "Ada <Lind>", "bio": "I draw #squares.", "field_name_0": "Site", "field_value_0": "https://ada.example", "avatar_alt": "me"} {
		form.WriteField(name, value)
	}
	file, err := form.CreateFormFile("avatar", "me.png")
	if err != nil {
		t.Fatal(err)
	}
	file.Write([]byte("picture"))
	form.Close()
	r := httptest.NewRequest("POST", "/settings/profile", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	want(t, ada.land(ada.send(r), ""), 200, "Saved.", "Ada &lt;Lind&gt;", "/media/avatar-7.png")
	want(t, ada.get("/@ada"), 200, "Ada &lt;Lind&gt;", `alt="me"`, "https://ada.example", "/tags/squares", "!<Lind>")
	r = httptest.NewRequest("POST", "/settings/profile", strings.NewReader("display_name="+strings.Repeat("x", 31)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	want(t, ada.send(r), 422, "A display name has at most 30 characters.")

	want(t, ada.post("/settings/privacy", "visibility", "followers", "language", "de", "locked", "1", "hide_follows", "1"), 200, "Saved.")
	want(t, ada.get("/"), 200, `value="followers" selected`, `value="de" lang="de" selected`)
	ben := h.member("ben", social.Member)
	want(t, ben.post("/@ada/follow", "back", "/@ada"), 200, "Your request was sent.", "Take back request")
	want(t, ben.get("/@ada/followers"), 200, "Kept private")
	page := ada.get("/settings/follow_requests")
	want(t, page, 200, "@ben")
	answer := regexp.MustCompile(`/settings/follow_requests/\d+`).FindString(page.Body.String())
	want(t, ada.post(answer, "do", "accept"), 200, "They follow you now.", "No requests")
	want(t, ada.get("/@ada/followers"), 200, "@ben")
}

func TestRelations(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	ben.say("hello from ben", social.Public)
	want(t, ada.post("/@ben/note", "note", "from the station", "back", "/@ben"), 200, "from the station", "Only you can see it")
	want(t, ben.get("/@ada"), 200, "!from the station")
	want(t, ada.post("/@ben/mute", "while", "7"), 200, "Unmute", "hello from ben")
	want(t, ada.get("/public"), 200, "!hello from ben")
	want(t, ada.get("/settings/mutes"), 200, "@ben")
	want(t, ada.post("/@ben/unmute"), 200, "No longer muted.")
	want(t, ada.post("/@ben/block"), 200, "Unblock", "No posts for you here")
	want(t, ben.get("/@ada"), 200, "blocks you", "!<button class=\"button\" formaction=\"/@ada/follow\">")
	want(t, ada.get("/settings/blocks"), 200, "@ben")
	want(t, ada.post("/@ben/unblock"), 200, "hello from ben")

	want(t, ada.post("/@ben/follow"), 200, "You follow them now.")
	want(t, ada.post("/lists", "title", "Friends"), 200, "Change list", "Friends")
	list := regexp.MustCompile(`action="(/lists/\d+)/members"`).FindStringSubmatch(ada.get(ada.at).Body.String())
	if list == nil {
		t.Fatal("no list")
	}
	want(t, ada.post(list[1]+"/members", "name", "@nobody"), 422, "nobody was added")
	want(t, ada.post(list[1]+"/members", "name", "@ben"), 200, "@ben")
	want(t, ada.get(list[1]), 200, "hello from ben")
	want(t, ben.get(list[1]), 404)
	want(t, ada.post(list[1]+"/delete"), 200, "Deleted.")
	h.follow()
	want(t, ada.get("/search?q=be"), 200, "@ben", "!Nothing found")
	want(t, ada.get("/search?q=zzz"), 200, "Nothing found")
}

func TestComposerKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	long := strings.Repeat("ä", social.MaxText+1)
	want(t, ada.post("/new", "text", long, "visibility", "unlisted", "warning", "spoiler", "language", "de"), 422, long, "too long", `value="unlisted" selected`, `value="spoiler"`)
	want(t, ada.post("/new", "text", strings.Repeat("x", 300<<10), "visibility", "public"), 422, "too large")
	want(t, ada.post("/new", "text", "once", "visibility", "public", "key", "k"), 200, "once")
	want(t, ada.post("/new", "text", "once", "visibility", "public", "key", "k"), 200, "once")
	if n := strings.Count(ada.get("/").Body.String(), "<article"); n != 1 {
		t.Errorf("%d posts after the same form was sent twice, want 1", n)
	}
	want(t, ada.post("/new", "text", "the end", "visibility", "public", "warning", "spoiler"), 200, "<details class=\"warned\"", "spoiler")
}
