package posts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const doings = "https://far.example/do/"

func TestPass(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p, closed := say(t, svc, ada, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		at := storetest.Noon.Add(-time.Hour)
		for _, uri := range []string{"1", "1", "1b"} { // again, and under another address
			must(t, svc.Pass(ctx, from(yan), p.ID, social.Public, doings+uri, at))
		}
		which, err := svc.Lookup(ctx, doings+"1b")
		must(t, err)
		boost, err := read(t, s, which)
		if err != nil || boost.BoostOf != p.ID || boost.Author != yan || !boost.At.Equal(at) || !id.Time(int64(boost.ID)).Equal(at) {
			t.Errorf("boost %+v, %v", boost, err)
		}
		must(t, svc.Retract(ctx, from(yan), doings+"2"))
		must(t, svc.Pass(ctx, from(yan), p.ID, social.Public, doings+"2", at)) // taken back before
		for name, err := range map[string]error{
			"what it cannot see":  svc.Pass(ctx, from(zoe), closed.ID, social.Public, doings+"3", at),
			"nothing":             svc.Pass(ctx, from(zoe), 99, social.Public, doings+"4", at),
			"a boost":             svc.Pass(ctx, from(zoe), boost.ID, social.Public, doings+"5", at),
			"of another server":   svc.Pass(ctx, from(mal), p.ID, social.Public, doings+"6", at),
			"without an address":  svc.Pass(ctx, from(zoe), p.ID, social.Public, "", at),
			"one of ours":         svc.Pass(ctx, as(ben), p.ID, social.Public, base.BoostURI(1), at),
			"to no such audience": svc.Pass(ctx, from(zoe), p.ID, "galaxy", doings+"7", at),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if got, _ := read(t, s, p.ID); got.Boosts != 1 {
			t.Errorf("%d boosts, want 1", got.Boosts)
		}
		must(t, svc.Retract(ctx, from(yan), doings+"1b"))
		if got, _ := read(t, s, p.ID); got.Boosts != 0 {
			t.Errorf("%d boosts, want none", got.Boosts)
		}
	})
}

// A boost of something elsewhere is kept for who follows whoever boosts.
func TestPassOnlyWhatConcernsUs(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := receive(t, svc, mal, social.ForeignPost{URI: "https://evil.example/1", HTML: "x", Visibility: social.Unlisted, At: storetest.Noon})
		must(t, svc.Pass(ctx, from(yan), p.ID, social.Public, doings+"1", storetest.Noon))
		must(t, svc.Pass(ctx, from(zoe), p.ID, social.Public, doings+"2", storetest.Noon))
		if _, err := svc.Lookup(ctx, doings+"1"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("by whom nobody follows: %v", err)
		}
		which, err := svc.Lookup(ctx, doings+"2")
		must(t, err)
		if got, _ := read(t, s, which); got.Visibility != social.Unlisted {
			t.Errorf("passed on as %s, wider than the post", got.Visibility)
		}
	})
}

func TestLike(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p, closed := say(t, svc, ada, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		likes := func() int { got, _ := read(t, s, p.ID); return got.Likes }
		do := func(what string, want int, uri string, on bool) {
			t.Helper()
			must(t, svc.Like(ctx, from(zoe), p.ID, uri, on))
			if n := likes(); n != want {
				t.Errorf("%s: %d likes, want %d", what, n, want)
			}
		}
		do("liked", 1, doings+"1", true)
		do("again", 1, doings+"1", true)
		do("under another address", 1, doings+"2", true)
		do("the first undone, late", 1, doings+"1", false)
		do("undone", 0, doings+"2", false)
		do("undone again", 0, doings+"2", false)
		do("the late like", 0, doings+"2", true)
		do("once more, under the same address", 1, doings+"2", true)
		do("undone by the post", 0, "", false)
		do("without an address", 1, "", true)
		do("undone", 0, doings+"3", false)
		if n := facts(t, s)["post.marked"]; n != 6 {
			t.Errorf("told of %d marks, want 6", n)
		}
		for name, err := range map[string]error{
			"what it cannot see": svc.Like(ctx, from(zoe), closed.ID, doings+"4", true),
			"nothing":            svc.Like(ctx, from(zoe), 99, doings+"5", true),
			"of another server":  svc.Like(ctx, from(mal), p.ID, doings+"6", true),
			"one of ours":        svc.Like(ctx, as(ben), p.ID, "", true),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func TestPinOfAStranger(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		for i := range social.MaxForeignPins + 1 {
			p := receive(t, svc, zoe, note(fmt.Sprint(i)))
			if err := svc.Pin(ctx, from(zoe), p.URI, true); (err == nil) != (i < social.MaxForeignPins) {
				t.Errorf("pin %d: %v", i, err)
			}
		}
		uri := note("0").URI
		if err := svc.Pin(ctx, from(yan), uri, false); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else's: %v", err)
		}
		if err := svc.Pin(ctx, from(zoe), note("none").URI, true); errs.KindOf(err) != errs.NotFound {
			t.Errorf("what is not here: %v", err)
		}
		must(t, svc.Pin(ctx, from(zoe), uri, false))
		must(t, svc.Pin(ctx, from(zoe), uri, false))
		if n := facts(t, s)["post.marked"]; n != social.MaxForeignPins+1 {
			t.Errorf("told of %d marks", n)
		}
	})
}

// A message cannot be pinned: it would stand on a page.
func TestPinOfAMessage(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := receive(t, svc, zoe, note("1", func(f *social.ForeignPost) {
			f.Visibility, f.Mentions = social.Direct, []social.Mention{{Account: ben}}
		}))
		if err := svc.Pin(ctx, from(zoe), p.URI, true); err == nil {
			t.Error("no error")
		}
	})
}
