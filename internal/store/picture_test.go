package store_test

import (
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// What is known of a picture goes with its file, and who sent it with their account.
func TestPictures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		write := func(do func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, do); err != nil {
				t.Fatal(err)
			}
		}
		look := func(want ...social.Media) {
			t.Helper()
			var got []social.Media
			if err := s.Read(ctx, func(v *store.View) (err error) { got, err = v.Pictures(ctx, "", 10); return err }); err != nil || !slices.Equal(got, want) {
				t.Errorf("known are %+v, %v; want %+v", got, err, want)
			}
		}
		a, b := social.Media{File: "a.png", Print: "p", Look: "l", Quality: 7, Owner: 1}, social.Media{File: "b.png"}
		write(func(tx *store.Tx) error {
			if err := tx.AddAccount(ctx, social.Account{ID: 1, Username: "ada", Kind: social.Person, Standing: social.Good, Avatar: "a.png", Header: "c.png"}); err != nil {
				return err
			}
			for _, m := range []social.Media{a, {File: "a.png", Print: "another"}, {File: "b.png", Owner: 99}} {
				if err := tx.AddPicture(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
		look(a, b)
		if err := s.Read(ctx, func(v *store.View) error {
			unknown, err := v.PicturesUnknown(ctx, 10)
			if !slices.Equal(unknown, []string{"c.png"}) {
				t.Errorf("nothing is known of %q", unknown)
			}
			if err != nil {
				return err
			}
			people, emojis, err := v.ShowsPicture(ctx, "c.png")
			if !slices.Equal(people, []social.AccountID{1}) || len(emojis) != 0 {
				t.Errorf("c.png is shown by %v and %v", people, emojis)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		write(func(tx *store.Tx) error { return tx.DropFile(ctx, "b.png") })
		look(a)
		write(func(tx *store.Tx) error { return tx.DeleteAccount(ctx, 1) })
		a.Owner = 0
		look(a)
	})
}
