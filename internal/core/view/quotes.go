package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// maxQuoted is how deep quotes are looked into: of what a post quotes, it is
// told what that quotes in turn, and no more.
const maxQuoted = 2

// quotedCards loads what the cards of l quote. Most pages quote nothing.
func (l *layout) quotedCards(ctx context.Context, v *View) error {
	from := l.cards
	for range maxQuoted {
		var ids []social.PostID
		for _, c := range from {
			if c.Quote.State == social.QuoteAccepted && l.cards[c.Quote.Of] == nil {
				ids = append(ids, c.Quote.Of)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		more, err := v.cardsByID(ctx, ids)
		if err != nil {
			return err
		}
		for id, c := range more {
			l.cards[id] = c
		}
		from = more
	}
	return nil
}

// quote fills in what s quotes: the same sight and door decide as for s
// itself, and whatever is not shown has a reason.
func (l *layout) quote(s *Seen, door social.Door, seen *[]Seen, depth int) {
	q := s.Quote
	if q.Of == 0 || depth >= maxQuoted {
		return
	}
	c := l.cards[q.Of]
	switch rel := l.reader.Relation(q.Author, l.now); {
	case q.State != social.QuoteAccepted:
		s.Unseen = string(q.State)
	case c == nil:
		s.Unseen = string(social.QuoteDeleted)
	case rel.Blocks && q.Author != l.reader.ID:
		s.Unseen = "blocked_account"
	case l.faces[q.Author] != nil && l.reader.RelationTo(l.faces[q.Author], l.now).ShutsHost:
		s.Unseen = "blocked_domain"
	default:
		if s.Quoted = l.seeAt(q.Of, door, seen, depth+1); s.Quoted == nil {
			s.Unseen = "unauthorized"
		}
		if rel.Mutes && q.Author != l.reader.ID {
			s.Unseen = "muted_account"
		}
	}
}
