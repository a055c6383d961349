package doors

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// A probe looks at one surface for a post.
type probe struct {
	what, path string
	by         *apptest.Person // nil for a stranger
	accept     string
}

// sees reports whether the post, or its file, is there.
func (p probe) sees(s *apptest.Server, marks ...string) bool {
	r, err := http.NewRequest("GET", s.URL+p.path, nil)
	if err != nil {
		panic(err)
	}
	if p.by != nil {
		r.Header.Set("Authorization", "Bearer "+p.by.Token)
	}
	if p.accept != "" {
		r.Header.Set("Accept", p.accept)
	}
	a := s.Do(r)
	if strings.HasPrefix(p.path, "/media/") {
		return a.Status == 200
	}
	for _, m := range marks {
		if strings.Contains(string(a.Body), m) {
			return true
		}
	}
	return false
}

// TestHiddenMeansHidden probes every surface on which a post can be met, before
// and after it is hidden, and after that was taken back. How long the last one
// took is printed, not judged.
func TestHiddenMeansHidden(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, mona := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("mona", social.Moderator)
		ada.Follow(ben)
		var picture attached
		upload(t, s, ben, "/api/v2/media", jpegOf(t, 64, 64), "description", "Waves").JSON(t, &picture)
		const words = "Zanzibar #zanzibar"
		var post apptest.Status
		ben.Must("POST", "/api/v1/statuses", map[string]any{"status": words, "media_ids": []string{picture.ID}, "visibility": "public"}, &post)
		var reply apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "A reply", "in_reply_to_id": post.ID}, &reply)
		for _, verb := range []string{"favourite", "bookmark", "reblog"} {
			ada.Must("POST", "/api/v1/statuses/"+post.ID+"/"+verb, nil, nil)
		}
		ben.Must("POST", "/api/v1/statuses/"+post.ID+"/pin", nil, nil)
		var list struct{ ID string }
		ada.Must("POST", "/api/v1/lists", map[string]any{"title": "Friends"}, &list)
		ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", map[string]any{"account_ids": []string{num(ben.ID)}}, nil)
		var quoting apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Look", "quoted_status_id": post.ID}, &quoting)
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(ada.Token))
		e.settle(t)

		const ap, page = "application/activity+json", "text/html"
		file := strings.TrimPrefix(picture.URL, s.Config.URL)
		probes := []probe{
			{"the post", "/api/v1/statuses/" + post.ID, ada, ""}, {"the post, to a stranger", "/api/v1/statuses/" + post.ID, nil, ""}, {"the post, to its author", "/api/v1/statuses/" + post.ID, ben, ""},
			{"home", "/api/v1/timelines/home", ada, ""}, {"the local timeline", "/api/v1/timelines/public?local=true", ada, ""}, {"the tag", "/api/v1/timelines/tag/zanzibar", ada, ""},
			{"a list", "/api/v1/timelines/list/" + list.ID, ada, ""}, {"the profile", "/api/v1/accounts/" + num(ben.ID) + "/statuses", ada, ""}, {"what is pinned", "/api/v1/accounts/" + num(ben.ID) + "/statuses?pinned=true", ada, ""},
			{"its files", "/api/v1/accounts/" + num(ben.ID) + "/statuses?only_media=true", ada, ""}, {"likes", "/api/v1/favourites", ada, ""}, {"bookmarks", "/api/v1/bookmarks", ada, ""},
			{"the thread", "/api/v1/statuses/" + reply.ID + "/context", ada, ""}, {"the boost", "/api/v1/accounts/" + num(ada.ID) + "/statuses", ben, ""}, {"the quote", "/api/v1/statuses/" + quoting.ID, ada, ""},
			{"notices", "/api/v1/notifications?types[]=favourite", ben, ""}, {"search", "/api/v2/search?type=statuses&q=zanzibar", ben, ""}, {"its history", "/api/v1/statuses/" + post.ID + "/history", ada, ""},
			{"the card", "/api/oembed?url=" + s.URL + "/@ben/" + post.ID, nil, ""},
			{"its page", "/@ben/" + post.ID, nil, page}, {"the profile's page", "/@ben", nil, page}, {"the tag's page", "/tags/zanzibar", nil, page}, {"the embedded page", "/@ben/" + post.ID + "/embed", nil, page},
			{"the feed", "/@ben.rss", nil, ""}, {"the note", "/@ben/" + post.ID, nil, ap}, {"the file", file, nil, ""},
		}
		marks := []string{"Zanzibar"}
		met := 0
		for _, p := range probes {
			if p.sees(s, marks...) {
				met++
			} else if p.what != "search" && p.what != "the card" && p.what != "the feed" { // that come later, or need no words
				t.Errorf("before: %s does not show it", p.what)
			}
		}
		if met < 12 {
			t.Fatalf("only %d surfaces show the post at all", met)
		}
		decide := func(d social.Decision) {
			t.Helper()
			d.Account = ben.ID
			d.Posts = []social.PostID{social.PostID(must(strconv.ParseInt(post.ID, 10, 64)))}
			if err := s.Moderation.Decide(t.Context(), moderator(mona), d, false); err != nil {
				t.Fatal(err)
			}
		}
		since := time.Now()
		decide(social.Decision{Action: social.HidePost, Text: "No."})
		for _, p := range probes {
			if p.sees(s, marks...) {
				t.Errorf("hidden: %s still shows it", p.what)
			}
		}
		s.Eventually("the streamed deletion", func() bool { return e.has("user", "delete", post.ID) })
		t.Logf("%d surfaces and the open stream took %v", len(probes), time.Since(since).Round(time.Millisecond))
		decide(social.Decision{Action: social.RestorePost})
		for _, p := range probes {
			if !p.sees(s, marks...) && p.what != "search" && p.what != "the card" && p.what != "the feed" {
				t.Errorf("restored: %s does not show it", p.what)
			}
		}
		decide(social.Decision{Action: social.LimitPost})
		for _, p := range probes {
			switch p.what {
			case "the tag's page":
				if p.sees(s, marks...) {
					t.Errorf("limited: %s shows it", p.what)
				}
			case "home", "the post", "its page":
				if !p.sees(s, marks...) {
					t.Errorf("limited: %s does not show it", p.what)
				}
			}
		}
	})
}

// TestSuspendedMeansOut has nothing of somebody's go on when they are suspended:
// streams, browsers, apps.
func TestSuspendedMeansOut(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ben, mona := s.Join("ben", social.Member), s.Join("mona", social.Moderator)
		one, two := socket(t, s, "/api/v1/streaming?stream=user", withToken(ben.Token)), socket(t, s, "/api/v1/streaming?stream=public", withToken(ben.Token))
		one.settle(t)
		two.settle(t)
		if a := ben.Call("GET", "/api/v1/accounts/verify_credentials", nil); a.Status != 200 {
			t.Fatalf("before: %d", a.Status)
		}
		since := time.Now()
		if err := s.Moderation.Decide(t.Context(), moderator(mona), social.Decision{Account: ben.ID, Action: social.Suspend}, false); err != nil {
			t.Fatal(err)
		}
		if a := ben.Call("GET", "/api/v1/accounts/verify_credentials", nil); a.Status == 200 {
			t.Errorf("the token still works: %s", a.Body)
		}
		for _, e := range []*ear{one, two} {
			<-e.ended
		}
		t.Logf("token and two streams were out after %v", time.Since(since).Round(time.Millisecond))
		if a := ben.Call("GET", "/api/v1/streaming?stream=user", nil); a.Status == 200 {
			t.Error("a stream begins anew")
		}
	})
}

func moderator(p *apptest.Person) social.Actor {
	by := p.Actor()
	by.Role = social.Moderator
	return by
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
