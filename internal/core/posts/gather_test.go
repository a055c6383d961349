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

// gathers is how many threads are asked for that wait.
func gathers(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	w := work.Worker{Kind: posts.GatherJob, AtOnce: 10, Timeout: time.Minute, Tries: 1, Do: func(context.Context, []byte) error { return nil }}
	n, err := work.Once(t.Context(), s, w)
	must(t, err)
	return n
}

func TestGatherAgain(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		fresh := receive(t, svc, zoe, note("fresh"))
		reply := receive(t, svc, yan, note("reply", func(f *social.ForeignPost) { f.ReplyTo = note("fresh").URI }))
		old := receive(t, svc, zoe, note("old", func(f *social.ForeignPost) { f.At = storetest.Noon.AddDate(-1, 0, 0) }))
		must(t, svc.Gather(ctx, social.Anyone, fresh))
		if n := gathers(t, s); n != 0 {
			t.Errorf("for a stranger %d threads are asked for", n)
		}
		another := posts.New(s, posts.Config{Base: base}) // that remembers nothing
		for _, p := range []social.Post{fresh, reply, old, fresh} {
			must(t, svc.Gather(ctx, as(ben), p))
			must(t, another.Gather(ctx, as(ada), p))
		}
		if n := gathers(t, s); n != 2 {
			t.Errorf("of two threads %d are asked for", n)
		}
		for _, step := range []struct {
			after time.Duration
			of    social.Post
			want  int
		}{
			{social.GatherSoon - time.Millisecond, fresh, 0}, {time.Millisecond, fresh, 1},
			{social.GatherLate - social.GatherSoon - time.Millisecond, old, 0}, {time.Millisecond, old, 1},
		} {
			c.Pass(step.after)
			must(t, svc.TidyThreads(ctx))
			must(t, svc.Gather(ctx, as(ben), step.of))
			if n := gathers(t, s); n != step.want {
				t.Errorf("after %v more %d threads are asked for, want %d", step.after, n, step.want)
			}
		}
	})
}

// TestOrphanFor has replies wait for what they answer, and not for ever.
func TestOrphanFor(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		answers := func(to string) func(*social.ForeignPost) {
			return func(f *social.ForeignPost) { f.ReplyTo = note(to).URI }
		}
		early, late := receive(t, svc, zoe, note("1", answers("a"))), receive(t, svc, zoe, note("2", answers("b")))
		c.Pass(social.OrphanFor)
		must(t, svc.TidyThreads(ctx))
		a := receive(t, svc, yan, note("a"))
		adopt(t, s, svc)
		c.Pass(time.Millisecond)
		must(t, svc.TidyThreads(ctx))
		receive(t, svc, yan, note("b"))
		adopt(t, s, svc)
		if p, err := read(t, s, early.ID); err != nil || p.ReplyTo != a.ID {
			t.Errorf("in time: it answers %d (%v), want %d", p.ReplyTo, err, a.ID)
		}
		if p, err := read(t, s, late.ID); err != nil || p.ReplyTo != 0 || p.Thread != late.ID {
			t.Errorf("too late: it answers %d (%v)", p.ReplyTo, err)
		}
	})
}

// TestQuiet tells of what was found when its server sends it, while it is news.
func TestQuiet(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		quiet := func(f *social.ForeignPost) { f.Quiet, f.Mentions = true, []social.Mention{{Account: ben}} }
		told := func() int { return facts(t, s)["post.published"] }
		before := told()
		first, second := note("1", quiet), note("2", quiet)
		p := receive(t, svc, zoe, first)
		receive(t, svc, zoe, second)
		if n := told() - before; n != 0 || len(p.Mentions) != 1 {
			t.Errorf("found: told of %d, with %d mentions", n, len(p.Mentions))
		}
		first.Quiet, second.Quiet = false, false
		for range 2 {
			if again := receive(t, svc, zoe, first); again.ID != p.ID {
				t.Error("it is another post")
			}
		}
		if n := told() - before; n != 1 {
			t.Errorf("sent twice: told of %d times", n)
		}
		c.Pass(social.NewsFor)
		must(t, svc.TidyThreads(ctx))
		receive(t, svc, zoe, second)
		if n := told() - before; n != 1 {
			t.Errorf("sent when it is old: told of %d times in all", n)
		}
	})
}
