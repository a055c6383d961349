package web_test

import (
	"archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// field is the value of a hidden field of the page that was shown.
func field(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	_, at, _ := strings.Cut(w.Body.String(), "<form class=\"composer")
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(at)
	if m == nil {
		t.Fatalf("no field %s", name)
	}
	return m[1]
}

// Drafts are kept without a script, gone on with and deleted, and are no draft
// any more when they are sent.
func TestDrafts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	asked := ben.say("Who bakes?", social.Public)
	page := ada.get("/new")
	want(t, page, 200, `href="/drafts"`, "Save as draft")
	want(t, ada.get("/drafts"), 200, "No drafts")
	want(t, ada.post("/new", "do", "draft", "text", " ", "visibility", "public", "draft", field(t, page, "draft")), 422, "nothing to keep")
	want(t, ada.post("/new", "do", "draft", "text", "I bake <b>", "warning", "flour", "visibility", "here", "language", "de", "option", "Rye", "lasts", "60", "hide_votes", "1",
		"on", "2030-01-31", "zone", "Asia/Tokyo", "draft", field(t, page, "draft"), "reply_to", asked[strings.LastIndex(asked, "/")+1:]), 200, "It is in your drafts.", "I bake &lt;b&gt;", "a reply", "a poll", "Only this community")
	want(t, ben.get("/drafts"), 200, "No drafts")
	open := "/new?draft=" + field(t, page, "draft")
	want(t, ben.get(open), 404)
	want(t, ben.post("/drafts/"+field(t, page, "draft")+"/delete"), 200, "No drafts")
	page = ada.get(open)
	want(t, page, 200, "I bake &lt;b&gt;</textarea>", `value="flour"`, `value="here" selected`, `value="de" lang="de" selected`, `value="Rye"`, `value="2030-01-31"`, `value="Asia/Tokyo" selected`, "what ben said", `value="60" selected`)
	want(t, ada.post("/new", "do", "draft", "text", "I bake bread", "visibility", "public", "draft", field(t, page, "draft"), "seen", field(t, page, "seen"), "key", "k"), 200, "I bake bread", "!flour")
	h.clock.Pass(time.Second)
	want(t, ada.post("/new", "do", "draft", "text", "again from there", "visibility", "public", "draft", field(t, page, "draft"), "seen", "1", "pen", ""), 200, "again from there", "!I bake bread")
	want(t, ada.post("/new", "do", "draft", "text", "I bake bread", "visibility", "public", "draft", field(t, page, "draft"), "pen", ""), 200, "I bake bread")
	want(t, ada.post("/new", "do", "draft", "text", "I bake cake", "visibility", "public", "draft", field(t, page, "draft"), "seen", field(t, page, "seen"), "pen", "another"), 200, "I bake bread", "I bake cake")
	want(t, ada.post("/new", "do", "post", "text", "I bake bread", "visibility", "public", "draft", field(t, page, "draft"), "key", "k"), 200, "Your post is out.")
	want(t, ada.get("/drafts"), 200, "!I bake bread", "I bake cake")
	other := regexp.MustCompile(`/drafts/\d+/delete`).FindString(ada.get("/drafts").Body.String())
	want(t, ada.post(other), 200, "Deleted.", "No drafts")
}

// A script keeps what is written, and hears which draft it is.
func TestDraftsByThemselves(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	keep := func(fields ...string) (which, seen string) {
		t.Helper()
		r := ada.request("/drafts", fields...)
		r.Header.Set("Plaza-Part", "draft")
		w := ada.send(r)
		if w.Code != 204 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return w.Header().Get("Plaza-Draft"), w.Header().Get("Plaza-Seen")
	}
	which, _ := keep("text", "o", "draft", "77", "pen", "p", "key", "p", "visibility", "public")
	again, _ := keep("text", "once", "draft", "77", "pen", "p", "key", "p", "visibility", "public")
	if which != "77" || again != "77" {
		t.Errorf("drafts %s and %s, want 77", which, again)
	}
	want(t, ada.post("/new", "text", "once", "visibility", "public", "draft", "77", "key", "p"), 200, "Your post is out.")
	if late, _ := keep("text", "once", "draft", "77", "pen", "p", "key", "p", "visibility", "public"); late != "0" {
		t.Errorf("what was sent is draft %s again", late)
	}
	want(t, ada.get("/drafts"), 200, "No drafts")
}

// Who is not signed in any more loses nothing: the form comes back, and can be
// sent again.
func TestWordsOutliveTheSession(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	session := ada.cookies["__Host-plaza_session"]
	stale := *session
	stale.Value = "ended"
	ada.cookies["__Host-plaza_session"] = &stale
	fields := []string{"text", "Hours of work", "warning", "long one", "visibility", "unlisted", "key", "k", "draft", "9", "back", "/public"}
	w := ada.send(ada.request("/new", fields...))
	want(t, w, 401, "Hours of work</textarea>", `action="/new"`, `name="visibility" value="unlisted"`, `href="/auth/sign_in" target="_blank"`, "Nothing you typed is lost")

	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	form.WriteField("text", "word")
	file, _ := form.CreateFormFile("files", "large.png")
	file.Write(make([]byte, 2<<20))
	form.WriteField("text-2", "after the picture")
	form.Close()
	r := httptest.NewRequest("POST", "/new", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	want(t, ada.send(r), 401, "word</textarea>", "after the picture</textarea>", "Files have to be chosen again")
	want(t, ada.send(ada.request("/settings/password", "old", "a long secret", "new", "another one")), 303)

	ada.cookies["__Host-plaza_session"] = session
	want(t, ada.post("/new", fields...), 200, "Your post is out.")
	want(t, ada.get("/@ada"), 200, "Hours of work")
}

// Several posts are written in one go, and a post can be taken apart again.
func TestThreadInOneGo(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	page := ada.post("/new", "do", "more", "text", "First of all", "visibility", "unlisted", "key", "k")
	want(t, page, 200, "First of all</textarea>", `name="text-2"`, `!name="text-3"`, `value="unlisted" selected`)
	page = ada.post("/new", "do", "more", "text", "First of all", "text-2", "Then", "visibility", "unlisted", "key", "k")
	want(t, page, 200, `name="text-3"`, "Then</textarea>")
	want(t, ada.get("/@ada"), 200, "!First of all")
	long := strings.Repeat("x", social.MaxText+1)
	want(t, ada.post("/new", "text", "First of all", "text-2", long, "text-3", "", "visibility", "unlisted", "key", "k"), 422, "In post 2 of the thread", long)
	for range 2 {
		w := ada.post("/new", "text", "First of all", "text-2", "Then", "text-3", "", "visibility", "unlisted", "key", "k")
		want(t, w, 200, "Your post is out.")
	}
	list := ada.get("/@ada/with_replies").Body.String()
	if strings.Count(list, "<article") != 2 {
		t.Errorf("%d posts, want 2", strings.Count(list, "<article"))
	}
	fields := []string{"do", "more", "visibility", "public", "text", "1"}
	for i := 2; i <= social.MaxThread; i++ {
		fields = append(fields, "text-"+string([]byte{byte('0' + i/10), byte('0' + i%10)}[map[bool]int{true: 1, false: 0}[i < 10]:]), "more")
	}
	want(t, ada.post("/new", fields...), 422, "At most 20 posts")
}

// Posts for later are seen, moved, changed, taken back and forgotten.
func TestScheduledPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	day := h.store.Now().Add(48 * time.Hour).UTC().Format(time.DateOnly)
	past := h.store.Now().Add(-48 * time.Hour).UTC().Format(time.DateOnly)
	send := func(path, on, at, zone string) *httptest.ResponseRecorder {
		t.Helper()
		return ada.post(path, "text", "In the morning", "visibility", "public", "on", on, "at", at, "zone", zone, "key", "k")
	}
	for _, tt := range []struct{ on, at, zone, says string }{
		{day, "", "UTC", "Choose a time of day"}, {"", "08:00", "UTC", "Choose a day"}, {day, "8 o'clock", "UTC", "This time cannot be read"}, {"tomorrow", "08:00", "UTC", "This day cannot be read"},
		{day, "08:00", "Local", "Choose the time zone"}, {day, "08:00", "../../etc/passwd", "Choose the time zone"}, {past, "08:00", "UTC", "at least 5 minutes from now"},
		{"2099-01-01", "08:00", "UTC", "within the next 5 years"}, {"2027-03-28", "02:30", "Europe/Berlin", "clocks are put forward"},
	} {
		want(t, send("/new", tt.on, tt.at, tt.zone), 422, tt.says, "In the morning</textarea>", "!Validation failed")
	}
	want(t, send("/new", day, "08:00", "Asia/Tokyo"), 200, "It is sent at its time.", "In the morning", "08:00 JST", `value="Asia/Tokyo" selected`)
	want(t, send("/new", day, "08:00", "Asia/Tokyo"), 200, "In the morning") // sent twice
	page := ada.get("/scheduled")
	if n := strings.Count(page.Body.String(), "/time\""); n != 1 {
		t.Fatalf("%d scheduled posts, want 1", n)
	}
	one := regexp.MustCompile(`/scheduled/\d+`).FindString(page.Body.String())
	want(t, ada.get("/new"), 200, `value="Asia/Tokyo" selected`) // it is remembered
	want(t, h.member("ben", social.Member).get(one), 404)
	want(t, send(one+"/time", day, "", "Asia/Tokyo"), 422, "Choose a time of day")
	want(t, send(one+"/time", day, "09:30", "Asia/Tokyo"), 200, "09:30 JST")
	want(t, ada.get(one), 200, "In the morning</textarea>", `value="09:30"`, "!Save as draft", `!name="draft"`)
	want(t, ada.post(one, "text", "In the evening", "visibility", "public", "on", day, "at", "", "zone", "UTC"), 422, "Choose a time of day", "In the evening</textarea>", `action="`+one+`"`)
	want(t, ada.post(one, "do", "more", "text", "In the evening", "visibility", "public"), 200, `name="text-2"`, `action="`+one+`"`)
	want(t, ada.post(one, "text", "In the evening", "text-2", "of that day", "visibility", "public", "on", day, "at", "20:00", "zone", "Asia/Tokyo"), 200, "In the evening", "20:00 JST", "2 posts")
	want(t, ada.post(one+"/back"), 200, "It is a draft now.", "In the evening</textarea>", "of that day</textarea>")
	want(t, ada.post(one+"/back"), 200, "not there any more")
	want(t, send("/new", day, "10:00", "UTC"), 200, "10:00 UTC")
	one = regexp.MustCompile(`/scheduled/\d+`).FindString(ada.get("/scheduled").Body.String())
	want(t, ada.get("/scheduled"), 200, "!could not be sent at its time")
	h.clock.Pass(72 * time.Hour) // and nobody does the jobs
	want(t, ada.get("/scheduled"), 200, "could not be sent at its time", "In the morning")
	want(t, ada.post(one+"/delete"), 200, "Deleted.", "Nothing is scheduled")
}

// Who wants so can take back what they sent for a moment.
func TestUndo(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	want(t, ada.post("/settings/privacy", "visibility", "public", "quotes", "followers", "hold", "1", "zone", "Europe/Vienna", "alt", "required"), 200, "Saved.", `value="followers" selected`, `id="hold" name="hold" value="1" checked`, `value="Europe/Vienna" selected`, `value="required" selected`)
	page := ada.post("/new", "text", "Too hasty", "visibility", "public", "key", "k")
	want(t, page, 200, "It is sent in 10 seconds.", ">Undo</button>", "!Your post is out")
	undo := regexp.MustCompile(`/scheduled/\d+/back`).FindString(page.Body.String())
	want(t, ada.get("/"), 200, "!Undo")
	want(t, ada.post(undo), 200, "It was not sent.", "Too hasty</textarea>")
	want(t, ada.post(undo), 200, "sent already")
}

// What an edit changed stands on the page of a post's earlier versions, for the
// eye and the ear.
func TestHistoryShowsWhatChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.member("ada", social.Member)
	post := ada.say("I like tea and <b>", social.Public)
	want(t, ada.post(post+"/edit", "text", "I like coffee and <b>", "warning", "drinks"), 200)
	h.clock.Pass(time.Second)
	want(t, ada.post(post+"/edit", "text", "I like coffee and <b>", "warning", ""), 200)
	want(t, ada.get(post+"/history"), 200, `I like <del><span class="hidden" lang="en">[removed: </span>tea<span class="hidden" lang="en">]</span></del>`,
		`<ins><span class="hidden" lang="en">[added: </span>coffee`, "and &lt;b&gt;", "A warning was put before it.", "The warning was taken away: “drinks”.", "How it read then")
}

// What was begun, and what waits, is in the archive of whose it is.
func TestArchiveHoldsDrafts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben := h.member("ada", social.Member), h.member("ben", social.Member)
	asked := ben.say("Who bakes?", social.Public)
	ada.post("/new", "do", "draft", "text", "I have begun", "text-2", "and more", "visibility", "public", "draft", "7", "reply_to", asked[strings.LastIndex(asked, "/")+1:])
	ada.post("/new", "text", "In the morning", "visibility", "public", "on", h.store.Now().Add(48*time.Hour).Format(time.DateOnly), "at", "08:00", "zone", "UTC")
	read := func(b *browser, name string) string {
		t.Helper()
		w := b.get("/settings/export/archive.zip")
		z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		all, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(all)
	}
	if got := read(ada, "drafts.json"); !strings.Contains(got, "I have begun") || !strings.Contains(got, "and more") || !strings.Contains(got, asked) {
		t.Errorf("drafts: %s", got)
	}
	if got := read(ada, "scheduled.json"); !strings.Contains(got, "In the morning") || !strings.Contains(got, "T08:00:00") {
		t.Errorf("scheduled: %s", got)
	}
	if got := read(ben, "drafts.json"); strings.Contains(got, "begun") {
		t.Errorf("ben's drafts: %s", got)
	}
}
