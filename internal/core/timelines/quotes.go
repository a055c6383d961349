package timelines

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Quotes is what quotes a post that by may see, as far as by may see that too, but
// for what those say there who are apart from its author.
func (s *Service) Quotes(ctx context.Context, by social.Actor, which social.PostID, p social.Page) (view.Slice[*view.Seen], error) {
	of, err := s.view.Post(ctx, by, which)
	if err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	author, err := s.view.Reader(ctx, of.Original().Author.ID)
	if err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	return fill(p, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.Quotes(ctx, of.Original().ID, p)
	}), func(ids []social.PostID) ([]*view.Seen, error) {
		all, err := s.view.Posts(ctx, by, ids, social.Offered)
		return slices.DeleteFunc(all, func(p *view.Seen) bool { return author.Apart(p.Author.ID) && p.Author.ID != by.Account }), err
	})
}
