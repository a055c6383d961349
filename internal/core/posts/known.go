package posts

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Quoted is the post that another quotes, or NotFound. It is not asked who may
// see it.
func (s *Service) Quoted(ctx context.Context, quoting social.PostID) (of social.Post, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, quoting)
		if err == nil {
			of, err = v.Post(ctx, p.Quote.Of)
		}
		return err
	})
	if err != nil {
		return of, fmt.Errorf("quoted post: %w", err)
	}
	return of, nil
}

// Author is by whom a post is, or NotFound. It is not asked who may see it.
func (s *Service) Author(ctx context.Context, which social.PostID) (a social.Account, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, which)
		if err != nil {
			return err
		}
		a, err = v.Account(ctx, p.Author)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("author of a post: %w", err)
	}
	return a, nil
}
