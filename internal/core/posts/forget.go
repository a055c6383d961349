package posts

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// ForgetAfter is how old a post is at least that is forgotten: until then
	// somebody may come and answer it.
	ForgetAfter = 24 * time.Hour
	// lookAtOnce is how many posts are looked at in one read.
	lookAtOnce = 200
	// forgetAtOnce is how many rows of posts one write takes away, so that
	// others' writes come in between.
	forgetAtOnce = 200
)

// Forget takes away posts from elsewhere that are older than a moment and that
// nobody here has touched: whoever wrote them is not followed, and neither
// they nor what stands in their thread was liked, kept, answered, quoted,
// boosted or told of here. It tells how far it is, and how many they were;
// with dry, how many they would be.
func (s *Service) Forget(ctx context.Context, before time.Time, dry bool, tell func(done, total int)) (n int, err error) {
	if latest := s.store.Now().Add(-ForgetAfter); before.After(latest) {
		before = latest
	}
	until, total := social.PostID(id.Floor(before)), 0
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		total, err = v.CountPostsElsewhere(ctx, until)
		return err
	}); err != nil {
		return 0, fmt.Errorf("count posts: %w", err)
	}
	for after, seen := social.PostID(0), 0; ; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		var page []social.PostID
		var untouched []social.Post
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if page, err = v.PostsElsewhere(ctx, after, until, lookAtOnce); err == nil {
				untouched, err = v.UntouchedPosts(ctx, page, until)
			}
			return err
		}); err != nil {
			return n, fmt.Errorf("look at posts: %w", err)
		}
		if len(page) == 0 {
			return n, nil
		}
		gone := len(untouched)
		if !dry {
			if gone, err = s.forget(ctx, untouched, until); err != nil {
				return n, fmt.Errorf("forget posts: %w", err)
			}
		}
		n, seen, after = n+gone, seen+len(page), page[len(page)-1]
		tell(seen, total)
	}
}

// forget takes posts away that were untouched a moment ago, and still are.
func (s *Service) forget(ctx context.Context, all []social.Post, until social.PostID) (n int, err error) {
	ids := make([]social.PostID, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	for more := len(ids) > 0; more; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		some := 0
		if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
			some, more, err = forgetSome(ctx, tx, ids, until)
			return err
		}); err != nil {
			return n, err
		}
		n += some
	}
	return n, nil
}

// forgetSome takes up to forgetAtOnce rows away, and tells how many of them
// were posts and whether there may be more.
func forgetSome(ctx context.Context, tx *store.Tx, ids []social.PostID, until social.PostID) (n int, more bool, err error) {
	if ids, err = tx.HoldFreePosts(ctx, ids); err != nil {
		return 0, false, err
	}
	all, err := tx.UntouchedPosts(ctx, ids, until)
	if err != nil {
		return 0, false, err
	}
	left := forgetAtOnce
	for _, p := range all {
		boosts, err := tx.BoostsOf(ctx, p.ID, left)
		if err != nil {
			return n, false, err
		}
		for _, b := range boosts {
			if err := tx.RemovePost(ctx, b); err != nil {
				return n, false, err
			}
		}
		if left -= len(boosts); left <= 0 { // there may be more boosts of p
			return n, true, nil
		}
		if err := tx.RemovePost(ctx, p); err != nil {
			return n, false, err
		}
		n++
		if left--; left <= 0 {
			return n, true, nil
		}
	}
	return n, false, nil
}
