package timelines

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Quotes is what quotes a post that by may see, as far as by may see that too.
func (s *Service) Quotes(ctx context.Context, by social.Actor, which social.PostID, p social.Page) (view.Slice[*view.Seen], error) {
	of, err := s.view.Post(ctx, by, which)
	if err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	return s.fill(ctx, by, p, social.Offered, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.Quotes(ctx, of.Original().ID, p)
	}))
}
