package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestBadges is what apps are told of who somebody is: those that know roles show
// them, those that know nothing of them see an account like any other.
func TestBadges(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, mona := s.Join("ada", social.Member), s.Join("mona", social.Moderator)
		type told struct {
			ID    string
			Roles []struct{ ID, Name, Color string }
			Plaza struct {
				Badges []struct {
					Kind, Issuer             string
					Role, Reason, URL, Since *string
				}
			}
			Fields []struct {
				VerifiedAt *string `json:"verified_at"`
			}
		}
		of := func(name string) (a told) {
			t.Helper()
			ada.Must("GET", "/api/v1/accounts/lookup?acct="+name, nil, &a)
			if a.Roles == nil || a.Plaza.Badges == nil {
				t.Errorf("%s has no lists: %+v", name, a)
			}
			return a
		}
		if a := of("mona"); len(a.Roles)+len(a.Plaza.Badges) != 0 {
			t.Errorf("who does not show it is shown as %+v", a)
		}
		ctx := t.Context()
		moderator := social.Actor{Account: mona.ID, Standing: social.Good, Role: social.Moderator}
		if err := s.Badges.ShowRole(ctx, moderator, true); err != nil {
			t.Fatal(err)
		}
		if err := s.Badges.Confirm(ctx, moderator, ada.ID, "ada", "met"); err != nil {
			t.Fatal(err)
		}
		if err := s.Store.Write(ctx, func(tx *store.Tx) error {
			a, err := tx.HoldAccount(ctx, ada.ID)
			if err != nil {
				return err
			}
			a.Kind, a.Fields = social.Bot, []social.Field{{Name: "mine", Value: "https://ada.example/", DomainAt: &tx.Now}, {Name: "page", Value: "https://www.site.example/a", VerifiedAt: &tx.Now}}
			tx.Record(event.ProfileChanged{Account: a.ID})
			return tx.SetProfile(ctx, a)
		}); err != nil {
			t.Fatal(err)
		}
		if a := of("mona"); len(a.Roles) != 1 || a.Roles[0].Name != "Moderator" || a.Roles[0].ID != "1" || len(a.Plaza.Badges) != 1 || a.Plaza.Badges[0].Kind != "staff" || *a.Plaza.Badges[0].Role != "moderator" {
			t.Errorf("mona is shown as %+v", a)
		}
		a := of("ada")
		if len(a.Roles) != 1 || a.Roles[0].Name != "Confirmed" || len(a.Fields) != 2 || a.Fields[0].VerifiedAt == nil || a.Fields[1].VerifiedAt == nil {
			t.Errorf("ada is shown as %+v", a)
		}
		want := []string{"confirmed by house", "domain by ada.example", "link by site.example", "bot by account"}
		for i, b := range a.Plaza.Badges {
			if i >= len(want) || b.Kind+" by "+b.Issuer != want[i] {
				t.Errorf("badge %d is %+v, want %q", i, b, want)
			}
		}
		// She is told, by an app that asks for it, and by its words if it knows none.
		var news []struct {
			Type     string
			Account  struct{ ID string }
			Fallback *struct{ Title string }
		}
		hears := func(want string) {
			t.Helper()
			s.Eventually("ada to be told: "+want, func() bool {
				ada.Must("GET", "/api/v1/notifications?types[]=plaza:confirmed&types[]=plaza:unconfirmed&supported_types[]=mention", nil, &news)
				return len(news) > 0 && news[0].Type == want
			})
			if n := news[0]; n.Account.ID != num(ada.ID) || n.Fallback == nil || !strings.Contains(n.Fallback.Title, "confirmed by this community") {
				t.Errorf("ada is told %+v", n)
			}
		}
		hears("plaza:confirmed")
		if err := s.Badges.Withdraw(ctx, moderator, ada.ID); err != nil {
			t.Fatal(err)
		}
		hears("plaza:unconfirmed")
		if len(news) != 2 {
			t.Errorf("ada is told %+v", news)
		}
		if b := ada.Call("GET", "/api/v1/notifications", nil).Body; strings.Contains(string(b), "confirmed") {
			t.Errorf("an app that does not ask for it is told %s", b)
		}
		if len(a.Plaza.Badges) != len(want) || *a.Plaza.Badges[0].Reason != "met" || a.Plaza.Badges[0].Since == nil {
			t.Errorf("ada has %+v", a.Plaza.Badges)
		}
	})
}
