package store_test

import (
	"errors"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// Whoever finds the post that was made under a key before says that it is saved.
// So it is a write, too: one that only reads would not wait for another host to
// have the first.
func TestKeyFoundIsAWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() != "postgres" {
			t.Skip("SQLite has one writer, and each commit is on the disk")
		}
		ctx, owner := t.Context(), social.AccountID(1)
		claim := func(id social.PostID) (earlier social.PostID) {
			if err := s.Write(ctx, func(tx *store.Tx) (err error) {
				if earlier, err = tx.ClaimKey(ctx, owner, "key", id, 0); err != nil || earlier != 0 {
					return errors.Join(err, tx.Exec(ctx, `SELECT 1 / CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN 0 ELSE 1 END`))
				}
				if err := tx.AddAccount(ctx, social.Account{ID: owner, Username: "ada", Standing: social.Good}); err != nil {
					return err
				}
				return tx.AddPost(ctx, social.Post{ID: id, Author: owner, Thread: id, Visibility: social.Public, At: tx.Now})
			}); err != nil {
				t.Fatalf("claim for %d: %v", id, err)
			}
			return earlier
		}
		if got := claim(1); got != 0 {
			t.Errorf("the first found %d", got)
		}
		if got := claim(2); got != 1 {
			t.Errorf("the second found %d, want 1", got)
		}
	})
}
