package tags_test

import (
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestMany follows as many tags as may be followed, and one more.
func TestMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, ada := t.Context(), social.Actor{Account: 1, Standing: social.Good}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddAccount(ctx, social.Account{ID: 1, Username: "ada", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}); err != nil {
			t.Fatal(err)
		}
		svc := tags.New(s, view.New(s, view.Config{}))
		for i := range social.MaxFollowedTags {
			if err := svc.Follow(ctx, ada, fmt.Sprint("tag", i)); err != nil {
				t.Fatalf("tag %d: %v", i, err)
			}
		}
		if err := svc.Follow(ctx, ada, "#TAG0"); err != nil {
			t.Errorf("one that is followed already: %v", err)
		}
		if err := svc.Follow(ctx, ada, "more"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one more: %v, want Invalid", err)
		}
		if err := svc.Unfollow(ctx, ada, "tag1"); err != nil {
			t.Fatal(err)
		}
		if err := svc.Follow(ctx, ada, "more"); err != nil {
			t.Errorf("after one is no longer followed: %v", err)
		}
		all, err := svc.Followed(ctx, ada, social.Page{Limit: 3})
		if err != nil || len(all.Items) != 3 || all.Items[0].ID < all.Items[1].ID || all.Oldest != int64(all.Items[2].ID) {
			t.Errorf("the first page: %+v, %v", all, err)
		}
	})
}
