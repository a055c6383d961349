package doors

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// collected is a collection, as far as tests look.
type collected struct {
	Accounts   []struct{ Username string }
	Collection struct {
		ID, Name, Description string
		Count                 int `json:"item_count"`
		Items                 []struct {
			ID      string
			Account string `json:"account_id"`
		}
	}
}

func (c collected) names() (out []string) {
	for _, a := range c.Accounts {
		out = append(out, a.Username)
	}
	return out
}

// TestCollections recommends who agrees, before everybody but those who are
// kept away.
func TestCollections(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := map[string]*apptest.Person{}
		for _, name := range []string{"ada", "ben", "cleo", "shy", "eve"} {
			p[name] = s.Join(name, social.Member)
			p[name].Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"discoverable": name != "shy"}, nil)
		}
		ada, ben, cleo, shy, eve := p["ada"], p["ben"], p["cleo"], p["shy"], p["eve"]
		var made collected
		ada.Must("POST", "/api/v1/collections", map[string]any{"name": "Friends", "description": "<i>all</i>", "account_ids": []string{num(cleo.ID), num(ben.ID)}}, &made)
		if made.Collection.Count != 2 || !strings.Contains(made.Collection.Description, "&lt;i&gt;") {
			t.Errorf("made: %+v", made)
		}
		path := "/api/v1/collections/" + made.Collection.ID
		add := func(who *apptest.Person, whom social.AccountID) int {
			return who.Call("POST", path+"/items", map[string]string{"account_id": num(whom)}).Status
		}
		eve.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ada.ID), nil, nil)
		far := remote(t, s, "rob", "far.example")
		for what, c := range map[string]struct{ got, want int }{
			"who did not agree":          {add(ada, shy.ID), 422},
			"who blocks her":             {add(ada, eve.ID), 422},
			"somebody of another host":   {add(ada, far.Account), 422},
			"nobody":                     {add(ada, 17), 422},
			"once more":                  {add(ada, ben.ID), 422},
			"somebody else's collection": {add(ben, cleo.ID), 404},
		} {
			if c.got != c.want {
				t.Errorf("adding %s: %d, want %d", what, c.got, c.want)
			}
		}
		look := func(who *apptest.Person) (got collected) {
			t.Helper()
			who.Must("GET", path, nil, &got)
			return got
		}
		if got := look(shy).names(); !slices.Equal(got, []string{"ada", "cleo", "ben"}) {
			t.Errorf("for shy: %v", got)
		}
		wantStatus(t, "for eve, who blocks its owner", eve.Call("GET", path, nil), 404)
		shy.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", cleo.ID), nil, nil)
		if got := look(shy); !slices.Equal(got.names(), []string{"ada", "ben"}) || got.Collection.Count != 1 {
			t.Errorf("for shy, who blocks cleo: %+v", got)
		}
		item := map[string]string{}
		for _, x := range look(ada).Collection.Items {
			item[x.Account] = x.ID
		}
		wantStatus(t, "taking out another", cleo.Call("POST", path+"/items/"+item[num(ben.ID)]+"/revoke", nil), 404)
		ben.Must("POST", path+"/items/"+item[num(ben.ID)]+"/revoke", nil, nil)
		if got := look(ada).names(); !slices.Equal(got, []string{"ada", "cleo"}) {
			t.Errorf("after ben left: %v", got)
		}
		if got := add(ada, ben.ID); got != 422 {
			t.Errorf("putting ben back in: %d", got)
		}
		wantStatus(t, "taking out what left", ada.Call("DELETE", path+"/items/"+item[num(ben.ID)], nil), 404)

		var list struct{ Collections []struct{ ID string } }
		cleo.Must("GET", "/api/v1/accounts/"+num(cleo.ID)+"/in_collections", nil, &list)
		if len(list.Collections) != 1 {
			t.Errorf("cleo is in: %+v", list)
		}
		ben.Must("GET", "/api/v1/accounts/"+num(ben.ID)+"/in_collections", nil, &list)
		if len(list.Collections) != 0 {
			t.Errorf("ben, who left, is in: %+v", list)
		}
		wantStatus(t, "what another is in", ada.Call("GET", "/api/v1/accounts/"+num(cleo.ID)+"/in_collections", nil), 404)
		wantStatus(t, "changing another's", ben.Call("PATCH", path, "name=Mine"), 404)
		ada.Must("PATCH", path, "discoverable=false", nil)
		for who, want := range map[*apptest.Person]int{ada: 1, ben: 0} {
			who.Must("GET", "/api/v1/accounts/"+num(ada.ID)+"/collections", nil, &list)
			if len(list.Collections) != want {
				t.Errorf("%s is shown %d of ada's collections, want %d", who.Name, len(list.Collections), want)
			}
		}
		if got := look(ben).Collection.Name; got != "Friends" {
			t.Errorf("by its address: %q", got)
		}
		ada.Must("DELETE", path+"/items/"+item[num(cleo.ID)], nil, nil)
		if got := add(ada, cleo.ID); got != 200 {
			t.Errorf("putting cleo back in: %d", got)
		}
		ada.Must("DELETE", path, nil, nil)
		wantStatus(t, "after it is gone", ada.Call("GET", path, nil), 404)
	})
}

// TestCollectionLimits makes as much as may be made, and more.
func TestCollectionLimits(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	long := func(n int) string { return strings.Repeat("é", n) }
	for i, c := range []struct {
		what string
		body map[string]any
		want int
	}{
		{"no name", map[string]any{"name": " "}, 422},
		{"the longest name", map[string]any{"name": long(social.MaxCollectionName)}, 200},
		{"a longer name", map[string]any{"name": long(social.MaxCollectionName + 1)}, 422},
		{"the longest description", map[string]any{"name": "a", "description": long(social.MaxCollectionDescription)}, 200},
		{"a longer description", map[string]any{"name": "a", "description": long(social.MaxCollectionDescription + 1)}, 422},
		{"a long language", map[string]any{"name": "a", "language": long(social.MaxLanguage)}, 422},
		{"no tag", map[string]any{"name": "a", "tag_name": "two words"}, 422},
		{"nobody in it", map[string]any{"name": "a", "account_ids": []string{"17"}}, 404},
	} {
		if a := ada.Call("POST", "/api/v1/collections", c.body); a.Status != c.want {
			t.Errorf("%d, %s: %d %s, want %d", i, c.what, a.Status, a.Body, c.want)
		}
	}
	for i := 2; i <= social.MaxCollections; i++ {
		want := 200
		if i == social.MaxCollections {
			want = 422
		}
		wantStatus(t, fmt.Sprint("collection ", i+1), ada.Call("POST", "/api/v1/collections", "name=a"), want)
	}
	ben := s.Join("ben", social.Member)
	var c collected
	ben.Must("POST", "/api/v1/collections", "name=a", &c)
	for i := range social.MaxCollectionItems + 1 {
		friend := s.Join(fmt.Sprint("friend", i), social.Member)
		friend.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
		want := 200
		if i == social.MaxCollectionItems {
			want = 422
		}
		wantStatus(t, fmt.Sprint("account ", i+1), ben.Call("POST", "/api/v1/collections/"+c.Collection.ID+"/items", "account_id="+num(friend.ID)), want)
	}
}

// TestCollectionsAgreed: who agrees no longer is not shown, and who is kept
// away by the curator still finds out, and may leave.
func TestCollectionsAgreed(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		ben.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"discoverable": true}, nil)
		var made, seen collected
		ada.Must("POST", "/api/v1/collections", map[string]any{"name": "People", "account_ids": []string{num(ben.ID)}}, &made)
		path := "/api/v1/collections/" + made.Collection.ID
		for _, agrees := range []bool{false, true} {
			ben.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"discoverable": agrees}, nil)
			cleo.Must("GET", path, nil, &seen)
			if slices.Contains(seen.names(), "ben") != agrees {
				t.Errorf("ben agrees: %v, shown: %v", agrees, seen.names())
			}
		}
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ben.ID), nil, nil)
		ben.Must("GET", path, nil, &seen)
		if len(seen.Collection.Items) != 1 {
			t.Fatalf("ben, blocked, is shown %+v", seen.Collection)
		}
		if in := ben.Call("GET", fmt.Sprintf("/api/v1/accounts/%d/in_collections", ben.ID), nil); !strings.Contains(string(in.Body), made.Collection.ID) {
			t.Errorf("ben is not told of it: %s", in.Body)
		}
		ben.Must("POST", path+"/items/"+seen.Collection.Items[0].ID+"/revoke", nil, nil)
		cleo.Must("GET", path, nil, &seen)
		if slices.Contains(seen.names(), "ben") {
			t.Errorf("ben left, and is shown: %v", seen.names())
		}
	})
}

// TestCollectionNotices tells who was put into a collection, through every
// door.
func TestCollectionNotices(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		ben.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(ben.Token))
		e.settle(t)
		var made collected
		ada.Must("POST", "/api/v1/collections", map[string]any{"name": "<b>akers", "account_ids": []string{num(ben.ID)}}, &made)
		s.Eventually("the stream", func() bool { return e.has("user", "notification", `"added_to_collection"`) })
		ada.Must("PATCH", "/api/v1/collections/"+made.Collection.ID, "sensitive=true", nil)
		s.Eventually("the stream, again", func() bool { return e.has("user", "notification", `"collection_update"`) })
		type told struct {
			Type       string
			Group      string `json:"group_key"`
			Collection *struct{ ID, Name string }
			Fallback   *struct{ Title, Details string }
		}
		var list []told
		ben.Must("GET", "/api/v1/notifications?supported_types[]=collection_update", nil, &list)
		if len(list) != 2 || list[0].Type != "collection_update" || list[0].Fallback != nil || list[1].Type != "added_to_collection" || list[1].Fallback == nil {
			t.Fatalf("told: %+v", list)
		}
		if f := list[1].Fallback; !strings.Contains(f.Title, "added you to a collection") || !strings.Contains(f.Details, "&lt;b&gt;akers") {
			t.Errorf("in words: %+v", f)
		}
		var groups struct {
			Groups []told `json:"notification_groups"`
		}
		ben.Must("GET", "/api/v2/notifications", nil, &groups)
		for _, all := range [][]told{list, groups.Groups} {
			for _, n := range all {
				if n.Collection == nil || n.Collection.ID != made.Collection.ID || n.Collection.Name != "<b>akers" || !strings.HasPrefix(n.Group, "ungrouped-") {
					t.Errorf("%s: %+v", n.Type, n.Collection)
				}
			}
		}
		if page := send(t, s, "GET", "/notifications", session(signIn(t, s, ben))); !strings.Contains(string(page.Body), "added you to a collection") || !strings.Contains(string(page.Body), "&lt;b&gt;akers") {
			t.Error("the page of notifications does not tell it")
		}
		ada.Must("DELETE", "/api/v1/collections/"+made.Collection.ID, nil, nil)
		ben.Must("GET", "/api/v1/notifications", nil, &list)
		if len(list) != 0 {
			t.Errorf("after it is gone: %+v", list)
		}
	})
}

// TestCollectionsPassedOn: a post that links to a collection brings it along,
// for those who may see it, and its address finds it.
func TestCollectionsPassedOn(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		ben.Must("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true", nil)
		var made collected
		ada.Must("POST", "/api/v1/collections", map[string]any{"name": "Bakers", "account_ids": []string{num(ben.ID)}}, &made)
		path := "/collections/" + made.Collection.ID
		post := cleo.Post("See "+s.URL+path+" and "+s.URL+"/collections/17, twice: "+s.URL+path, "public")
		boost := cleo.Post("Nothing", "public")
		ben.Must("POST", "/api/v1/statuses/"+post.ID+"/reblog", nil, nil)
		type tagged struct {
			Collections []struct{ ID, URL string } `json:"tagged_collections"`
			Reblog      *tagged
		}
		look := func(who *apptest.Person, id string) (got tagged) {
			t.Helper()
			who.Must("GET", "/api/v1/statuses/"+id, nil, &got)
			return got
		}
		if got := look(ben, post.ID).Collections; len(got) != 1 || got[0].ID != made.Collection.ID || got[0].URL != s.URL+path {
			t.Errorf("with the post came %+v", got)
		}
		if got := look(ben, boost.ID).Collections; got == nil || len(got) != 0 {
			t.Errorf("with a post that links to none came %+v", got)
		}
		var home []tagged
		ben.Must("GET", "/api/v1/accounts/"+num(ben.ID)+"/statuses", nil, &home)
		if len(home) != 1 || home[0].Reblog == nil || len(home[0].Reblog.Collections) != 1 {
			t.Errorf("with the boost came %+v", home)
		}
		found := func(who *apptest.Person) (n int) {
			var r struct{ Collections []struct{ ID string } }
			who.Must("GET", "/api/v2/search?resolve=true&q="+s.URL+path, nil, &r)
			return len(r.Collections)
		}
		if n := found(ben); n != 1 {
			t.Errorf("its address finds %d", n)
		}
		page := send(t, s, "GET", path, session(signIn(t, s, ben)))
		if wantStatus(t, "the page", page, 200); !strings.Contains(string(page.Body), "Bakers") || !strings.Contains(string(page.Body), "@ben") || !strings.Contains(string(page.Body), "Leave it") {
			t.Error("the page does not show the collection, or no way out")
		}
		if page := send(t, s, "GET", path); strings.Contains(string(page.Body), "Leave it") {
			t.Error("a stranger may leave")
		}
		ada.Must("POST", "/api/v1/accounts/"+num(cleo.ID)+"/block", nil, nil)
		if n := len(look(cleo, post.ID).Collections); n != 0 || found(cleo) != 0 {
			t.Errorf("cleo, whom its owner blocks, is given %d with her post", n)
		}
		wantStatus(t, "the page, for cleo", send(t, s, "GET", path, session(signIn(t, s, cleo))), 404)
		wantStatus(t, "leaving without being in it", send(t, s, "POST", path+"/leave", session(signIn(t, s, ada))), 404)
		wantStatus(t, "leaving", send(t, s, "POST", path+"/leave", session(signIn(t, s, ben))), 303)
		var left collected
		if ada.Must("GET", "/api/v1"+path, nil, &left); len(left.Collection.Items) != 0 {
			t.Errorf("after ben left: %+v", left.Collection)
		}
		ada.Must("DELETE", "/api/v1"+path, nil, nil)
		if got := look(ben, post.ID).Collections; len(got) != 0 {
			t.Errorf("after it is gone came %+v", got)
		}
	})
}

// TestReportedCollections: collections can be reported with their owner, by
// those who see them, and moderators see what is reported.
func TestReportedCollections(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mo, ada, ben, cleo := s.Join("mo", social.Moderator), s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		mo.Token = mo.TokenWith("read write admin:read")
		var made, other collected
		ada.Must("POST", "/api/v1/collections", "name=Rude", &made)
		cleo.Must("POST", "/api/v1/collections", "name=Other", &other)
		report := func(who *apptest.Person, ids ...string) apptest.Answer {
			return who.Call("POST", "/api/v1/reports", map[string]any{"account_id": num(ada.ID), "collection_ids": ids})
		}
		wantStatus(t, "another's collection", report(ben, other.Collection.ID), 404)
		wantStatus(t, "no collection", report(ben, "17"), 404)
		wantStatus(t, "too many", report(ben, strings.Split("1,2,3,4,5,6,7,8,9,10,11", ",")...), 422)
		ada.Must("POST", "/api/v1/accounts/"+num(cleo.ID)+"/block", nil, nil)
		wantStatus(t, "one that cleo cannot see", report(cleo, made.Collection.ID), 404)
		var r struct {
			ID          string
			Collections []string `json:"collection_ids"`
		}
		a := report(ben, made.Collection.ID)
		if a.JSON(t, &r); a.Status != 200 || !slices.Equal(r.Collections, []string{made.Collection.ID}) {
			t.Fatalf("reported: %d %s", a.Status, a.Body)
		}
		mo.Must("POST", "/api/v1/accounts/"+num(ada.ID)+"/block", nil, nil)
		var whole struct{ Collections []struct{ Name string } }
		if mo.Must("GET", "/api/v1/admin/reports/"+r.ID, nil, &whole); len(whole.Collections) != 1 || whole.Collections[0].Name != "Rude" {
			t.Errorf("moderators see %+v", whole)
		}
	})
}
