package doors

import (
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
		if err := s.Badges.Confirm(ctx, moderator, ada.ID, "met"); err != nil {
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
		if len(a.Plaza.Badges) != len(want) || *a.Plaza.Badges[0].Reason != "met" || a.Plaza.Badges[0].Since == nil {
			t.Errorf("ada has %+v", a.Plaza.Badges)
		}
	})
}
