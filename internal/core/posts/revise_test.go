package posts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestRevise(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		pictures := func(names ...string) (all []social.Media) {
			for _, n := range names {
				all = append(all, social.Media{Kind: social.Image, Remote: "https://far.example/" + n, Alt: n})
			}
			return all
		}
		p := receive(t, svc, zoe, note("1", func(f *social.ForeignPost) { f.Media = pictures("a", "b") }))
		c.Pass(time.Hour)
		second := note("1", func(f *social.ForeignPost) {
			f.HTML, f.EditedAt, f.Media, f.Mentions = "<p>two</p>", storetest.Noon.Add(time.Minute), pictures("b", "c"), []social.Mention{{Account: ada}}
		})
		must(t, svc.Revise(ctx, from(zoe), second))
		must(t, svc.Revise(ctx, from(zoe), second)) // the same again
		late := note("1", func(f *social.ForeignPost) { f.HTML, f.EditedAt = "<p>one and a half</p>", storetest.Noon })
		must(t, svc.Revise(ctx, from(zoe), late)) // overtaken
		got, err := read(t, s, p.ID)
		must(t, err)
		if got.HTML != "<p>two</p>" || !got.EditedAt.Equal(storetest.Noon.Add(time.Minute)) || !got.Mentioned(ada) || len(got.Media) != 2 || got.Media[0] != p.Media[1] || got.Likes != 0 {
			t.Errorf("became %+v", got)
		}
		all, err := svc.History(ctx, social.Anyone, p.ID)
		if err != nil || len(all) != 2 || all[0].HTML != "<p>1</p>" || len(all[0].Media) != 2 || all[0].Media[0].Alt != "a" {
			t.Errorf("history %+v, %v", all, err)
		}
		if n := facts(t, s)["post.edited"]; n != 1 {
			t.Errorf("told of %d edits, want 1", n)
		}
		for name, f := range map[string]social.ForeignPost{"not here": note("2"), "ours": note("1", func(f *social.ForeignPost) { f.URI = base.PostURI(p.ID) })} {
			if err := svc.Revise(ctx, from(zoe), f); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if err := svc.Revise(ctx, from(zoe), note("2")); errs.KindOf(err) != errs.NotFound {
			t.Errorf("what is not here: %v, want NotFound", err)
		}
	})
}

func TestReviseKeepsTheLastVersions(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := receive(t, svc, zoe, note("1"))
		for i := range social.MaxForeignEdits + 2 {
			c.Pass(time.Minute)
			must(t, svc.Revise(ctx, from(zoe), note("1", func(f *social.ForeignPost) { f.HTML, f.EditedAt = fmt.Sprint(i), s.Now() })))
		}
		all, err := svc.History(ctx, social.Anyone, p.ID)
		if err != nil || len(all) != social.MaxForeignEdits+1 || all[0].HTML != "1" {
			t.Errorf("%d versions from %q, %v", len(all), all[0].HTML, err)
		}
	})
}

// Counts come from where a poll is at home; other options are another poll.
func TestReviseCountsPolls(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		asks := func(yes, no int, titles ...string) social.ForeignPost {
			return note("1", func(f *social.ForeignPost) {
				f.Poll = &social.Poll{Options: []social.PollOption{{Title: titles[0], Votes: yes}, {Title: titles[1], Votes: no}}, Voters: yes + no}
			})
		}
		p := receive(t, svc, zoe, asks(1, 0, "yes", "no"))
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.AddVote(ctx, p.Poll, ben, 1) }))
		poll := func() (q social.Poll, own []int) {
			must(t, s.Read(ctx, func(v *store.View) (err error) {
				now, err := v.Post(ctx, p.ID)
				must(t, err)
				if q, err = v.Poll(ctx, now.Poll); err != nil {
					return err
				}
				votes, err := v.VotesOf(ctx, ben, []social.PollID{now.Poll})
				own = votes[now.Poll]
				return err
			}))
			return q, own
		}
		must(t, svc.Revise(ctx, from(zoe), asks(5, 4, "yes", "no")))
		if q, own := poll(); q.ID != p.Poll || q.Options[0].Votes != 5 || q.Options[1].Votes != 4 || q.Voters != 9 || len(own) != 1 {
			t.Errorf("counted: %+v, own %v", q, own)
		}
		if n := facts(t, s); n["post.edited"] != 0 || n["poll.voted"] != 1 {
			t.Errorf("told of %v; counts are no edit", n)
		}
		must(t, svc.Revise(ctx, from(zoe), asks(0, 0, "tea", "coffee")))
		if q, own := poll(); q.ID == p.Poll || q.Voters != 0 || len(own) != 0 {
			t.Errorf("another poll: %+v, own %v", q, own)
		}
	})
}

// What was taken back does not come, whichever is first.
func TestRetract(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := receive(t, svc, zoe, note("1"))
		must(t, svc.Retract(ctx, from(zoe), p.URI))
		must(t, svc.Retract(ctx, from(zoe), p.URI))
		must(t, svc.Retract(ctx, from(zoe), note("2").URI)) // before it came
		for _, n := range []string{"1", "2"} {
			if _, err := svc.Receive(ctx, from(zoe), note(n)); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s came back: %v", n, err)
			}
			if err := svc.Revise(ctx, from(zoe), note(n)); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s was revised: %v", n, err)
			}
		}
		if err := svc.Retract(ctx, from(mal), note("3").URI); errs.KindOf(err) != errs.NotFound {
			t.Errorf("for another server: %v", err)
		}
		kept := receive(t, svc, zoe, note("3"))
		if err := svc.Retract(ctx, as(ada), base.PostURI(kept.ID)); err == nil {
			t.Error("one of ours retracts")
		}
		c.Pass(social.GoneFor)
		must(t, svc.ForgetGone(ctx))
		if _, err := svc.Receive(ctx, from(zoe), note("2")); errs.KindOf(err) != errs.NotFound {
			t.Errorf("at the limit: %v", err)
		}
		c.Pass(time.Millisecond)
		must(t, svc.ForgetGone(ctx))
		receive(t, svc, zoe, note("2"))
		if n := count(t, s, zoe); n != 2 {
			t.Errorf("%d posts are counted, want 2", n)
		}
	})
}
