package relations_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Whoever blocks a co-moderator, or is blocked by one, has none in them.
func TestBlockEndsKeeping(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i, name := range []string{"ada", "ben", "lo"} {
				if err := tx.AddAccount(ctx, social.Account{ID: social.AccountID(i + 1), Username: name, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			for _, keeper := range []social.AccountID{ben, lo} {
				if err := tx.AskKeeper(ctx, ada, keeper); err != nil {
					return err
				}
				if _, err := tx.AcceptKeeper(ctx, ada, keeper); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		v := view.New(s, view.Config{})
		s.Watch(v.Watch)
		svc := relations.New(s, v)
		for by, other := range map[social.AccountID]social.AccountID{ada: ben, lo: ada} {
			if err := svc.Block(ctx, as(by), other); err != nil {
				t.Fatal(err)
			}
		}
		for _, keeper := range []social.AccountID{ben, lo} {
			if err := s.Read(ctx, func(v *store.View) error {
				if keeps, err := v.Keeps(ctx, ada, keeper); keeps || err != nil {
					t.Errorf("%d keeps ada's threads: %v", keeper, err)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
