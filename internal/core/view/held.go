package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// Silenced returns those of ids that are held, and that by would be offered if
// they were not: what may be told of having been there, and not what it says.
func (v *View) Silenced(ctx context.Context, by social.Actor, ids []social.PostID) (out []social.PostID, err error) {
	l, err := v.layOut(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		c := l.cards[id]
		if c == nil || c.Held == social.HeldNot || l.faces[c.Author] == nil {
			continue
		}
		sight := l.sight(c, l.faces[c.Author])
		if sight.Keeps = true; c.MayShow(sight, social.Offered) {
			out = append(out, id)
		}
	}
	return out, nil
}
