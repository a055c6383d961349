package doors

import (
	"fmt"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestDiscover looks at trends, suggestions and the directory as several
// people: who does not want to be found is in none of them, nor is what is not
// for everybody.
func TestDiscover(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		people := map[string]*apptest.Person{}
		for _, name := range []string{"ada", "ben", "cleo", "dora", "shy"} {
			people[name] = s.Join(name, social.Member)
			people[name].Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"discoverable": name != "shy"}, nil)
		}
		ada, ben, cleo, dora, shy := people["ada"], people["ben"], people["cleo"], people["dora"], people["shy"]
		ada.Follow(ben)
		ben.Follow(cleo)
		ben.Follow(shy)
		loved := cleo.Post("On #bread", "public")
		liked := ben.Post("Also #bread, and #alone", "public")
		secret := ben.Post("#hush", "private")
		cleo.Post("#hush", "private")
		hidden := shy.Post("#bread by the shy", "public")
		for _, p := range []apptest.Status{loved, liked, hidden, secret} {
			ada.Call("POST", "/api/v1/statuses/"+p.ID+"/favourite", nil)
		}
		dora.Must("POST", "/api/v1/statuses/"+loved.ID+"/reblog", nil, nil)

		var tags []struct{ Name string }
		ada.Must("GET", "/api/v1/trends/tags", nil, &tags)
		if len(tags) != 1 || tags[0].Name != "bread" {
			t.Errorf("trending tags: %v", tags)
		}
		var posts []apptest.Status
		dora.Must("GET", "/api/v1/trends/statuses", nil, &posts)
		if len(posts) != 2 || posts[0].ID != loved.ID || posts[1].ID != liked.ID {
			t.Errorf("trending posts: %+v", posts)
		}
		dora.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/mute", ben.ID), nil, nil)
		dora.Must("GET", "/api/v1/trends/statuses?limit=1", nil, &posts)
		if len(posts) != 1 || posts[0].ID != loved.ID {
			t.Errorf("trending posts for who mutes ben: %+v", posts)
		}

		suggested := func(who *apptest.Person) (names []string) {
			var all []struct {
				Sources []string
				Account struct{ Username string }
			}
			who.Must("GET", "/api/v2/suggestions", nil, &all)
			for _, x := range all {
				names = append(names, x.Account.Username+" "+x.Sources[0])
			}
			return names
		}
		if got := suggested(ada); !slices.Equal(got, []string{"cleo friends_of_friends"}) {
			t.Errorf("suggested to ada: %v", got)
		}
		ada.Must("DELETE", fmt.Sprintf("/api/v1/suggestions/%d", cleo.ID), nil, nil)
		if got := suggested(ada); len(got) != 0 {
			t.Errorf("suggested although dismissed: %v", got)
		}
		if got := suggested(dora); !slices.Contains(got, "cleo most_followed") || slices.Contains(got, "ben most_followed") {
			t.Errorf("suggested to dora, who mutes ben: %v", got)
		}
		ben.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"hide_collections": true}, nil)
		eve := s.Join("eve", social.Member)
		eve.Follow(ben)
		if got := suggested(eve); slices.Contains(got, "cleo friends_of_friends") {
			t.Errorf("whom ben follows is told although he hides it: %v", got)
		}

		var found []struct{ Username string }
		s.Call("GET", "/api/v1/directory?order=new", "", nil).JSON(t, &found)
		if len(found) != 4 || found[0].Username != "dora" {
			t.Errorf("the directory: %v", found)
		}
		cleo.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ada.ID), nil, nil)
		ada.Must("GET", "/api/v1/directory", nil, &found)
		if len(found) != 3 {
			t.Errorf("the directory for who is blocked by one: %v", found)
		}
	})
}
