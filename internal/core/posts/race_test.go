package posts_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// atOnce does the same several times side by side, as an app does that gave
// up waiting and asks again.
func atOnce(do func() error) (all []error) {
	const times = 8
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range times {
		wg.Go(func() {
			err := do()
			mu.Lock()
			defer mu.Unlock()
			all = append(all, err)
		})
	}
	wg.Wait()
	return all
}

func count(t *testing.T, s *store.Store, who social.AccountID) (n int) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) error {
		a, err := v.Account(t.Context(), who)
		n = a.Posts
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneKeyAtOnceIsOnePost(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		var mu sync.Mutex
		made := map[social.PostID]bool{}
		for _, err := range atOnce(func() error {
			p, err := svc.Publish(ctx, as(ada), social.Draft{Text: "once", Visibility: social.Public, Key: "k"})
			mu.Lock()
			defer mu.Unlock()
			made[p.ID] = true
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if n := count(t, s, ada); len(made) != 1 || n != 1 {
			t.Errorf("%d posts were answered, %d counted; want one", len(made), n)
		}
	})
}

func TestBoostAtOnceIsOneBoost(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		var mu sync.Mutex
		made := map[social.PostID]bool{}
		for _, err := range atOnce(func() error {
			b, err := svc.Boost(ctx, as(ben), p.ID, social.Public)
			mu.Lock()
			defer mu.Unlock()
			made[b.ID] = true
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if got, _ := read(t, s, p.ID); len(made) != 1 || got.Boosts != 1 || count(t, s, ben) != 1 {
			t.Errorf("%d boosts were answered, %d and %d counted; want one", len(made), got.Boosts, count(t, s, ben))
		}
	})
}

func TestMarkAtOnceCountsOnce(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		for _, on := range []bool{true, false} {
			for _, err := range atOnce(func() error { _, err := svc.Mark(ctx, as(ben), p.ID, social.Liked, on); return err }) {
				if err != nil {
					t.Error(err)
				}
			}
			want := map[bool]int{true: 1}[on]
			if got, _ := read(t, s, p.ID); got.Likes != want {
				t.Errorf("on %v: %d likes, want %d", on, got.Likes, want)
			}
		}
	})
}

func TestDeleteAtOnceCountsOnce(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		kept := say(t, svc, ada, "kept", social.Public)
		p, err := svc.Publish(ctx, as(ada), social.Draft{Text: "gone", Visibility: social.Public, ReplyTo: kept.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Boost(ctx, as(ben), p.ID, social.Public); err != nil {
			t.Fatal(err)
		}
		done := 0
		for _, err := range atOnce(func() error { _, err := svc.Delete(ctx, as(ada), p.ID); return err }) {
			if err == nil {
				done++
			} else if errs.KindOf(err) != errs.NotFound {
				t.Error(err)
			}
		}
		got, _ := read(t, s, kept.ID)
		if n := facts(t, s)["post.deleted"]; done != 1 || n != 2 || got.Replies != 0 || count(t, s, ada) != 1 || count(t, s, ben) != 0 {
			t.Errorf("deleted %d times, told of %d ends; %d replies, %d and %d posts are left", done, n, got.Replies, count(t, s, ada), count(t, s, ben))
		}
	})
}

func TestUnboostAtOnceCountsOnce(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		if _, err := svc.Boost(ctx, as(ben), p.ID, social.Public); err != nil {
			t.Fatal(err)
		}
		for _, err := range atOnce(func() error { _, err := svc.Unboost(ctx, as(ben), p.ID); return err }) {
			if err != nil {
				t.Error(err)
			}
		}
		if got, _ := read(t, s, p.ID); got.Boosts != 0 || count(t, s, ben) != 0 {
			t.Errorf("%d boosts, %d posts of ben's; want none", got.Boosts, count(t, s, ben))
		}
	})
}

func TestPinAtOnceKeepsTheLimit(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		var all []social.PostID
		for range 8 {
			all = append(all, say(t, svc, ada, "hello", social.Public).ID)
		}
		next := make(chan social.PostID, len(all))
		for _, p := range all {
			next <- p
		}
		pinned := 0
		for _, err := range atOnce(func() error { _, err := svc.Mark(ctx, as(ada), <-next, social.Pinned, true); return err }) {
			if err == nil {
				pinned++
			} else if errs.KindOf(err) != errs.Invalid {
				t.Error(err)
			}
		}
		if pinned != social.MaxPins {
			t.Errorf("%d pinned, want %d", pinned, social.MaxPins)
		}
	})
}

// Each of the versions that came between is in the history.
func TestEditAtOnce(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := say(t, svc, ada, "0", social.Public)
		next := make(chan string, 8)
		for i := range 8 {
			next <- fmt.Sprint(i + 1)
		}
		for _, err := range atOnce(func() error {
			c.Pass(time.Second)
			_, err := svc.Edit(ctx, as(ada), p.ID, social.Draft{Text: <-next})
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		all, err := svc.History(ctx, as(ada), p.ID)
		last, _ := read(t, s, p.ID)
		if n := facts(t, s)["post.edited"]; err != nil || n != 8 || len(all) < 2 || all[0].Text != "0" || all[len(all)-1].Text != last.Text {
			t.Errorf("%d edits told of; history %+v, %v; want 8, from 0 to %s", n, all, err, last.Text)
		}
	})
}
