package mirror

import (
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// A badge stands in the mirror, on the profile and beside what somebody said, as long
// as it does in the house.
func TestBadges(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := newHouse(t, s)
		ctx := t.Context()
		olga, mona, ada := s.Join("olga", social.Owner), s.Join("mona", social.Moderator), s.Join("ada", social.Member)
		said := page(ada, ada.Post("met at the harbour", "public"))
		mona.Post("be kind", "public")
		h.must(s.Badges.Confirm(ctx, as(mona, social.Moderator), ada.ID, "ada", "met"))
		h.must(s.Badges.ShowRole(ctx, as(mona, social.Moderator), true))
		const confirmed, staff = "Confirmed by this community", "Looks after this house"
		h.update()
		h.has("@ada/index.html", confirmed)
		h.has(said, confirmed)
		h.has("@mona/index.html", staff)
		h.has("index.html", confirmed, staff)

		_, err := s.Auth.Modify(ctx, as(olga, social.Owner), mona.ID, auth.Changes{Role: social.Member})
		h.must(err)
		h.update()
		h.has("@mona/index.html", "be kind", "-"+staff)
		h.has("index.html", confirmed, "-"+staff)

		name := "Prime Minister"
		_, err = s.Accounts.SetProfile(ctx, ada.Actor(), social.Profile{DisplayName: &name})
		h.must(err)
		h.update()
		h.clean(confirmed)
		fresh := &house{Server: s, t: t, to: t.TempDir()}
		fresh.update()
		h.same(fresh)
	})
}

func as(p *apptest.Person, role social.Role) social.Actor {
	a := p.Actor()
	a.Role = role
	return a
}
