package search

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// indexAtOnce is how many posts are indexed in one write, so that others can
// write in between.
const indexAtOnce = 200

// Reindex makes the words of all posts findable anew, the oldest first, and
// tells how far it is. The index can be used meanwhile.
func (s *Service) Reindex(ctx context.Context, tell func(done, total int)) (n int, err error) {
	total := 0
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		total, err = v.CountPosts(ctx)
		return err
	}); err != nil {
		return 0, fmt.Errorf("count posts: %w", err)
	}
	for after := social.PostID(0); ; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		var some []social.Post
		if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
			if some, err = tx.PostsAfter(ctx, after, indexAtOnce); err != nil {
				return err
			}
			for _, p := range some {
				if p.IsBoost() {
					continue
				}
				if err := tx.IndexPost(ctx, p); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return n, fmt.Errorf("index posts: %w", err)
		}
		n += len(some)
		tell(n, total)
		if len(some) < indexAtOnce {
			return n, nil
		}
		after = some[len(some)-1].ID
	}
}
