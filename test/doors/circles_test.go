package doors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestCircles writes to a list as apps do, in both ways there are, and as nobody
// may. Apps that know nothing of it are shown a post that is private.
func TestCircles(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben, eve := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member)
	ada.Follow(ben)
	ben.Follow(ada)
	var list, theirs struct{ ID string }
	ada.Must("POST", "/api/v1/lists", "title=Kin", &list)
	ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", ben.ID), nil)
	eve.Must("POST", "/api/v1/lists", "title=Hers", &theirs)
	type shown struct {
		ID, Visibility string
		Reblogged      bool
		Plaza          struct {
			Visibility string
			CircleID   *string `json:"circle_id"`
		}
		Quotes struct{ CurrentUser string } `json:"quote_approval"`
	}
	for _, how := range []string{"visibility=private&circle_id=" + list.ID, "visibility=list:" + list.ID, "circle_id=" + list.ID, "visibility=circle&circle_id=" + list.ID} {
		var st shown
		ada.Must("POST", "/api/v1/statuses", "status=Hush&"+how, &st)
		if st.Visibility != "private" || st.Plaza.Visibility != "circle" || st.Plaza.CircleID == nil || *st.Plaza.CircleID != list.ID {
			t.Errorf("%s: %+v", how, st)
		}
		ben.Must("GET", "/api/v1/statuses/"+st.ID, nil, &st)
		if st.Visibility != "private" || st.Plaza.Visibility != "circle" || st.Plaza.CircleID != nil {
			t.Errorf("%s, as ben is shown it: %+v", how, st)
		}
		wantStatus(t, how+", for eve", eve.Call("GET", "/api/v1/statuses/"+st.ID, nil), 404)
		ben.Must("POST", "/api/v1/statuses/"+st.ID+"/favourite", nil, nil)
		for who, want := range map[*apptest.Person]bool{ada: true, ben: false} { // members do not learn of each other
			if a := who.Call("GET", "/api/v1/statuses/"+st.ID+"/favourited_by", nil); strings.Contains(string(a.Body), `"ben"`) != want {
				t.Errorf("%d is told who likes it: %s", who.ID, a.Body)
			}
		}
	}
	var st shown
	ada.Must("POST", "/api/v1/statuses", `status=%22visibility%22:%22private%22&circle_id=`+list.ID, &st)
	if ada.Must("DELETE", "/api/v1/statuses/"+st.ID, nil, &st); st.Visibility != "direct" || st.Plaza.Visibility != "circle" || st.Plaza.CircleID == nil {
		t.Errorf("an app that writes it anew is told %+v: it would be for followers", st)
	}
	for how, want := range map[string]int{
		"visibility=list:" + theirs.ID: 422, "visibility=private&circle_id=" + theirs.ID: 422, "visibility=list:99": 422, "visibility=list:x": 404, "visibility=circle": 422,
		"visibility=public&circle_id=" + list.ID: 422, "visibility=direct&circle_id=" + list.ID: 422} {
		wantStatus(t, how, ada.Call("POST", "/api/v1/statuses", "status=Hush&"+how), want)
	}
	wantStatus(t, "a list as the usual audience", ada.Call("PATCH", "/api/v1/accounts/update_credentials", "source[privacy]=circle"), 422)
}
