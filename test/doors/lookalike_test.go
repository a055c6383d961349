package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// TestLookAlikes has whoever can be mistaken for somebody of the staff, or who is
// confirmed, come before the moderators as a case, with everything that a case has,
// and once. Nothing else happens to them.
func TestLookAlikes(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mona, eve, ada, carl := s.Join("mona", social.Moderator), s.Join("eve", social.Member), s.Join("ada", social.Member), s.Join("carl", social.Member)
		mona.Token = mona.TokenWith("read write admin:read admin:write")
		olga := social.Actor{Account: s.Join("olga", social.Owner).ID, Standing: social.Good, Role: social.Owner}
		type report struct {
			Comment, Category string
			Target            struct{ Username string } `json:"target_account"`
		}
		var all []report
		cases := func(what string, want ...string) {
			t.Helper()
			s.Eventually(what, func() bool {
				all = nil
				mona.Must("GET", "/api/v1/admin/reports?limit=80", nil, &all)
				return len(all) == len(want)
			})
			for i, w := range want {
				r := all[len(want)-1-i]
				if about, like, _ := strings.Cut(w, " "); r.Target.Username != about || !strings.Contains(r.Comment, like) || r.Category != "other" {
					t.Errorf("%s: the case is %+v, want %s", what, r, w)
				}
			}
		}
		called := func(p *apptest.Person, name string) {
			t.Helper()
			p.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]string{"display_name": name}, nil)
		}
		called(eve, "Моna")
		cases("a case of who calls themselves like a moderator", "eve @mona")
		s.Eventually("mona to be told", func() bool {
			return strings.Contains(string(mona.Call("GET", "/api/v1/notifications?types[]=admin.report", nil).Body), "admin.report")
		})
		called(eve, "Eve")
		called(eve, "M\u200bona")
		called(ada, "Сarl")
		if _, err := s.Auth.Modify(t.Context(), olga, carl.ID, auth.Changes{Role: social.Moderator}); err != nil {
			t.Fatal(err)
		}
		cases("a case of who was like somebody who looks after the house now", "eve @mona", "ada @carl")
		called(ada, "Ada Lovelace")
		if err := s.Badges.Confirm(t.Context(), social.Actor{Account: mona.ID, Standing: social.Good, Role: social.Moderator}, ada.ID, "Ada Lovelace", "met"); err != nil {
			t.Fatal(err)
		}
		called(s.Join("ben", social.Member), "АDA LOVELACE")
		cases("a case of who calls themselves like somebody who is confirmed", "eve @mona", "ada @carl", "ben @ada")
		var me struct {
			Username string
			Limited  *bool
			Plaza    struct{ Badges []any }
		}
		if mona.Must("GET", "/api/v1/accounts/lookup?acct=eve", nil, &me); me.Limited != nil || len(me.Plaza.Badges) != 0 {
			t.Errorf("eve is shown as %+v", me)
		}
		if told := eve.Call("GET", "/api/v1/notifications", nil); strings.Contains(string(told.Body), "mona") {
			t.Errorf("eve is told: %s", told.Body)
		}
		// One case can be decided like any other.
		var one []struct{ ID string }
		mona.Must("GET", "/api/v1/admin/reports?limit=1", nil, &one)
		mona.Must("POST", "/api/v1/admin/reports/"+one[0].ID+"/resolve", nil, nil)
	})
}
