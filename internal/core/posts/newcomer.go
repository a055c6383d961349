package posts

import (
	"context"
	"math"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// newcomer reports why somebody who is new may not say p, or nil: whoever it
// speaks to must not be pestered by people who came for that. Who follows the
// author, or has spoken to them in what p answers, is no stranger.
func newcomer(ctx context.Context, tx *store.Tx, p social.Post, parent social.Post) error {
	if len(p.Mentions) == 0 {
		return nil
	}
	house, err := tx.House(ctx)
	if err != nil || house.NoProbation {
		return err
	}
	u, err := tx.User(ctx, p.Author)
	if err != nil || u.Role.AtLeast(social.Moderator) {
		return errs.Absent(err)
	}
	posts, err := tx.PostsOfBetween(ctx, p.Author, 0, math.MaxInt64, social.ProbationPosts)
	if err != nil || !social.OnProbation(tx.Now.Sub(u.CreatedAt), posts) {
		return err
	}
	strangers := 0
	for _, m := range p.Mentions {
		if m.Account == p.Author || m.Account == parent.Author && parent.Mentioned(p.Author) {
			continue
		}
		if parent.Visibility == social.Direct && parent.Author != p.Author && parent.Mentioned(p.Author) && parent.Mentioned(m.Account) {
			continue // whoever wrote to them has them talk to each other
		}
		rel, err := tx.Relation(ctx, p.Author, m.Account)
		if err != nil {
			return err
		}
		if !rel.FollowedBy {
			strangers++
		}
	}
	return social.MayAddress(len(social.LinkHosts(p.Text)), strangers)
}

// newcomerEdits is newcomer for a post that is there already; what it answers
// may be gone.
func newcomerEdits(ctx context.Context, tx *store.Tx, p social.Post) error {
	var parent social.Post
	if p.ReplyTo != 0 && len(p.Mentions) > 0 {
		var err error
		if parent, err = tx.Post(ctx, p.ReplyTo); errs.Absent(err) != nil {
			return err
		}
	}
	return newcomer(ctx, tx, p, parent)
}
