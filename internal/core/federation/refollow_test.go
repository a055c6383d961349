package federation_test

import (
	"context"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What is followed elsewhere is asked for again: also what was not answered
// yet, and nothing of who lives here, cannot be reached or is somebody else's.
func TestRefollow(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			for _, f := range []social.Follow{{Owner: ada, Target: zoe}, {Owner: ada, Target: xi}, {Owner: ada, Target: ben}, {Owner: ben, Target: xi}, {Owner: zoe, Target: xi}} {
				if err := tx.AddFollow(ctx, f, f.Target != xi); err != nil {
					return err
				}
			}
			return nil
		})
		again := func(who social.AccountID, dry bool, count int, want ...string) {
			t.Helper()
			told := 0
			n, err := w.core.Refollow(t.Context(), who, dry, func(done, _ int) { told = done })
			if got := w.sent("z.example", "x.example"); err != nil || n != count || !dry && told != count || !slices.Equal(got, want) {
				t.Errorf("of %d: %d follows (%d told), %q, %v; want %d, %q", who, n, told, got, err, count, want)
			}
		}
		hers := []string{"z.example/zoe FollowAsked", "x.example/xi FollowAsked"}
		again(ada, true, 2)
		again(ada, false, 2, hers...)
		again(ada, false, 2, hers...)
		again(eve, false, 0)
		again(0, false, 3, append(hers, "x.example/xi FollowAsked")...)
	})
}
