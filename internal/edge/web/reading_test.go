package web_test

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// part asks for what the script asks for.
func (b *browser) part(path, what string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Plaza-Part", what)
	return b.send(r)
}

func number(post string) string { return post[strings.LastIndex(post, "/")+1:] }

// Home says where the reader was, also on another page and without a script, and
// remembers what was shown.
func TestWhereYouWere(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	ada.post("/@ben/follow")
	first := number(ben.say("first", social.Public))
	want(t, ada.get("/"), 200, "first", "!You were here", "!Go to where you were")
	ben.say("second", social.Public)
	h.clock.Pass(time.Hour)
	page := ada.get("/")
	want(t, page, 200, `<a href="#here">Go to where you were</a>`, `href="/catch-up?since=`+first+`"`, "New since you were here", "1h ago")
	if body := page.Body.String(); !(strings.Index(body, ">second") < strings.Index(body, `id="here"`) && strings.Index(body, `id="here"`) < strings.Index(body, ">first")) {
		t.Error("the line does not stand between what is new and what is not")
	}
	want(t, ada.get("/"), 200, "!You were here")
	var last string
	for range 25 {
		last = number(ben.say("more", social.Public))
	}
	page = ada.get("/")
	way := regexp.MustCompile(`href="(/\?before=\d+&amp;here=\d+)#here"`).FindStringSubmatch(page.Body.String())
	if way == nil {
		t.Fatalf("no way to where one was on another page:\n%s", page.Body)
	}
	want(t, ada.get(strings.ReplaceAll(way[1], "&amp;", "&")), 200, `id="here"`, ">second", "!>more", "Newer")

	// What is fetched ahead was not read, and nothing is unread again.
	older := ben.say("older", social.Public)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Sec-Purpose", "prefetch")
	ada.send(r)
	want(t, ada.get("/"), 200, "Go to where you were")
	want(t, ada.post("/read", "last", last), 200)
	want(t, ada.get("/"), 200, "!Go to where you were", older)
}

// More than a page of news leaves a gap, and what is in it can be had.
func TestGap(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	ada.post("/@ben/follow")
	since := number(ben.say("since", social.Public))
	for i := range 27 {
		ben.say("came "+string(rune('A'+i%26))+".", social.Public)
	}
	w := ada.part("/?newer="+since, "news")
	gap := regexp.MustCompile(`data-since="` + since + `" data-before="(\d+)"`).FindStringSubmatch(w.Body.String())
	if gap == nil || strings.Count(w.Body.String(), "<article") != 20 {
		t.Fatalf("no gap below 20 of 27 posts:\n%s", w.Body)
	}
	w = ada.part("/?newer="+since+"&before="+gap[1], "news")
	if n := strings.Count(w.Body.String(), "<article"); n != 7 || strings.Contains(w.Body.String(), "data-before") {
		t.Errorf("the gap is filled with %d posts, want 7 and no gap:\n%s", n, w.Body)
	}
	for _, path := range []string{"/public", "/public/local"} {
		want(t, ada.part(path+"?newer="+since, "news"), 200, "came A.", "!<html")
	}
	want(t, h.browser().part("/public?newer="+since, "news"), 200, "<html") // strangers get pages
	want(t, ada.get("/live"), 404)                                          // nothing streams here
	r := httptest.NewRequest("GET", "/live", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	want(t, ada.send(r), 403)
}

func TestMessages(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	want(t, ada.get("/conversations"), 200, "No messages yet")
	ada.post("/@ben/follow")
	post := ben.say("@ada psst <b>", social.Direct)
	h.follow()
	page := ada.get("/conversations")
	want(t, page, 200, "psst &lt;b&gt;", "unread", `<span class="hidden">unread</span>`, `href="`+post+`"`)
	thread := regexp.MustCompile(`/conversations/\d+`).FindString(page.Body.String())
	want(t, cleo.get("/conversations"), 200, "No messages yet")
	want(t, cleo.post(thread, "do", "remove"), 404)
	want(t, ada.get(post), 200, "psst")
	want(t, ada.get("/conversations"), 200, "psst", "!Mark as read")
	ben.say("@ada again", social.Direct)
	h.follow()
	page = ada.get("/conversations")
	for _, thread := range regexp.MustCompile(`action="(/conversations/\d+)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		want(t, ada.post(thread[1], "do", "read", "back", "/conversations"), 200)
	}
	want(t, ada.get("/conversations"), 200, "again", "!Mark as read")
	want(t, ada.post(thread, "do", "remove"), 200, "Deleted for you", "!psst")
	want(t, ada.post(thread, "do", "remove"), 404)
	want(t, ada.post(thread, "do", "nonsense"), 422)
	want(t, ada.get(post), 404)
	want(t, ben.get(post), 200, "psst") // for the other it is there
}

// Who does not know each other asks first; and what can be done with a conversation.
func TestMessageRequests(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	want(t, ada.get("/conversations/requests"), 200, "No requests")
	ben.say("@ada hello from ben", social.Direct)
	cleo.say("@ada hello from cleo", social.Direct)
	h.follow()
	want(t, ada.get("/conversations"), 200, "No messages yet", "!hello from", "Requests 2")
	page := ada.get("/conversations/requests")
	want(t, page, 200, "hello from ben", "hello from cleo", "Who can read this: you, ben. On: plaza.example.", "/report")
	threads := regexp.MustCompile(`action="(/conversations/\d+)"`).FindAllStringSubmatch(page.Body.String(), -1)
	cleos, bens := threads[0][1], threads[1][1]
	who := regexp.MustCompile(`name="who" value="(\d+)"`).FindStringSubmatch(page.Body.String())[1]
	for _, do := range []string{"accept", "refuse", "leave", "mute", "block", "remove"} {
		want(t, ben.post(cleos, "do", do), 404)
	}
	want(t, ada.post(bens, "do", "leave"), 422, "Refuse the request")
	want(t, ada.post(bens, "do", "accept"), 200, "hello from ben", "Accepted")
	want(t, ada.post(cleos, "do", "block", "who", who), 200, "Refused, and blocked", "!hello from cleo")
	want(t, cleo.get("/@ada"), 200, "blocks you")
	want(t, ada.post(bens, "do", "mute"), 200, "muted", "Unmute")
	want(t, ada.post(bens, "do", "unmute"), 200, "!>muted<")
	want(t, ada.post(bens, "do", "leave"), 200, "You have left")
	h.follow()
	want(t, ada.get("/conversations"), 200, "No messages yet")
	want(t, ben.get("/conversations"), 200, "I have left this conversation.")
}

// A thread shows its shape, and what is missing in it.
func TestThreadHasAShape(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	root := ada.say("root", social.Public)
	answer := func(by *browser, to, text string) string {
		h.clock.Pass(time.Second)
		w := by.send(by.request("/new", "text", text, "visibility", "public", "reply_to", number(to)))
		_, id, _ := strings.Cut(w.Header().Get("Location"), "#post-")
		return "/@" + by.name() + "/" + id
	}
	gone := answer(ben, root, "soon gone")
	below := answer(cleo, gone, "below it")
	at := below
	for range 9 {
		at = answer(cleo, at, "deeper")
	}
	page := ada.get(root)
	want(t, page, 200, "10 replies", "soon gone", "!was deleted")
	if n := strings.Count(page.Body.String(), `<details class="below"`); n != 5 {
		t.Errorf("replies stand in each other %d deep, want 5", n)
	}
	want(t, ben.post(gone+"/delete"), 200)
	want(t, ada.get(root), 200, "A post that was deleted.", "below it", "10 replies")
	want(t, ada.get(below), 200, "A post that was deleted.")
	want(t, ada.post("/@ben/block"), 200)
	want(t, ada.get(root), 200, "A post by somebody you block.", "!was deleted")
	want(t, ada.post("/@ben/unblock"), 200)
	want(t, ben.post("/@ada/block"), 200)
	want(t, ada.get(root), 200, "not here any more, or is not for you", "!was deleted")
}

func TestCatchUpPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	ada.post("/@ben/follow")
	ada.post("/tags/bread", "do", "follow")
	was := number(ben.say("was read", social.Public))
	ada.get("/")
	far := cleo.say("by a stranger", social.Public)
	ben.say("one #bread", social.Public)
	cleo.say("two #bread", social.Public)
	ben.post(far + "/boost")
	want(t, ada.get("/catch-up"), 200, "3 posts by 2 people", "since you were here", "you follow ben", "boosted by ben", "you follow #bread", "!was read", "By person:")
	want(t, ada.get("/catch-up?boosts=no"), 200, "2 posts", "!by a stranger")
	topics := ada.get("/catch-up?by=topics")
	want(t, topics, 200, "<bdi>#bread</bdi>", "Everything else", "By topic:")
	body := ada.get("/catch-up?by=time").Body.String()
	if !(strings.Index(body, ">one ") < strings.Index(body, ">two ")) {
		t.Error("the oldest does not come first")
	}
	ada.get("/")
	want(t, ada.get("/catch-up"), 200, "in the last 12 hours", "was read") // all is read: a time that can be chosen
	want(t, ada.get("/catch-up?since="+was), 200, "!was read", "3 posts")
	h.clock.Pass(5 * time.Hour)
	want(t, ada.get("/catch-up?from=3"), 200, "You have missed nothing")
	want(t, ada.get("/catch-up?from=24&until=1"), 200, "4 posts", "until 1 hour ago")
	want(t, ada.get("/catch-up?from=24&until=12"), 200, "You have missed nothing")
	want(t, ada.get("/catch-up?from=x&by=y&since=z&until=-1"), 200)
}

func TestExplore(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, cleo := h.member("ada", social.Member), h.member("ben", social.Member), h.member("cleo", social.Member)
	nobody := h.browser()
	for path, says := range map[string]string{"/explore": "Nothing stands out yet", "/explore/tags": "No tag stands out yet", "/explore/links": "No link stands out yet",
		"/explore/people": "Nobody to show", "/explore/collections": "No collections yet", "/explore/links/posts?url=https://far.example/": "No public post has this link"} {
		want(t, nobody.get(path), 200, says)
		want(t, ada.get(path), 200, says)
	}
	want(t, ben.post("/settings/privacy", "discoverable", "1", "indexable", "1"), 200)
	ben.say("bread", social.Public)
	want(t, ada.get("/explore/people"), 200, "@ben", "!@cleo")
	want(t, nobody.get("/explore/people?order=new&whose=all&from=-3"), 200, "@ben")
	want(t, nobody.get("/explore/people?from=40"), 200, "!@ben")
	cleo.post("/@ben/follow")
	ada.post("/@cleo/follow")
	page := ada.get("/explore/people")
	want(t, page, 200, "Followed by 1 p")
	dismiss := regexp.MustCompile(`/explore/people/\d+/dismiss`).FindString(page.Body.String())
	want(t, ada.post(dismiss), 200, "not suggested to you again", "!Followed by people you follow")
	want(t, nobody.post(dismiss), 200, "Please sign in first.")
}

func TestFollowTags(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	want(t, ada.get("/tags"), 200, "You follow no tags yet")
	want(t, ada.post("/tags/Bread", "do", "follow"), 200, "come to your home now", "Following")
	ben.say("look: #bread", social.Public)
	want(t, ada.get("/"), 200, "look:")
	want(t, ada.get("/tags"), 200, "#Bread", "Unfollow")
	want(t, ada.post("/tags/bread", "do", "unfollow", "back", "/tags"), 200, "no longer come", "You follow no tags yet")
	want(t, ada.get("/"), 200, "!look:")
	want(t, h.browser().get("/tags/bread"), 200, "look:", "!>Follow<")
}

func TestProfileParts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	p := ben.say("pinned", social.Public)
	ben.post(p + "/pin")
	for path, says := range map[string]string{"/@ben/media": "No posts yet", "/@ben/featured": ">pinned", "/@ben/about": "Here since", "/@ada/featured": "Nothing featured"} {
		want(t, ada.get(path), 200, says)
		want(t, h.browser().get(path), 200, says)
	}
	want(t, ada.part("/@ben", "card"), 200, `class="hover-card"`, "@ben", "1</b> post", "!<html", "!pinned")
	want(t, ben.post("/@ada/block"), 200)
	want(t, ada.get("/@ben/featured"), 200, "!pinned", "do not see each other")
	want(t, ada.get("/@ben/media"), 200, "do not see each other")
}

// The page of keys tells of each that the script has, and of no other.
func TestKeys(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.browser().get("/keys")
	want(t, w, 200, "data-keys-off")
	js, err := os.ReadFile("assets/plaza.js")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?s)<dt>(.*?)</dt>`).FindAllStringSubmatch(w.Body.String(), -1) {
		told[strings.TrimSpace(strings.Join(strings.Fields(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(m[1], " ")), " "))] = true
	}
	keys := regexp.MustCompile(`(?s)const keys = \{(.*?)\};`).FindSubmatch(js)
	ways := regexp.MustCompile(`(?s)const ways = \{(.*?)\};`).FindSubmatch(js)
	if keys == nil || ways == nil {
		t.Fatal("the script has no keys")
	}
	for _, m := range regexp.MustCompile(`(?m)(?:^|, |\{) *"?([a-z./?])"?: \(\)`).FindAllSubmatch(keys[1], -1) {
		if !told[string(m[1])] {
			t.Errorf("the key %s is not told", m[1])
		}
		delete(told, string(m[1]))
	}
	for _, m := range regexp.MustCompile(`([a-z]): "/`).FindAllSubmatch(ways[1], -1) {
		if !told["g "+string(m[1])] {
			t.Errorf("the keys g %s are not told", m[1])
		}
		delete(told, "g "+string(m[1]))
	}
	delete(told, "Ctrl Enter")
	delete(told, "Esc")
	for k := range told {
		t.Errorf("the script has no key %s", k)
	}
}
