package doors

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestFollowedTags has public posts with a tag come home, those that were
// there before too, as long as their authors are shown at all.
func TestFollowedTags(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		ada.Follow(cleo)
		home := func() (out []string) {
			var all []apptest.Status
			ada.Must("GET", "/api/v1/timelines/home", nil, &all)
			for _, p := range all {
				out = append(out, p.ID)
			}
			return out
		}
		want := func(what string, ids ...string) {
			t.Helper()
			if got := home(); !slices.Equal(got, ids) {
				t.Errorf("%s: %v, want %v", what, got, ids)
			}
		}
		old := ben.Post("Old #Straße", "public").ID
		want("before")
		ada.Must("POST", "/api/v1/tags/STRASSE/follow", nil, nil)
		ada.Must("POST", "/api/v1/tags/other/follow", nil, nil)
		want("what was there", old)
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(ada.Token))
		e.settle(t)
		fresh := ben.Post("Fresh #strasse #other", "public").ID
		for _, visibility := range []string{"unlisted", "private"} {
			ben.Post("Not for all #straße", visibility)
		}
		ben.Post("Another #tag", "public")
		both := cleo.Post("By somebody followed #other", "public").ID
		s.Eventually("the streamed posts", func() bool { return e.has("user", "update", "Fresh") && e.has("user", "update", "By somebody") })
		if e.has("user", "update", "Not for all") || e.has("user", "update", "Another") {
			t.Error("more was streamed")
		}
		want("live", both, fresh, old)
		ada.Must("POST", "/api/v1/tags/third/follow", nil, nil) // has the feed pulled anew
		want("pulled", both, fresh, old)
		var page []apptest.Status
		ada.Must("GET", "/api/v1/timelines/home?limit=1&max_id="+fresh, nil, &page)
		if len(page) != 1 || page[0].ID != old {
			t.Errorf("a page: %v", page)
		}
		ben.Must("DELETE", "/api/v1/statuses/"+fresh, nil, nil)
		s.Eventually("the deletion", func() bool { return e.has("user", "delete", fresh) })
		want("deleted", both, old)
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/mute", ben.ID), nil, nil)
		want("muted", both)
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/unmute", ben.ID), nil, nil)
		ada.Must("POST", "/api/v1/tags/straße/unfollow", nil, nil)
		want("no longer followed", both)

		var tags []struct {
			Name      string
			Following bool
		}
		a := ada.Call("GET", "/api/v1/followed_tags?limit=1", nil)
		a.JSON(t, &tags)
		if len(tags) != 1 || tags[0].Name != "third" || !tags[0].Following {
			t.Errorf("the first page of tags: %+v", tags)
		}
		_, next, _ := strings.Cut(a.Header.Get("Link"), s.URL)
		next, _, _ = strings.Cut(next, ">")
		ada.Must("GET", next, nil, &tags)
		if len(tags) != 1 || tags[0].Name != "other" {
			t.Errorf("the next page of tags: %+v", tags)
		}
	})
}

// TestFeaturedTags shows tags on a page, with how often they were used where
// everybody could see it.
func TestFeaturedTags(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		type featured struct {
			ID, Name string
			Count    string  `json:"statuses_count"`
			Last     *string `json:"last_status_at"`
		}
		for _, v := range []string{"public", "unlisted", "private", "direct"} {
			ada.Post("#Bread #salt", v)
		}
		ada.Post("#bread again", "public")
		ben.Post("#bread", "public")
		var tag, again featured
		ada.Must("POST", "/api/v1/featured_tags", "name=%23Bread", &tag)
		ada.Must("POST", "/api/v1/featured_tags", "name=BREAD", &again)
		if tag.Name != "Bread" || tag.Count != "3" || tag.Last == nil || again.ID != tag.ID {
			t.Errorf("%+v, again %+v", tag, again)
		}
		var names []struct{ Name string }
		ada.Must("GET", "/api/v1/featured_tags/suggestions", nil, &names)
		if len(names) != 1 || names[0].Name != "salt" {
			t.Errorf("suggested: %+v", names)
		}
		page := fmt.Sprintf("/api/v1/accounts/%d/featured_tags", ada.ID)
		var all []featured
		ben.Must("GET", page, nil, &all)
		if len(all) != 1 || all[0].ID != tag.ID || all[0].Count != "3" {
			t.Errorf("for ben: %+v", all)
		}
		for i := 1; i <= social.MaxFeaturedTags; i++ {
			want := 200
			if i == social.MaxFeaturedTags {
				want = 422
			}
			wantStatus(t, fmt.Sprint("tag ", i+1), ada.Call("POST", "/api/v1/featured_tags", fmt.Sprint("name=tag", i)), want)
		}
		for _, name := range []string{"", "1", "two words", "a/b", "%00"} {
			wantStatus(t, "the tag "+name, ada.Call("POST", "/api/v1/featured_tags", "name="+name), 422)
		}
		wantStatus(t, "ben removes it", ben.Call("DELETE", "/api/v1/featured_tags/"+tag.ID, nil), 404)
		ada.Must("DELETE", "/api/v1/featured_tags/"+tag.ID, nil, nil)
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ben.ID), nil, nil)
		ben.Must("GET", page, nil, &all)
		if len(all) != 0 {
			t.Errorf("shown to who is blocked: %+v", all)
		}
	})
}
