package posts_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// under is what stands under a post: "🎉 2", and how many kinds it says it has.
func under(t *testing.T, s *store.Store, p social.PostID) (out []string) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) error {
		all, err := v.ReactionCounts(t.Context(), []social.PostID{p})
		for _, x := range all {
			out = append(out, fmt.Sprint(x.Name, " ", x.Count, x.Image))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got, _ := read(t, s, p); got.Kinds != len(out) {
		t.Errorf("the post says it has %d kinds, and has %q", got.Kinds, out)
	}
	return out
}

func stands(t *testing.T, s *store.Store, what string, p social.PostID, want ...string) {
	t.Helper()
	got := under(t, s, p)
	slices.Sort(got) // within a millisecond no order is promised
	if !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func addEmoji(t *testing.T, s *store.Store, id social.EmojiID, name string, enabled bool) {
	t.Helper()
	must(t, s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddEmoji(t.Context(), social.Emoji{ID: id, Shortcode: name, File: "a", Still: "a", Enabled: enabled, At: tx.Now})
	}))
}

func TestReact(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p, closed := say(t, svc, ben, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		addEmoji(t, s, 1, "cat", true)
		addEmoji(t, s, 2, "off", false)
		react := func(by social.AccountID, name string) {
			t.Helper()
			if which, err := svc.React(ctx, as(by), p.ID, name); err != nil || which != p.ID {
				t.Errorf("%s: %d, %v", name, which, err)
			}
		}
		react(ben, "🎉")
		react(ben, "🎉")
		react(cleo, "🎉")
		react(cleo, ":cat:")
		react(ada, "❤")
		stands(t, s, "put there", p.ID, "🎉 2", "cat 1", "❤️ 1")
		for name, err := range map[string]error{
			"no emoji":                  second(svc.React(ctx, as(ben), p.ID, "hello there")),
			"two":                       second(svc.React(ctx, as(ben), p.ID, "🎉🎉")),
			"none of the house's":       second(svc.React(ctx, as(ben), p.ID, "dog")),
			"one that is switched off":  second(svc.React(ctx, as(ben), p.ID, "off")),
			"one that nobody put there": second(svc.React(ctx, as(ben), p.ID, "cat@far.example")),
		} {
			if errs.KindOf(err) != errs.Invalid || err == nil {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
		for name, err := range map[string]error{
			"what one cannot see":           second(svc.React(ctx, as(cleo), closed.ID, "🎉")),
			"what one cannot see, away":     second(svc.Unreact(ctx, as(cleo), closed.ID, "🎉")),
			"nothing":                       second(svc.React(ctx, as(ben), 99, "🎉")),
			"not signed in":                 second(svc.React(ctx, social.Anyone, p.ID, "🎉")),
			"not signed in, and taken away": second(svc.Unreact(ctx, social.Anyone, p.ID, "🎉")),
		} {
			if k := errs.KindOf(err); err == nil || k != errs.NotFound && k != errs.Unauthenticated {
				t.Errorf("%s: %v", name, err)
			}
		}
		for range 2 {
			if _, err := svc.Unreact(ctx, as(cleo), p.ID, "🎉"); err != nil {
				t.Errorf("taken away: %v", err)
			}
		}
		_, err := svc.Unreact(ctx, as(ada), p.ID, "❤️")
		must(t, err)
		stands(t, s, "taken away", p.ID, "🎉 1", "cat 1")
		if n := facts(t, s)["post.reacted"]; n != 6 {
			t.Errorf("told of %d reactions, want 6", n)
		}
		_, err = svc.Delete(ctx, as(ben), p.ID)
		must(t, err)
		stands(t, s, "deleted", p.ID)
	})
}

func second[T any](_ T, err error) error { return err }

func TestReactLimits(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ben, "hello", social.Public)
		sign := func(i int) string { return string(rune(0x1F400 + i)) }
		for i := range social.MaxReactionsEach + 1 {
			if _, err := svc.React(ctx, as(ben), p.ID, sign(i)); (err == nil) != (i < social.MaxReactionsEach) {
				t.Errorf("%d by one: %v", i+1, err)
			}
		}
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			for i := range social.MaxReactionKinds - 1 {
				if _, _, err := tx.React(ctx, ada, p.ID, sign(i)); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err := svc.React(ctx, as(cleo), p.ID, sign(social.MaxReactionKinds-1))
		must(t, err)
		if _, err := svc.React(ctx, as(cleo), p.ID, sign(social.MaxReactionKinds)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one kind too many: %v", err)
		}
		_, err = svc.React(ctx, as(cleo), p.ID, sign(0)) // which is there
		must(t, err)
	})
}

// pictureOf is a reaction with a picture of another server.
func pictureOf(name, image string) social.ForeignReaction {
	return social.ForeignReaction{Emoji: social.ForeignEmoji{Shortcode: name, Image: image}}
}

func TestReactAs(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p, closed := say(t, svc, ada, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		addEmoji(t, s, 1, "cat", true)
		party, cat := social.ForeignReaction{Name: "🎉"}, pictureOf("cat", "https://far.example/cat.png")
		do := func(what string, r social.ForeignReaction, uri string, on bool, want ...string) {
			t.Helper()
			must(t, svc.ReactAs(ctx, from(zoe), p.ID, r, uri, on))
			stands(t, s, what, p.ID, want...)
		}
		do("put there", party, doings+"1", true, "🎉 1")
		do("again", party, doings+"1", true, "🎉 1")
		do("the same address with another", cat, doings+"1", true, "🎉 1")
		do("a picture", cat, doings+"2", true, "🎉 1", "cat@far.example 1https://far.example/cat.png")
		do("one of ours", social.ForeignReaction{Name: "cat"}, doings+"3", true, "🎉 1", "cat@far.example 1https://far.example/cat.png", "cat 1")
		if _, err := svc.React(ctx, as(ben), p.ID, "cat@far.example"); err != nil {
			t.Errorf("what stands there, by one of ours: %v", err)
		}
		do("taken away", party, doings+"1", false, "cat@far.example 2https://far.example/cat.png", "cat 1")
		do("taken away before it came", party, doings+"4", false, "cat@far.example 2https://far.example/cat.png", "cat 1")
		do("coming late", party, doings+"4", true, "cat@far.example 2https://far.example/cat.png", "cat 1")
		do("by its name", social.ForeignReaction{Name: "cat"}, "", false, "cat@far.example 2https://far.example/cat.png")
		must(t, svc.UnreactAt(ctx, from(yan), doings+"2"))
		stands(t, s, "by another", p.ID, "cat@far.example 2https://far.example/cat.png")
		must(t, svc.UnreactAt(ctx, from(zoe), doings+"2"))
		stands(t, s, "by its address", p.ID, "cat@far.example 1https://far.example/cat.png")
		for name, err := range map[string]error{
			"what it cannot see":    svc.ReactAs(ctx, from(zoe), closed.ID, party, doings+"5", true),
			"of another server":     svc.ReactAs(ctx, from(mal), p.ID, party, doings+"6", true),
			"one of ours":           svc.ReactAs(ctx, as(ben), p.ID, party, "", true),
			"no emoji":              svc.ReactAs(ctx, from(zoe), p.ID, social.ForeignReaction{Name: "no emoji"}, doings+"7", true),
			"without a picture":     svc.ReactAs(ctx, from(zoe), p.ID, pictureOf("dog", ""), doings+"8", true),
			"none of the house's":   svc.ReactAs(ctx, from(zoe), p.ID, social.ForeignReaction{Name: "dog"}, doings+"9", true),
			"a picture by a script": svc.ReactAs(ctx, from(zoe), p.ID, pictureOf("dog", "javascript:alert(1)"), doings+"10", true),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}
