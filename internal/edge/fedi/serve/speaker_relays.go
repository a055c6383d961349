package serve

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// Relays: https://codeberg.org/fediverse/fep/src/branch/main/fep/ae0c/fep-ae0c.md

// join is how the house asks a relay: to be sent everything that is public, or
// to follow who speaks for it.
func (s scribe) join(r social.Relay) as2.ActivityDocument {
	a := as2.ActivityDocument{Context: as2.PlainContext, ID: s.View.RelayURI(r.ID), Type: "Follow", Actor: s.View.HouseURI(), Object: as2.Public}
	if r.Kind == social.RelayLitePub {
		a.Object, a.To = r.Actor, []string{r.Actor}
	}
	return a
}

// RelayAsked implements federation.Speaker.
func (s *Speaker) RelayAsked(_ context.Context, r social.Relay) (federation.Said, error) {
	return said(s.join(r), 0)
}

// RelayLeft implements federation.Speaker.
func (s *Speaker) RelayLeft(_ context.Context, r social.Relay) (federation.Said, error) {
	return said(undo(s.join(r)), 0)
}

// RelayAnswered implements federation.Speaker.
func (s *Speaker) RelayAnswered(_ context.Context, r social.Relay, act string) (federation.Said, error) {
	return said(as2.ActivityDocument{Context: as2.PlainContext, ID: s.passing(0, "answers/"+num(r.ID)), Type: "Accept", Actor: s.View.HouseURI(), To: []string{r.Actor},
		Object: &as2.ActivityDocument{ID: act, Type: "Follow", Actor: r.Actor, Object: s.View.HouseURI()}}, 0)
}

// Relayed implements federation.Speaker. It is for relays, which are those who
// follow the house, and no boost: the address of everybody comes second.
func (s *Speaker) Relayed(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew()
	p, _, err := at.own(ctx, post)
	if err != nil || p.IsBoost() || p.Visibility != social.Public {
		return federation.Said{}, firstOf(err, nothing)
	}
	d, err := said(as2.ActivityDocument{Context: as2.PlainContext, ID: at.View.RelayedURI(p.ID), Type: "Announce", Actor: at.View.HouseURI(), Published: as2.Date(p.At),
		To: []string{at.View.HouseURI() + "/followers"}, Cc: []string{as2.Public}, Object: at.View.PostURI(p.ID)}, 0)
	d.Post = p.ID
	return d, err
}
