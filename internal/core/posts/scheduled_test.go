package posts_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// Who cannot sign in does not speak either: what they scheduled is kept, and
// can be moved to another time once they are back.
func TestNothingScheduledIsSaidForWhoIsDisabled(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		u := social.User{Account: ada, Email: "ada@example.com", Role: social.Member, Confirmed: true, Approved: true}
		must(s.Write(ctx, func(tx *store.Tx) error { return tx.AddUser(ctx, u) }))
		later, err := svc.Schedule(ctx, as(ada), social.Draft{Text: "later", Visibility: social.Public}, s.Now().Add(time.Hour))
		must(err)
		disable := func(off bool) {
			u.Disabled = off
			must(s.Write(ctx, func(tx *store.Tx) error { return tx.SetUser(ctx, u) }))
		}
		due := func(when string, posts, left int) {
			t.Helper()
			c.Pass(2 * time.Hour)
			_, err := work.Once(ctx, s, svc.Worker())
			must(err)
			all, err := svc.Scheduled(ctx, as(ada), social.Page{Limit: 10})
			must(err)
			if n := count(t, s, ada); n != posts || len(all.Items) != left {
				t.Errorf("%s: %d posts and %d for later, want %d and %d", when, n, len(all.Items), posts, left)
			}
		}
		disable(true)
		due("disabled", 0, 1)
		disable(false)
		must(svc.Reschedule(ctx, as(ada), later.ID, s.Now().Add(time.Hour)))
		due("enabled", 1, 0)
	})
}
