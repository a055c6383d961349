package doors

import (
	"slices"
	"strings"
	"testing"
	"time"

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
		by := social.Actor{Account: mona.ID, Standing: social.Good, Role: social.Moderator}
		cases := func(what string, want ...string) {
			t.Helper()
			s.Eventually(what, func() bool {
				all, _, err := s.Moderation.Cases(t.Context(), by, social.CaseQuery{}, 0)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, c := range all {
					f, err := s.Moderation.Case(t.Context(), by, c.ID)
					if err != nil {
						t.Fatal(err)
					}
					_, like, _ := strings.Cut(f.Reports[0].Comment, "for that of ")
					like, _, _ = strings.Cut(like, " ")
					if got = append(got, f.About.Username+" "+like); len(f.Reports) != 1 || f.Reports[0].Channel != social.ChannelRule || f.Harm != social.HarmOther {
						t.Errorf("%s: the case is %+v", what, f.Case)
					}
				}
				slices.Sort(got)
				return slices.Equal(got, want)
			})
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
		cases("a case of who was like somebody who looks after the house now", "ada @carl", "eve @mona")
		called(ada, "Ada Lovelace")
		if err := s.Badges.Confirm(t.Context(), by, ada.ID, "Ada Lovelace", "met"); err != nil {
			t.Fatal(err)
		}
		called(s.Join("ben", social.Member), "АDA LOVELACE")
		cases("a case of who calls themselves like somebody who is confirmed", "ada @carl", "ben @ada", "eve @mona")
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
		// Who signs up under such a name waits, and is not asked about again when let in.
		rnona, err := s.Auth.SignUp(t.Context(), auth.SignUp{Username: "rnona", Email: "rnona@example.com", Password: "correct horse battery", Agreed: true})
		if err != nil {
			t.Fatal(err)
		}
		if a := s.Call("GET", confirmation.FindString(s.Letter("rnona@example.com").Text), "", nil); a.Status != 303 {
			t.Fatalf("the address: %d", a.Status)
		}
		mona.Must("POST", "/api/v1/admin/accounts/"+num(rnona.ID)+"/approve", nil, nil)
		called(s.Join("zoe", social.Member), "Моna") // who comes after, so that what is not told before never is
		cases("no case of whom they let in", "ada @carl", "ben @ada", "eve @mona", "zoe @mona")
	})
}

// TestClaimIsTold tells who looks after the house that a name which was kept is
// somebody's now: when they have confirmed their address, and not before.
func TestClaimIsTold(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		olga := s.Join("olga", social.Owner)
		olga.Token = olga.TokenWith("read write admin:read")
		held, _, err := s.Auth.HoldName(t.Context(), social.Console, "person_x", "")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := s.Auth.LinkName(t.Context(), social.Console, held.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Auth.ClaimName(t.Context(), secret, auth.SignUp{Email: "x@example.com", Password: "correct horse battery", Agreed: true}); err != nil {
			t.Fatal(err)
		}
		joined := func(when string, want ...string) {
			t.Helper()
			s.Eventually(when, func() bool {
				var all []struct{ Account struct{ Username string } }
				olga.Must("GET", "/api/v1/notifications?types[]=admin.sign_up", nil, &all)
				var got []string
				for _, n := range all {
					got = append(got, n.Account.Username)
				}
				return slices.Equal(got, want)
			})
		}
		s.Join("zoe", social.Member)
		joined("olga to be told who came after, and not who has yet to confirm", "zoe")
		if a := s.Call("GET", confirmation.FindString(s.Letter("x@example.com").Text), "", nil); a.Status != 303 {
			t.Fatalf("the address: %d", a.Status)
		}
		joined("olga to be told of the claim", "person_x", "zoe")
	})
}
