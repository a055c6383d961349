package doors

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// items is how many each list of TestPages has; no page's size divides it.
const items = 23

// TestPages follows the Link headers through every list, to its end and back.
func TestPages(t *testing.T) {
	t.Parallel()
	apptest.EachLong(t, func(t *testing.T, s *apptest.Server) {
		c := &cast{server: s}
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "indexable=true", nil)
		ben.Follow(ada)
		var list struct{ ID string }
		ben.Must("POST", "/api/v1/lists", "title=all", &list)
		ben.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", ada.ID), nil)
		for i := range items {
			p := ada.Post(fmt.Sprintf("@ben Post %d #many", i), "public")
			ben.Must("POST", "/api/v1/statuses/"+p.ID+"/favourite", nil, nil)
			ben.Must("POST", "/api/v1/statuses/"+p.ID+"/bookmark", nil, nil)
		}
		famous := ada.Post("@ben Famous", "unlisted").ID
		crowd := c.throng(t, ada, famous)
		s.Eventually("all notices", func() bool {
			return len(idsOf(t, ben.Call("GET", "/api/v1/notifications?types[]=mention&limit=80", nil))) == items+1
		})
		of := func(path string, n int) { walk(t, s, ben, path, n) }
		of("/api/v1/timelines/home", items+1)
		of("/api/v1/timelines/public", items)
		of("/api/v1/timelines/public?local=true", items)
		of("/api/v1/timelines/tag/many", items)
		of("/api/v1/timelines/tag/MANY?any[]=other", items)
		of("/api/v1/timelines/list/"+list.ID, items+1)
		of("/api/v1/favourites", items)
		of("/api/v1/bookmarks", items)
		of("/api/v1/notifications?types[]=mention", items+1)
		of(fmt.Sprintf("/api/v1/accounts/%d/statuses?exclude_replies=true", ada.ID), items+1)
		of(fmt.Sprintf("/api/v1/accounts/%d/followers", ada.ID), crowd+1)
		of("/api/v1/statuses/"+famous+"/favourited_by", crowd)
		of("/api/v1/statuses/"+famous+"/reblogged_by", crowd)
		walk(t, s, ada, fmt.Sprintf("/api/v1/accounts/%d/following", ada.ID), crowd)
		walk(t, s, ada, "/api/v1/blocks", crowd)
		walk(t, s, ada, "/api/v1/mutes", crowd)
		walk(t, s, ada, "/api/v1/follow_requests", crowd)
		var friends struct{ ID string }
		ada.Must("POST", "/api/v1/lists", "title=friends", &friends)
		ada.Must("POST", "/api/v1/lists/"+friends.ID+"/accounts?"+c.friends.Encode(), nil, nil)
		walk(t, s, ada, "/api/v1/lists/"+friends.ID+"/accounts", crowd)
		if got := idsOf(t, ada.Call("GET", "/api/v1/lists/"+friends.ID+"/accounts?limit=0", nil)); len(got) != crowd {
			t.Errorf("limit=0 of a list's members: %d, want all %d", len(got), crowd)
		}
	})
}

var linkPart = regexp.MustCompile(`<([^>]+)>; rel="(next|prev)"`)

// links are where the pages around an answer are.
func links(t *testing.T, s *apptest.Server, a apptest.Answer) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range linkPart.FindAllStringSubmatch(a.Header.Get("Link"), -1) {
		path, ours := strings.CutPrefix(m[1], s.URL)
		if !ours {
			t.Errorf("a link leads to %s", m[1])
		}
		out[m[2]] = path
	}
	return out
}

func idsOf(t *testing.T, a apptest.Answer) []string {
	t.Helper()
	wantStatus(t, "a page", a, 200)
	var all []struct{ ID string }
	a.JSON(t, &all)
	out := []string{}
	for _, x := range all {
		out = append(out, x.ID)
	}
	return out
}

// walk reads a list of n in pages to its end, and from there back.
func walk(t *testing.T, s *apptest.Server, as *apptest.Person, path string, n int) {
	t.Helper()
	const size = 5
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	path += sep + "limit=" + fmt.Sprint(size)
	var down, up []string
	back := ""
	for next := path; next != "" && len(down) <= 2*n; {
		a := as.Call("GET", next, nil)
		page := idsOf(t, a)
		if len(page) > size {
			t.Errorf("%s: a page of %d, want at most %d", next, len(page), size)
		}
		down = append(down, page...)
		l := links(t, s, a)
		if next = l["next"]; l["prev"] != "" {
			back = l["prev"]
		}
	}
	if uniq := slices.Compact(slices.Sorted(slices.Values(down))); len(down) != n || len(uniq) != n {
		t.Errorf("%s: %d on all pages, %d of them different, want %d", path, len(down), len(uniq), n)
	}
	if len(down) == 0 {
		return
	}
	for prev := back; prev != "" && len(up) <= 2*n; {
		a := as.Call("GET", prev, nil)
		up = append(idsOf(t, a), up...)
		prev = links(t, s, a)["prev"]
	}
	if last := down[len(down)-(n-1)%size-1:]; !slices.Equal(append(up, last...), down) {
		t.Errorf("%s: back there are %v before %v, want %v", path, up, last, down)
	}
	newest(t, as, path, down)
}

// newest asks for what is newer than the third, and for the ends of the list.
func newest(t *testing.T, as *apptest.Person, path string, all []string) {
	t.Helper()
	for _, bound := range []string{"max_id=1", "min_id=9223372036854775807", "since_id=99999999999999999999"} {
		if got := idsOf(t, as.Call("GET", path+"&"+bound, nil)); len(got) != 0 {
			t.Errorf("%s&%s: %v, want nothing", path, bound, got)
		}
	}
	for _, bound := range []string{"max_id=99999999999999999999", "since_id=1", "max_id=", "max_id=abc"} {
		if got := idsOf(t, as.Call("GET", path+"&"+bound, nil)); !slices.Equal(got, all[:5]) {
			t.Errorf("%s&%s: %v, want %v", path, bound, got, all[:5])
		}
	}
	if got := idsOf(t, as.Call("GET", path+"&min_id=1", nil)); !slices.Equal(got, all[len(all)-5:]) {
		t.Errorf("%s&min_id=1: %v, want %v", path, got, all[len(all)-5:])
	}
}

// throng has many follow ada, and her them, like and boost a post, ask to
// follow her, and be blocked and muted: different ones each time.
func (c *cast) throng(t *testing.T, ada *apptest.Person, post string) int {
	t.Helper()
	ctx, s := t.Context(), c.server
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	someone := func() social.Actor {
		return social.Actor{Account: c.stranger(t).ID, Standing: social.Good, Role: social.Member}
	}
	var which social.PostID
	_, err := fmt.Sscan(post, &which)
	must(err)
	c.friends = map[string][]string{}
	for range items {
		fan := someone()
		must(s.Relations.Follow(ctx, fan, social.Follow{Target: ada.ID, Boosts: true}))
		_, err := s.Posts.Mark(ctx, fan, which, social.Liked, true)
		must(err)
		_, err = s.Posts.Boost(ctx, fan, which, social.Public)
		must(err)
		friend := someone()
		must(s.Relations.Follow(ctx, ada.Actor(), social.Follow{Target: friend.Account, Boosts: true}))
		c.friends.Add("account_ids[]", fmt.Sprint(friend.Account))
		must(s.Relations.Block(ctx, ada.Actor(), someone().Account))
		must(s.Relations.Mute(ctx, ada.Actor(), someone().Account, true, 0))
	}
	ada.Must("PATCH", "/api/v1/accounts/update_credentials", "locked=true", nil)
	for range items {
		must(s.Relations.Follow(ctx, someone(), social.Follow{Target: ada.ID}))
	}
	return items
}
