package doors

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// remote is somebody of another host.
func remote(t *testing.T, s *apptest.Server, name, host string) social.Actor {
	t.Helper()
	var a social.Account
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
		a = social.Account{ID: social.AccountID(id.New(tx.Now)), Username: name, Host: host, URI: "https://" + host + "/@" + name, Kind: social.Person,
			Standing: social.Good, Discoverable: true, CreatedAt: tx.Now}
		return tx.AddAccount(t.Context(), a)
	}); err != nil {
		t.Fatal(err)
	}
	return social.Actor{Account: a.ID, Standing: social.Good, Remote: true}
}

// TestShutHosts has ada shut a host out: nothing from there comes through any
// door any more, and follows end, but only hers.
func TestShutHosts(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		rob, near := remote(t, s, "rob", "far.example"), remote(t, s, "sue", "sub.far.example")
		for _, who := range []*apptest.Person{ada, ben} {
			for _, other := range []social.Actor{rob, near} {
				who.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", other.Account), nil, nil)
				if err := s.Relations.Answer(ctx, other, who.ID, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Relations.Follow(ctx, rob, social.Follow{Target: ada.ID}); err != nil {
			t.Fatal(err)
		}
		ada.Follow(ben)
		say := func(by social.Actor, words string) string {
			p, err := s.Posts.Publish(ctx, by, social.Draft{Text: words, Visibility: social.Public})
			if err != nil {
				t.Fatal(err)
			}
			return num(p.ID)
		}
		word := say(rob, "@ada Faraway #far")
		say(near, "Nearby #far")
		ben.Must("POST", "/api/v1/statuses/"+word+"/reblog", nil, nil)
		told := func() bool {
			return strings.Contains(string(ada.Call("GET", "/api/v1/notifications", nil).Body), "Faraway")
		}
		s.Eventually("the notice", told)
		doors := []string{"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/far", "/api/v1/notifications", "/api/v1/accounts/" + num(ben.ID) + "/statuses",
			"/api/v1/accounts/" + num(rob.Account) + "/statuses", "/api/v1/statuses?id[]=" + word, "/api/v1/directory", "/@ben", "/public"}
		mind := func(open bool) {
			t.Helper()
			for _, who := range []*apptest.Person{ada, ben} {
				cookie := session(signIn(t, s, who))
				for _, path := range doors {
					if who == ben && path == "/api/v1/notifications" {
						continue
					}
					body := string(send(t, s, "GET", path, bearer(who.Token), cookie).Body)
					if there := strings.Contains(body, "Faraway") || path == "/api/v1/directory" && strings.Contains(body, `"rob"`); there != (open || who == ben) {
						t.Errorf("%s: %s finds it: %v: %.400s", path, who.Name, there, body)
					}
				}
			}
		}
		mind(true)
		var preview map[string]int
		ada.Must("GET", "/api/v1/domain_blocks/preview?domain=Far.Example", nil, &preview)
		if preview["following_count"] != 1 || preview["followers_count"] != 1 {
			t.Errorf("what it would end: %v", preview)
		}
		ada.Must("POST", "/api/v1/domain_blocks", "domain=https://FAR.example/about", nil)
		ada.Must("POST", "/api/v1/domain_blocks", "domain=far.example", nil)
		mind(false)
		wantStatus(t, "a post of that host", ada.Call("GET", "/api/v1/statuses/"+word, nil), 404)
		wantStatus(t, "liking it", ada.Call("POST", "/api/v1/statuses/"+word+"/favourite", nil), 404)
		wantStatus(t, "following there", ada.Call("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", rob.Account), nil), 403)
		if err := s.Relations.Follow(ctx, rob, social.Follow{Target: ada.ID}); err == nil {
			t.Error("rob follows ada again")
		}
		related := func(who *apptest.Person, other social.AccountID) (rel struct {
			Following  bool
			FollowedBy bool `json:"followed_by"`
			Shut       bool `json:"domain_blocking"`
		}) {
			var all []struct {
				Following  bool
				FollowedBy bool `json:"followed_by"`
				Shut       bool `json:"domain_blocking"`
			}
			who.Must("GET", fmt.Sprintf("/api/v1/accounts/relationships?id[]=%d", other), nil, &all)
			return all[0]
		}
		s.Eventually("the end of the follows", func() bool {
			r := related(ada, rob.Account)
			return !r.Following && !r.FollowedBy && r.Shut
		})
		if r := related(ada, near.Account); !r.Following || r.Shut {
			t.Errorf("somebody of another host: %+v", r)
		}
		if r := related(ben, rob.Account); !r.Following || r.Shut {
			t.Errorf("ben and rob: %+v", r)
		}
		say(rob, "@ada Faraway again")
		again := ben.Post("@ada A mark", "public")
		s.Eventually("ben's notice", func() bool {
			return strings.Contains(string(ada.Call("GET", "/api/v1/notifications", nil).Body), again.ID)
		})
		ada.Must("DELETE", "/api/v1/domain_blocks", "domain=far.example", nil)
		if body := string(ada.Call("GET", "/api/v1/notifications", nil).Body); strings.Contains(body, "Faraway again") {
			t.Errorf("ada was told of what she shut out: %s", body)
		}
		if r := related(ada, rob.Account); r.Shut || r.Following {
			t.Errorf("let in again: %+v", r)
		}
	})
}

// TestHostList shuts hosts out, too many, and looks at the list of them.
func TestHostList(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	for i := range social.MaxShutHosts {
		if err := s.Relations.ShutHost(t.Context(), ada.Actor(), fmt.Sprintf("h%d.example", i)); err != nil {
			t.Fatal(err)
		}
	}
	wantStatus(t, "one more", ada.Call("POST", "/api/v1/domain_blocks", "domain=more.example"), 422)
	wantStatus(t, "one that is there", ada.Call("POST", "/api/v1/domain_blocks", "domain=h1.example"), 200)
	for _, wrong := range []string{"", "no host", "a b.example", strings.Repeat("a", 300) + ".example"} {
		wantStatus(t, "the host "+wrong, ada.Call("POST", "/api/v1/domain_blocks", "domain="+wrong), 422)
	}
	var page []string
	a := ada.Call("GET", "/api/v1/domain_blocks?limit=2", nil)
	a.JSON(t, &page)
	if len(page) != 2 {
		t.Errorf("the first page: %v", page)
	}
	_, next, _ := strings.Cut(a.Header.Get("Link"), s.URL)
	next, _, _ = strings.Cut(next, ">")
	var second []string
	ada.Must("GET", next, nil, &second)
	if len(second) != 2 || slices.Contains(page, second[0]) {
		t.Errorf("the next page: %v after %v", second, page)
	}
}

// TestEndorsements recommends who is followed, as long as they are.
func TestEndorsements(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		endorse := fmt.Sprintf("/api/v1/accounts/%d/endorse", ben.ID)
		wantStatus(t, "somebody not followed", ada.Call("POST", endorse, nil), 422)
		ada.Follow(ben)
		var rel struct{ Endorsed bool }
		ada.Must("POST", endorse, nil, &rel)
		ada.Must("POST", endorse, nil, nil)
		if !rel.Endorsed {
			t.Error("the relationship does not tell")
		}
		page := fmt.Sprintf("/api/v1/accounts/%d/endorsements", ada.ID)
		shown := func(who *apptest.Person, path string) (names []string) {
			t.Helper()
			var all []struct{ Username string }
			who.Must("GET", path, nil, &all)
			for _, a := range all {
				names = append(names, a.Username)
			}
			return names
		}
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "hide_collections=true", nil) // hides whom she follows only
		if got := shown(cleo, page); !slices.Equal(got, []string{"ben"}) {
			t.Errorf("for cleo: %v", got)
		}
		if got := shown(ada, "/api/v1/endorsements"); !slices.Equal(got, []string{"ben"}) {
			t.Errorf("for ada: %v", got)
		}
		ben.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", cleo.ID), nil, nil)
		if got := shown(cleo, page); len(got) != 0 {
			t.Errorf("cleo, whom ben blocks, is shown him: %v", got)
		}
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/unfollow", ben.ID), nil, nil)
		if got := shown(ada, page); len(got) != 0 {
			t.Errorf("no longer followed: %v", got)
		}
	})
}
