package relations_test

import (
	"context"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// What two do about each other at once is counted as if one came first.
func TestRelationsAtOnceAreCountedOnce(t *testing.T) {
	inCrowd(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		a, b := first, first+1
		for name, tt := range map[string]struct {
			do   []func() error
			want [2]int // followers of a, and of b
		}{
			"follow": {[]func() error{func() error { return svc.Follow(ctx, as(a), social.Follow{Target: b}) }}, [2]int{0, 1}},
			"follow each other": {[]func() error{
				func() error { return svc.Follow(ctx, as(a), social.Follow{Target: b}) },
				func() error { return svc.Follow(ctx, as(b), social.Follow{Target: a}) },
			}, [2]int{1, 1}},
			"unfollow and remove": {[]func() error{
				func() error { return svc.Unfollow(ctx, as(a), b) },
				func() error { return svc.RemoveFollower(ctx, as(b), a) },
			}, [2]int{0, 0}},
			"block": {[]func() error{
				func() error { return svc.Block(ctx, as(a), b) },
				func() error { return svc.Block(ctx, as(b), a) },
			}, [2]int{0, 0}},
		} {
			must(t, svc.Unblock(ctx, as(a), b))
			must(t, svc.Unblock(ctx, as(b), a))
			must(t, svc.Unfollow(ctx, as(a), b))
			must(t, svc.Unfollow(ctx, as(b), a))
			if tt.want == [2]int{} {
				follow(t, svc, c, a, b)
			}
			var wg sync.WaitGroup
			for range 4 {
				for _, do := range tt.do {
					wg.Go(func() {
						if err := do(); err != nil {
							t.Errorf("%s: %v", name, err)
						}
					})
				}
			}
			wg.Wait()
			if got, want := counts(t, s, a, b), [4]int{tt.want[0], tt.want[1], tt.want[1], tt.want[0]}; got != want {
				t.Errorf("%s: followers and following are counted as %v, want %v", name, got, want)
			}
		}
	})
}

// counts is how many follow a and b, and how many they follow.
func counts(t *testing.T, s *store.Store, a, b social.AccountID) (n [4]int) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) error {
		for i, who := range []social.AccountID{a, b} {
			x, err := v.Account(t.Context(), who)
			if err != nil {
				return err
			}
			n[i], n[i+2] = x.Followers, x.Following
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
