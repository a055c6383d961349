package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// attachHeld fills in what is held beneath cards.
func attachHeld(ctx context.Context, s *store.View, cards []*Card) error {
	ids := make([]social.PostID, len(cards))
	for i, c := range cards {
		ids[i] = c.ID
	}
	all, err := s.HeldUnder(ctx, ids)
	for _, h := range all {
		for _, c := range cards {
			if c.ID == h.Parent {
				c.HeldUnder = append(c.HeldUnder, h)
			}
		}
	}
	return err
}

// Holdings are what is known of those of posts that are held, or were.
func (v *View) Holdings(ctx context.Context, which []social.PostID) (all []social.Holding, err error) {
	err = v.store.Read(ctx, func(s *store.View) (err error) {
		all, err = s.HoldingsOf(ctx, which)
		return err
	})
	return all, err
}

// Answering is what becomes of a reply by somebody to a post that they may see, and
// whose rules say so, if it does not stand there at once.
func (v *View) Answering(ctx context.Context, by social.Actor, p *Seen) (answer social.Answer, owner *Face, err error) {
	p = p.Original()
	asked := []*Seen{p}
	if p.Thread != p.ID && p.Thread != 0 {
		if roots, err := v.cardsByID(ctx, []social.PostID{p.Thread}); err != nil {
			return answer, nil, err
		} else if root := roots[p.Thread]; root != nil && root.URI == "" && !(root.Post.Author == p.Post.Author && p.Mentioned(by.Account)) {
			asked = append(asked, &Seen{Card: root})
		}
	}
	answer = social.ReplyGoes
	for _, s := range asked {
		if s.Repliable().At() == social.ReplyEveryone || by.Account == 0 {
			continue
		}
		rel, err := v.Relation(ctx, by, s.Card.Post.Author)
		if err != nil {
			return answer, nil, err
		}
		if a := s.AnswerTo(by.Account, rel); a > answer { // what one of them does not take is not taken
			if answer, owner = a, nil; answer != social.ReplyGoes {
				owner, err = v.Face(ctx, s.Card.Post.Author)
			}
			if err != nil {
				return answer, nil, err
			}
		}
	}
	return answer, owner, nil
}
