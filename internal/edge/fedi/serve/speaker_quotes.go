package serve

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// Consent to be quoted: https://codeberg.org/fediverse/fep/src/branch/main/fep/044f/fep-044f.md

// QuoteAsked implements federation.Speaker.
func (s *Speaker) QuoteAsked(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew().of(post)
	p, near, err := at.own(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	of, ok := near.spots[p.Post.Quote.Of]
	if !ok || of.Author.Local() {
		return federation.Said{}, nothing
	}
	to := at.View.AccountURI(of.Author)
	return said(as2.ActivityDocument{Context: as2.QuoteContext, ID: at.View.PostURI(p.ID) + "#quote-request", Type: "QuoteRequest", Actor: at.View.ActorURI(p.Post.Author), To: []string{to},
		Object: at.uriOf(of), Instrument: at.note(p, near)}, p.Post.Author, of.Author.ID)
}

// quoting is a post from elsewhere that quotes one of ours, and that one.
func (s scribe) quoting(ctx context.Context, post social.PostID) (quoting, of view.Spot, err error) {
	p, err := s.View.Card(ctx, post)
	if err != nil {
		return quoting, of, err
	}
	spots, err := s.View.Spots(ctx, []social.PostID{post, p.Quote.Of})
	quoting, here := spots[post]
	of, there := spots[p.Quote.Of]
	if err == nil && (!here || !there || !of.Author.Local()) {
		err = nothing
	}
	return quoting, of, err
}

// QuoteAnswered implements federation.Speaker.
func (s *Speaker) QuoteAnswered(ctx context.Context, post social.PostID, request string, agreed bool) (federation.Said, error) {
	at := s.anew()
	quoting, of, err := at.quoting(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	at = at.of(post)
	by := of.Author.ID
	a := as2.ActivityDocument{Context: as2.QuoteContext, ID: at.View.StampURI(post) + "#reject", Type: "Reject", Actor: at.View.ActorURI(by), To: []string{at.View.AccountURI(quoting.Author)},
		Object: &as2.ActivityDocument{ID: request, Type: "QuoteRequest", Actor: at.View.AccountURI(quoting.Author), Object: at.uriOf(of), Instrument: at.uriOf(quoting)}}
	if agreed {
		a.ID, a.Type, a.Result = at.View.StampURI(post)+"#accept", "Accept", at.View.StampURI(post)
	}
	return said(a, by, quoting.Author.ID)
}

// QuoteRevoked implements federation.Speaker.
func (s *Speaker) QuoteRevoked(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew()
	quoting, of, err := at.quoting(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	at = at.of(post)
	by := of.Author.ID
	to := at.audience(by, social.Public, []string{at.View.AccountURI(quoting.Author)})
	return widely(as2.ActivityDocument{Context: as2.QuoteContext, ID: at.View.StampURI(post) + "#delete", Type: "Delete", Actor: at.View.ActorURI(by), To: to.to, Cc: to.cc,
		Object: stamp{at.View.StampURI(post), at.View.ActorURI(by), at.uriOf(quoting), at.uriOf(of)}.document()}, by, 0, social.Public, quoting.Author.ID)
}

// A stamp is the consent of one of ours to being quoted.
type stamp struct{ id, by, quoting, of string }

func (s stamp) document() *as2.AuthorizationDocument {
	return &as2.AuthorizationDocument{ID: s.id, Type: "QuoteAuthorization", AttributedTo: s.by, InteractingObject: s.quoting, InteractionTarget: s.of}
}
