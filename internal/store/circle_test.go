package store_test

import (
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A list has an id of 63 bits, which an engine that guesses smaller ones must take, too.
func TestStillWithin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, ben := t.Context(), social.AccountID(3_400_000_000_000_000_002)
		var all, listed []social.AccountID
		err := s.Write(ctx, func(tx *store.Tx) (err error) {
			if err = tx.AddAccount(ctx, social.Account{ID: ben, Username: "ben", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
			p := social.Post{Author: ben - 1, Audience: []social.AccountID{ben}}
			if all, err = tx.StillWithin(ctx, p); err != nil {
				return err
			}
			p.Circle = 3_400_000_000_000_000_003
			listed, err = tx.StillWithin(ctx, p)
			return err
		})
		if err != nil || !slices.Equal(all, []social.AccountID{ben}) || len(listed) != 0 {
			t.Errorf("%v, and of a list that he is not on %v; %v", all, listed, err)
		}
	})
}
