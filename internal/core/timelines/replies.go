package timelines

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Replies is what answers a post that by may see.
func (s *Service) Replies(ctx context.Context, by social.Actor, to social.PostID, p social.Page) (view.Slice[*view.Seen], error) {
	if _, err := s.view.Post(ctx, by, to); err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	return s.fill(ctx, by, p, social.Offered, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.RepliesTo(ctx, to, p)
	}))
}

// Whole is a thread whose first post by may see, that post included.
func (s *Service) Whole(ctx context.Context, by social.Actor, thread social.PostID, p social.Page) (view.Slice[*view.Seen], error) {
	if _, err := s.view.Post(ctx, by, thread); err != nil {
		return view.Slice[*view.Seen]{}, err
	}
	return s.fill(ctx, by, p, social.Offered, s.reading(ctx, func(v *store.View, p social.Page) ([]social.PostID, error) {
		return v.ThreadPosts(ctx, thread, p)
	}))
}
