package posts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestCopiesAtOnce has the copies of one post for several of ours come side by side, as
// they do: each of those is of the circle after that.
func TestCopiesAtOnce(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, _ *storetest.Clock) {
		const rounds = 12
		for n := range rounds {
			to := func(who social.AccountID) social.ForeignPost {
				return note(fmt.Sprint("round", n), func(f *social.ForeignPost) { f.Visibility, f.Audience = social.Circle, []social.AccountID{who} })
			}
			p := receive(t, svc, zoe, to(ada))
			var wg sync.WaitGroup
			for _, who := range []social.AccountID{ben, cleo} {
				wg.Go(func() {
					if _, err := svc.Receive(ctx, from(zoe), to(who)); err != nil {
						t.Errorf("for %d: %v", who, err)
					}
				})
			}
			wg.Wait()
			for _, who := range []social.AccountID{ada, ben, cleo} {
				if !sees(t, s, who, p.ID) {
					t.Fatalf("round %d: %d was sent a copy, and does not see it", n, who)
				}
			}
		}
	})
}

// TestCalledByTheirCopy: who is mentioned in a copy of their own is told so, also if
// the first copy was somebody else's.
func TestCalledByTheirCopy(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, _ *storetest.Clock) {
		var called []social.AccountID
		s.Watch(func(_ context.Context, rs []event.Record) {
			for _, r := range rs {
				if f, ok := r.Fact.(event.Widened); ok {
					called = append(called, f.Called...)
				}
			}
		})
		to := func(who social.AccountID, calls ...social.AccountID) social.ForeignPost {
			return note("1", func(f *social.ForeignPost) {
				f.Visibility, f.Audience = social.Circle, []social.AccountID{who}
				for _, c := range calls {
					f.Mentions = append(f.Mentions, social.Mention{Account: c})
				}
			})
		}
		receive(t, svc, zoe, to(ada))
		receive(t, svc, zoe, to(ben, ben, cleo))
		if !slices.Equal(called, []social.AccountID{ben}) {
			t.Errorf("called are %v, want ben alone: nobody was sent a copy for cleo", called)
		}
	})
}

// TestUnseenRepliesAreRefused: a reply that would wait for somebody who may not see it
// does not wait, and nobody is told that it was there.
func TestUnseenRepliesAreRefused(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, _ *storetest.Clock) {
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddList(ctx, social.List{ID: 7, Owner: ben, Title: "Others", Replies: social.RepliesList}); err != nil {
				return err
			}
			if err := tx.AddFollow(ctx, social.Follow{Owner: ben, Target: yan, Boosts: true}, true); err != nil {
				return err
			}
			_, err := tx.AddMember(ctx, 7, zoe)
			return err
		}))
		asks, err := svc.Publish(ctx, as(ada), social.Draft{Text: "Well?", Visibility: social.Public, ReplyPolicy: social.ReplyApproval})
		must(t, err)
		afar := receive(t, svc, zoe, note("asks", func(f *social.ForeignPost) { f.ReplyPolicy = social.ReplyApproval }))
		for what, d := range map[string]social.Draft{
			"for a list that ada is not on": {Text: "Psst", Visibility: social.Circle, Circle: 7, ReplyTo: asks.ID},
			"for followers":                 {Text: "Psst", Visibility: social.Followers, ReplyTo: asks.ID},
			"for this house, to somebody of another, who would be sent it to agree": {Text: "Psst", Visibility: social.Public, LocalOnly: true, ReplyTo: afar.ID},
			"for followers, to somebody elsewhere who is none":                      {Text: "Psst", Visibility: social.Followers, ReplyTo: afar.ID},
		} {
			if p, err := svc.Publish(ctx, as(ben), d); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("a reply %s: %s, %v; want Forbidden", what, p.Held, err)
			}
		}
		seen, err := svc.Publish(ctx, as(ben), social.Draft{Text: "@ada Psst", Visibility: social.Followers, ReplyTo: asks.ID})
		must(t, err)
		if got, _ := read(t, s, seen.ID); got.Held != social.HeldPending {
			t.Errorf("a reply that mentions her is %q", got.Held)
		}
		unseen := receive(t, svc, yan, note("psst", func(f *social.ForeignPost) {
			f.URI, f.Visibility, f.ReplyTo = "https://far.example/p/psst", social.Followers, string(base)+"/ap/posts/"+fmt.Sprint(asks.ID)
		}))
		if got, _ := read(t, s, unseen.ID); got.Held != social.HeldRefused || got.ReplyTo != asks.ID {
			t.Errorf("from elsewhere it is %q, beneath %d", got.Held, got.ReplyTo)
		}
		must(t, s.Read(ctx, func(v *store.View) error {
			under, err := v.HeldUnder(ctx, []social.PostID{asks.ID})
			if len(under) != 0 {
				t.Errorf("everybody is told of what only followers may hear: %+v", under)
			}
			return err
		}))
		waiting, err := svc.HeldReplies(ctx, as(ada), 0, social.HeldPending, 0, social.Page{Limit: 10})
		if must(t, err); len(waiting.Items) != 1 {
			t.Errorf("%d wait for ada; want the one that she sees", len(waiting.Items))
		}
	})
}

// TestBoostIsForFollowersAtLeast: a boost for a list is none, it would be told to all
// followers.
func TestBoostIsForFollowersAtLeast(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		for _, v := range []social.Visibility{social.Circle, social.Direct, "everybody", ""} {
			if _, err := svc.Boost(ctx, as(ben), p.ID, v); errs.KindOf(err) != errs.Invalid {
				t.Errorf("a boost that is %q: %v, want Invalid", v, err)
			}
		}
	})
}

// TestHeldCountsNowhere: what is held is neither counted nor drawn, until it is approved.
func TestHeldCountsNowhere(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		asks, err := svc.Publish(ctx, as(ada), social.Draft{Text: "Well?", Visibility: social.Public, ReplyPolicy: social.ReplyApproval})
		must(t, err)
		p, err := svc.Publish(ctx, as(ben), social.Draft{Text: "#rye", Visibility: social.Public, ReplyTo: asks.ID})
		must(t, err)
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetPostLink(ctx, p.ID, 7) }))
		counted := func() (n int) {
			must(t, s.Read(ctx, func(v *store.View) error {
				used, err := v.TagUsesBy(ctx, ben, []string{"rye"})
				recent, err2 := v.RecentTagsBy(ctx, ben, 10, 10)
				days, err3 := v.LinkDays(ctx, []social.LinkID{7}, 0)
				drawn, err4 := v.PostsToDraw(ctx, p.ID, p.ID+1, 10)
				n = len(used) + len(recent) + len(days) + len(drawn)
				return errors.Join(err, err2, err3, err4)
			}))
			return n
		}
		if n := counted(); n != 0 {
			t.Errorf("it is held, and counted in %d ways", n)
		}
		if _, err := svc.Approve(ctx, as(ada), []social.PostID{p.ID}); err != nil || counted() != 4 {
			t.Errorf("approved (%v), it is counted in %d ways, want 4", err, counted())
		}
	})
}
