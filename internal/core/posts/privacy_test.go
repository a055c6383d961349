package posts_test

import (
	"context"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestHistoryIsForThoseItWasFor edits a message to speak of somebody else: who
// is called to it later is not told what it said to the one before.
func TestHistoryIsForThoseItWasFor(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, cleo, "@ben the key is under the mat", social.Direct)
		if _, err := svc.Edit(ctx, as(cleo), p.ID, social.Draft{Text: "@ben @dora hello"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddAccount(ctx, social.Account{ID: 4, Username: "dora", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Edit(ctx, as(cleo), p.ID, social.Draft{Text: "@ben @dora good morning"}); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[social.AccountID]int{cleo: 3, ben: 3, 4: 1} {
			if all, err := svc.History(ctx, as(who), p.ID); err != nil || len(all) != want {
				t.Errorf("%d is shown %d versions, %v; want %d", who, len(all), err, want)
			}
		}
	})
}

// TestCountsTellNothing counts what others can see of messages and of what
// followers say among themselves.
func TestCountsTellNothing(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ben, "hello", social.Public)
		var said []social.Post
		for _, v := range []social.Visibility{social.Public, social.Unlisted, social.Followers, social.Direct} {
			r, err := svc.Publish(ctx, as(ada), social.Draft{Text: "@ben hi", Visibility: v, ReplyTo: p.ID})
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, r)
		}
		check := func(posts, replies int) {
			t.Helper()
			if got, err := read(t, s, p.ID); err != nil || got.Replies != replies || count(t, s, ada) != posts {
				t.Errorf("%d replies and %d posts, %v; want %d and %d", got.Replies, count(t, s, ada), err, replies, posts)
			}
		}
		check(3, 2)
		for _, r := range said {
			if _, err := svc.Delete(ctx, as(ada), r.ID); err != nil {
				t.Fatal(err)
			}
		}
		check(0, 0)
	})
}

func TestWarningsCount(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, _ *store.Store, svc *posts.Service) {
		d := social.Draft{Text: "hello", Warning: strings.Repeat("a", social.MaxText), Visibility: social.Public}
		if _, err := svc.Publish(ctx, as(ada), d); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a post with a long warning: %v, want Invalid", err)
		}
		d.Warning = d.Warning[:social.MaxText-len(d.Text)]
		if _, err := svc.Publish(ctx, as(ada), d); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyCallsWhoIsNotHereYet(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.SetStanding(ctx, ben, social.Pending) }); err != nil {
			t.Fatal(err)
		}
		if p := say(t, svc, ada, "@ben hello", social.Public); len(p.Mentions) != 0 {
			t.Errorf("mentions %+v", p.Mentions)
		}
	})
}
