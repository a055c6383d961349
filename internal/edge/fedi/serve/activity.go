package serve

import (
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// create is the activity by which a post came to be.
func (s scribe) create(p *view.Seen, near surroundings) as2.ActivityDocument {
	n := s.note(p, near)
	return as2.ActivityDocument{Context: contextOf(p), ID: s.View.BoostURI(p.ID), Type: "Create", Actor: n.AttributedTo, Published: n.Published,
		To: n.To, Cc: n.Cc, Object: n}
}

// announce is a boost. What it passes on is named only: who wants it asks for
// it where it is.
func (s scribe) announce(p *view.Seen, of view.Spot) as2.ActivityDocument {
	s = s.of(p.ID)
	to := s.audience(p.Post.Author, p.Visibility, []string{s.View.AccountURI(of.Author)})
	return as2.ActivityDocument{Context: as2.PlainContext, ID: s.View.BoostURI(p.ID), Type: "Announce", Actor: s.View.ActorURI(p.Post.Author), Published: as2.Date(p.At),
		To: to.to, Cc: to.cc, Object: s.uriOf(of)}
}

// activity is how a post or a boost came to be.
func (s scribe) activity(p *view.Seen, near surroundings) as2.ActivityDocument {
	if p.IsBoost() {
		return s.announce(p, near.spots[p.BoostOf])
	}
	return s.create(p, near)
}

// undo takes an activity back. Its address is a part of what it takes back.
func undo(a as2.ActivityDocument) as2.ActivityDocument {
	end := "#undo"
	if as2.Fragment(a.ID) {
		end = "/undo"
	}
	d := as2.ActivityDocument{Context: a.Context, ID: a.ID + end, Type: "Undo", Actor: a.Actor, To: a.To, Cc: a.Cc}
	a.Context = nil
	d.Object = &a
	return d
}

// leaves reports whether a post may be told to other servers at all, given
// what it passes on.
func leaves(p *view.Seen) bool {
	return p.Author.Local() && !p.LocalOnly && (p.Boosted == nil || !p.Boosted.LocalOnly)
}

// told reports whether a post is told to others: what is held is so to nobody but
// its owner.
func told(p *view.Seen) bool { return leaves(p) && p.Held == social.HeldNot }
