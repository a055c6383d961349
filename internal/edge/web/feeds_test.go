package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var feedEnds = []string{".rss", ".atom", "/feed.json"}

// feed asks for a feed with some headers, as a reader does.
func (b *browser) feed(path string, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

// feeds wants the same of a feed in all forms.
func (b *browser) feeds(path string, status int, says ...string) {
	b.t.Helper()
	for _, end := range feedEnds {
		w := b.feed(path + end)
		if want(b.t, w, status, says...); status == 200 && !strings.HasPrefix(w.Header().Get("Content-Type"), "application/") {
			b.t.Errorf("%s%s is %s", path, end, w.Header().Get("Content-Type"))
		}
	}
}

// Whoever asks for a feed is a stranger: what is not for everybody is not there, nor
// what is behind a warning.
func TestFeedsAreForEverybody(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, nobody := h.member("ada", social.Member), h.member("ben", social.Member), h.browser()
	ben.post("/@ada/follow")
	nobody.feeds("/@ada", 200, "!<item>", "!<entry>")
	ada.say("The fountain runs again. #Urbanism <b>", social.Public)
	ada.say("Quietly #urbanism", social.Unlisted)
	ada.say("For friends #urbanism", social.Followers)
	ada.say("@ben psst #urbanism", social.Direct)
	ada.say("Only in this house #urbanism", "here")
	said := ada.say("@ben An answer in a way", social.Public)
	ada.post("/new", "text", "A spoiler: they all survive #urbanism", "warning", "The end of a book", "visibility", "public")
	ada.post("/new", "text", "An answer to ben", "visibility", "public", "reply_to", numberOf(ben.say("Hello", social.Public)))
	ben.say("Mine #urbanism", social.Public)
	for who, b := range map[string]*browser{"a stranger": nobody, "herself": ada, "a follower": ben} {
		t.Log(who)
		b.feeds("/@ada", 200, "The fountain runs again.", "Quietly", "An answer in a way", "The end of a book", "behind a warning", said,
			"!For friends", "!psst", "!Only in this house", "!survive", "!An answer to ben", "!Mine", "!<script", "!<b>")
		b.feeds("/tags/urbanism", 200, "The fountain runs again.", "Mine", "The end of a book", "!survive", "!Quietly", "!For friends", "!psst", "!Only in this house")
	}
	nobody.feeds("/@ADA", 200, "The fountain")
	nobody.feeds("/tags/URBANISM", 200, "The fountain")
	nobody.feeds("/tags/nothing", 200, "!<item>", "!<entry>")
	nobody.feeds("/@nobody", 404)
	for path, begins := range map[string]string{"/@ada": "/@ada", "/tags/Urbanism": "/tags/urbanism"} {
		page := nobody.get(path).Body.String()
		for _, end := range feedEnds {
			if strings.Count(page, `href="`+begins+end+`"`) != 2 {
				t.Errorf("%s does not lead to %s in its head and where it is seen", path, begins+end)
			}
		}
	}
	if strings.Contains(ada.get("/settings").Body.String(), ".rss") {
		t.Error("the settings have a feed")
	}
}

func numberOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// A feed holds the newest posts and leads to no others; who asks too often waits.
func TestFeedsAreBounded(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, nobody := h.member("ada", social.Member), h.browser()
	for range 23 {
		ada.say("More #much", social.Public)
	}
	for _, of := range []string{"/@ada", "/tags/much"} {
		for end, item := range map[string]string{".rss": "<item>", ".atom": "<entry", "/feed.json": `"content_html"`} {
			for _, query := range []string{"", "?limit=100", "?before=9", "?page=2"} {
				body := nobody.feed(of + end + query).Body.String()
				if n := strings.Count(body, item); n != 20 {
					t.Errorf("%s%s%s has %d posts", of, end, query, n)
				}
				if strings.Contains(body, "next") {
					t.Errorf("%s%s leads on", of, end)
				}
			}
		}
	}
	limited := false
	for range 400 {
		if w := nobody.feed("/@ada.rss"); w.Code == http.StatusTooManyRequests {
			limited = w.Header().Get("Retry-After") != ""
			break
		}
	}
	if !limited {
		t.Error("nobody has to wait")
	}
}

// What is edited says so, what is deleted is gone, and a reader that has all is told so.
func TestFeedsChangeWithPosts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, nobody := h.member("ada", social.Member), h.browser()
	first, second := ada.say("One", social.Public), ada.say("Two", social.Public)
	for _, end := range feedEnds {
		before := nobody.feed("/@ada" + end)
		tag, at := before.Header().Get("ETag"), before.Header().Get("Last-Modified")
		if tag == "" || at == "" || before.Header().Get("Cache-Control") != "public, no-cache" {
			t.Fatalf("%s: %v", end, before.Header())
		}
		for _, headers := range [][]string{{"If-None-Match", tag}, {"If-Modified-Since", at}, {"If-None-Match", tag, "Accept-Encoding", "gzip"}} {
			if w := nobody.feed("/@ada"+end, headers...); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
				t.Errorf("%s with %v: %d, %d bytes", end, headers, w.Code, w.Body.Len())
			}
		}
	}
	has := map[string][]string{}
	for _, end := range feedEnds {
		w := nobody.feed("/@ada" + end)
		has[end] = []string{w.Header().Get("ETag"), w.Header().Get("Last-Modified")}
	}
	changed := func(what string, says ...string) {
		t.Helper()
		for _, end := range feedEnds {
			for i, header := range []string{"If-None-Match", "If-Modified-Since"} {
				want(t, nobody.feed("/@ada"+end, header, has[end][i]), 200, says...)
			}
			w := nobody.feed("/@ada" + end)
			if w.Header().Get("ETag") == has[end][0] {
				t.Errorf("%s: %s has the same tag", what, end)
			}
			has[end] = []string{w.Header().Get("ETag"), w.Header().Get("Last-Modified")}
		}
	}
	h.clock.Pass(time.Minute)
	ada.post(first+"/edit", "text", "One, mended")
	changed("edited", "One, mended", "Two")
	want(t, nobody.feed("/@ada.atom"), 200, "<updated>"+h.store.Now().UTC().Format(time.RFC3339))
	want(t, nobody.feed("/@ada.rss"), 200, "<atom:updated>")
	want(t, nobody.feed("/@ada/feed.json"), 200, "date_modified")
	ada.post(second + "/delete")
	changed("deleted", "One, mended", "!Two")
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		n, _ := id.Parse(numberOf(first))
		p, err := tx.Post(t.Context(), social.PostID(n))
		if err != nil {
			return err
		}
		tx.Record(event.AccessChanged{Account: p.Author})
		return tx.SetStanding(t.Context(), p.Author, social.Suspended)
	}); err != nil {
		t.Fatal(err)
	}
	for _, end := range feedEnds {
		if w := nobody.feed("/@ada"+end, "If-None-Match", has[end][0]); w.Code != http.StatusNotFound {
			t.Errorf("who has the feed of somebody suspended is answered %d", w.Code)
		}
	}
}

// The feed of a list has an address that is a secret, which its owner makes, renews
// and ends; in it is what is public.
func TestFeedOfAList(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, ben, nobody := h.member("ada", social.Member), h.member("ben", social.Member), h.browser()
	ben.post("/@ada/follow")
	at := ben.send(ben.request("/lists", "title", "Friends")).Header().Get("Location")
	list := strings.TrimSuffix(at, "/edit")
	ben.post(list+"/members", "name", "ada")
	ada.say("Said to everybody", social.Public)
	ada.say("Quietly", social.Unlisted)
	ada.say("For friends", social.Followers)
	ada.say("@ben psst", social.Direct)
	ada.say("Only here", "here")
	ada.say("About kittens", social.Public)
	want(t, ben.get(at), 200, "Make an address", "!/feeds/")
	want(t, ada.post(list+"/feed"), 404)
	want(t, ben.post(list+"/feed"), 200, "The address is made.", "/feeds/")
	address := func() string {
		m := regexp.MustCompile(`/feeds/\w{20,}`).FindString(ben.get(at).Body.String())
		if m == "" {
			t.Fatal("there is no address")
		}
		return m
	}
	first := address()
	nobody.feeds(first, 200, "Said to everybody", "About kittens", "Friends", "!Quietly", "!For friends", "!psst", "!Only here")
	if got := nobody.feed(first + ".rss").Header().Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("it may be kept by anybody: %s", got)
	}
	name, words, everywhere := "Cats", "kittens", []social.FilterContext{social.FilterHome}
	me := func() (by social.Actor) {
		t.Helper()
		if err := h.store.Read(t.Context(), func(v *store.View) error {
			a, err := v.AccountNamed(t.Context(), "ben", "")
			by = social.Actor{Account: a.ID, Standing: social.Good}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return by
	}()
	if _, err := filters.New(h.store).Add(t.Context(), me, filters.Change{Title: &name, Contexts: &everywhere, Keywords: []filters.KeywordChange{{Words: &words}}}); err != nil {
		t.Fatal(err)
	}
	nobody.feeds(first, 200, "Said to everybody", "!kittens", "!Cats")
	ben.post("/@ada/mute", "while", "0")
	nobody.feeds(first, 200, "!Said to everybody")
	ben.post("/@ada/unmute")
	nobody.feeds(first, 200, "Said to everybody")
	want(t, ada.post(list+"/feed/end"), 404)
	nobody.feeds(first, 200, "Said to everybody")
	ben.post(list + "/feed")
	second := address()
	nobody.feeds(first, 404)
	nobody.feeds(second, 200, "Said to everybody")
	standing := func(s social.Standing) {
		t.Helper()
		if err := h.store.Write(t.Context(), func(tx *store.Tx) error {
			a, err := tx.AccountNamed(t.Context(), "ben", "")
			if err != nil {
				return err
			}
			return tx.SetStanding(t.Context(), a.ID, s)
		}); err != nil {
			t.Fatal(err)
		}
	}
	standing(social.Suspended)
	nobody.feeds(second, 404)
	standing(social.Good)
	nobody.feeds(second, 200)
	want(t, ben.post(list+"/feed/end"), 200, "leads nowhere any more", "Make an address")
	nobody.feeds(second, 404)
	nobody.feeds("/feeds/", 404)
	nobody.feeds("/feeds/x", 404)
	ben.post(list + "/feed")
	third := address()
	ben.post(list + "/delete")
	nobody.feeds(third, 404)
}
