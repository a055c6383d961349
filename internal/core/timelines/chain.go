package timelines

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// maxChain is how many posts that quote each other are followed.
const maxChain = 20

// A Chain leads from a post that quotes another back to who said it first.
type Chain struct {
	// Steps are what the post quotes, what that quotes, and so on. Each is shown to
	// the reader in the post before it; the last, if it is Within none, says why
	// there is no more.
	Steps []*view.Seen
	// More is set if it goes on further.
	More bool
}

// Chain is the way back from a post to what it quotes, as far as by may see it and
// each author agreed. There is none if what it quotes quotes nothing in turn.
func (s *Service) Chain(ctx context.Context, by social.Actor, p *view.Seen) (c Chain, err error) {
	if p.Quoted == nil || p.Quoted.Quote.Of == 0 {
		return c, nil
	}
	there := map[social.PostID]bool{p.ID: true}
	for p.Quoted != nil && p.Unseen == "" && !there[p.Quoted.ID] {
		if len(c.Steps) == maxChain {
			c.More = true
			return c, nil
		}
		if p, err = s.view.Post(ctx, by, p.Quoted.ID); errs.KindOf(err) == errs.NotFound && err != nil {
			return c, nil // it went this moment
		}
		if err != nil {
			return c, err
		}
		there[p.ID] = true
		c.Steps = append(c.Steps, p)
	}
	return c, nil
}
