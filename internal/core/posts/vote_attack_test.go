package posts_test

import (
	"context"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// replyAs puts a reply by somebody below a post, as change has it.
func replyAs(t *testing.T, s *store.Store, by social.AccountID, to social.Post, change func(*social.Post)) social.PostID {
	t.Helper()
	p := social.Post{ID: social.PostID(id.New(s.Now())), Author: by, Text: "well", Visibility: social.Public, ReplyTo: to.ID, ReplyAuthor: to.Author, Thread: to.Thread, At: s.Now()}
	if change != nil {
		change(&p)
	}
	must(t, s.Write(t.Context(), func(tx *store.Tx) error { return tx.AddPost(t.Context(), p) }))
	return p.ID
}

// Who votes down at once as often as they can does so MaxDowns times a day, also side
// by side; and to say the same again costs nothing.
func TestDownsAtOnce(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		allowDowns(t, s)
		addDan(t, s)
		root := say(t, svc, ada, "hello", social.Public)
		last := replyAs(t, s, dan, root, nil)
		_, err := svc.Vote(ctx, as(ben), last, -1)
		must(t, err)
		for range social.MaxDowns - 2 {
			_, err := svc.Vote(ctx, as(ben), replyAs(t, s, dan, root, nil), -1)
			must(t, err)
		}
		targets := make(chan social.PostID, 8)
		for range cap(targets) {
			targets <- replyAs(t, s, dan, root, nil)
		}
		done := 0
		for _, err := range atOnce(func() error { _, err := svc.Vote(ctx, as(ben), <-targets, -1); return err }) {
			if err == nil {
				done++
			} else if errs.KindOf(err) != errs.Limited {
				t.Error(err)
			}
		}
		if done != 1 {
			t.Errorf("%d votes beyond the last one of the day, want 1 in all", done)
		}
		if _, err := svc.Vote(ctx, as(ben), last, -1); err != nil {
			t.Errorf("the same again: %v", err)
		}
		if p, _ := read(t, s, last); p.Downs != 1 {
			t.Errorf("the same again counts: %d", p.Downs)
		}
	})
}

// Nobody votes on what they cannot see, from here or from elsewhere, one way or the
// other; and nothing tells them that it is there.
func TestVoteUnseen(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		allowDowns(t, s)
		addDan(t, s)
		root := say(t, svc, ada, "hello", social.Public)
		for what, change := range map[string]func(*social.Post){
			"held":          func(p *social.Post) { p.Held, p.HeldBy = social.HeldPending, ada },
			"hidden by ada": func(p *social.Post) { p.Held, p.HeldBy = social.HeldHidden, ada },
			"for followers": func(p *social.Post) { p.Visibility = social.Followers },
			"for a circle":  func(p *social.Post) { p.Visibility, p.Audience = social.Circle, []social.AccountID{ada} },
			"a message":     func(p *social.Post) { p.Visibility = social.Direct },
		} {
			which := replyAs(t, s, dan, root, change)
			for _, way := range []int{1, -1, 0} {
				if _, err := svc.Vote(ctx, as(ben), which, way); errs.KindOf(err) != errs.NotFound || err == nil {
					t.Errorf("%s: a vote of %d: %v, want NotFound", what, way, err)
				}
			}
			if err := svc.Dislike(ctx, from(zoe), which, "", true); errs.KindOf(err) != errs.NotFound || err == nil {
				t.Errorf("%s: a Dislike: %v, want NotFound", what, err)
			}
			if err := svc.Like(ctx, from(zoe), which, "", true); errs.KindOf(err) != errs.NotFound || err == nil {
				t.Errorf("%s: a Like: %v, want NotFound", what, err)
			}
			if p, _ := read(t, s, which); p.Likes+p.Downs != 0 {
				t.Errorf("%s: %d for, %d against", what, p.Likes, p.Downs)
			}
		}
	})
}

// Whose sign-in is disabled cannot vote back, and is not voted down.
func TestVoteOfWhoCannotSignIn(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		allowDowns(t, s)
		addDan(t, s)
		reply := replyAs(t, s, dan, say(t, svc, ada, "hello", social.Public), nil)
		set := func(off bool) {
			must(t, s.Write(ctx, func(tx *store.Tx) error {
				u, err := tx.HoldUser(ctx, dan)
				if errs.KindOf(err) == errs.NotFound && err != nil {
					return tx.AddUser(ctx, social.User{Account: dan, Email: "dan@example.com", Role: social.Member, Confirmed: true, Approved: true, Disabled: off, CreatedAt: s.Now()})
				}
				u.Disabled = off
				return tx.SetUser(ctx, u)
			}))
		}
		set(true)
		set(true)
		if _, err := svc.Vote(ctx, as(ben), reply, -1); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("who cannot sign in: %v, want Forbidden", err)
		}
		if _, err := svc.Vote(ctx, as(ben), reply, 1); err != nil {
			t.Errorf("for them: %v", err)
		}
		set(false)
		if _, err := svc.Vote(ctx, as(ben), reply, -1); err != nil {
			t.Errorf("who can again: %v", err)
		}
	})
}

// A vote stays when the reply is changed, and goes with it.
func TestVotesAndEdits(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		allowDowns(t, s)
		addDan(t, s)
		p := answer(t, svc, dan, say(t, svc, ben, "hello", social.Public).ID)
		_, err := svc.Vote(ctx, as(ben), p.ID, -1)
		must(t, err)
		must(t, second(svc.Edit(ctx, as(dan), p.ID, social.Draft{Text: "otherwise"})))
		if got, _ := read(t, s, p.ID); got.Downs != 1 || got.EditedAt.IsZero() {
			t.Errorf("changed: %d against, changed at %v", got.Downs, got.EditedAt)
		}
		must(t, second(svc.Delete(ctx, as(dan), p.ID)))
		if m := marks(t, s, ben, p.ID); m != 0 {
			t.Errorf("deleted: mark %b is left", m)
		}
		if _, err := svc.Vote(ctx, as(ben), p.ID, 0); errs.KindOf(err) != errs.NotFound {
			t.Errorf("taken back when it is gone: %v, want NotFound", err)
		}
	})
}
