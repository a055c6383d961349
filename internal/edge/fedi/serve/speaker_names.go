package serve

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// HomeMoved implements federation.Speaker. Who has moved away from here already
// has nobody left to take along.
func (s *Speaker) HomeMoved(ctx context.Context, account social.AccountID, from string) (federation.Said, error) {
	at := s.anew().under(view.Base(from))
	f, _, err := at.known(ctx, account)
	if err != nil || f.MovedTo != 0 || f.Standing != social.Good {
		return federation.Said{}, firstOf(err, nothing)
	}
	id := at.View.ActorURI(account)
	return widely(as2.ActivityDocument{Context: as2.PlainContext, ID: id + "#moves/house", Type: "Move", Actor: id, To: []string{id + "/followers"},
		Object: id, Target: at.View.Current().ActorURI(account)}, account, 0, social.Followers)
}

// HomeLeft implements federation.Speaker. What others still send to who somebody
// was, such as answers to what they said then, is taken where they are now.
func (s *Speaker) HomeLeft(ctx context.Context, account social.AccountID, from string) (federation.Said, error) {
	at := s.anew().under(view.Base(from))
	f, keys, err := at.known(ctx, account)
	if err != nil {
		return federation.Said{}, err
	}
	d, err := at.actor(ctx, f, keys)
	if err != nil {
		return federation.Said{}, err
	}
	d.Inbox, d.Endpoints = at.View.Current().ActorURI(account)+"/inbox", &as2.Endpoints{SharedInbox: at.View.Current().InboxURI()}
	a := as2.ActivityDocument{Context: d.Context, ID: d.ID + "#updates/house", Type: "Update", Actor: d.ID, To: []string{as2.Public}, Cc: []string{d.ID + "/followers"}, Object: &d}
	d.Context = nil
	return widely(a, account, 0, social.Public)
}

// NotYet implements federation.Speaker.
func (s *Speaker) NotYet(ctx context.Context, owner, target social.AccountID, act string) (federation.Said, error) {
	at := s.anew()
	at = at.under(view.Base(at.View.House().Next.URL))
	return at.answer(ctx, "Reject", owner, target, act)
}
