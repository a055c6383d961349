package posts_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const ada, ben, cleo = 1, 2, 3

func as(id social.AccountID) social.Actor { return social.Actor{Account: id, Standing: social.Good} }

// people stores ada, ben, who follows her, and cleo, whom ada blocks.
func people(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		for i, name := range []string{"ada", "Ben", "cleo"} {
			a := social.Account{ID: social.AccountID(i + 1), Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
			if err := tx.AddAccount(t.Context(), a); err != nil {
				return err
			}
		}
		if err := tx.AddFollow(t.Context(), social.Follow{Owner: ben, Target: ada, Boosts: true}, true); err != nil {
			return err
		}
		return tx.AddBlock(t.Context(), ada, cleo)
	}); err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, fn func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s)
		fn(t.Context(), t, s, posts.New(s, posts.Config{MaxText: social.MaxText, HandleHost: "plaza.example"}))
	})
}

func read(t *testing.T, s *store.Store, which social.PostID) (p social.Post, err error) {
	t.Helper()
	s.Read(t.Context(), func(v *store.View) error {
		p, err = v.Post(t.Context(), which)
		return nil
	})
	return p, err
}

func TestPublish(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p, err := svc.Publish(ctx, as(ada), social.Draft{Visibility: social.Public, Warning: "dogs",
			Text: "@ben @BEN@plaza.example @cleo @nobody #Straße #STRASSE #Go"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(t, s, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Mentions) != 2 || got.Mentions[0].Account != ben || got.Mentions[0].Username != "Ben" || got.Mentions[1].Account != cleo {
			t.Errorf("mentions = %+v, want Ben, once, and cleo", got.Mentions)
		}
		if strings.Join(got.Tags, " ") != "Straße Go" {
			t.Errorf("tags = %q", got.Tags)
		}
		if !got.Sensitive || !got.At.Equal(storetest.Noon) || got.Thread != got.ID {
			t.Errorf("stored %+v", got)
		}
		re, err := svc.Publish(ctx, as(ben), social.Draft{Text: "yes", Visibility: social.Public, ReplyTo: p.ID})
		if err != nil || re.Thread != p.ID || re.ReplyAuthor != ada {
			t.Errorf("reply = %+v, %v", re, err)
		}
		if got, _ := read(t, s, p.ID); got.Replies != 1 {
			t.Errorf("replies = %d, want 1", got.Replies)
		}
	})
}

func TestPublishRefuses(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		hidden, err := svc.Publish(ctx, as(ada), social.Draft{Text: "for friends", Visibility: social.Followers})
		if err != nil {
			t.Fatal(err)
		}
		limit := strings.Repeat("ä", social.MaxText)
		for name, tt := range map[string]struct {
			by   social.Actor
			d    social.Draft
			want errs.Kind // Internal stands for "no error"
		}{
			"at the limit":                 {as(ada), social.Draft{Text: limit, Visibility: social.Public}, errs.Internal},
			"past the limit":               {as(ada), social.Draft{Text: limit + "ä", Visibility: social.Public}, errs.Invalid},
			"blank":                        {as(ada), social.Draft{Text: " \n", Visibility: social.Public}, errs.Invalid},
			"no such visibility":           {as(ada), social.Draft{Text: "x", Visibility: "galaxy"}, errs.Invalid},
			"not signed in":                {social.Anyone, social.Draft{Text: "x", Visibility: social.Public}, errs.Unauthenticated},
			"suspended":                    {social.Actor{Account: ada, Standing: social.Suspended}, social.Draft{Text: "x", Visibility: social.Public}, errs.Forbidden},
			"reply to nothing":             {as(ada), social.Draft{Text: "x", Visibility: social.Public, ReplyTo: 99}, errs.NotFound},
			"reply by a follower":          {as(ben), social.Draft{Text: "x", Visibility: social.Public, ReplyTo: hidden.ID}, errs.Internal},
			"reply to what one cannot see": {as(cleo), social.Draft{Text: "x", Visibility: social.Public, ReplyTo: hidden.ID}, errs.NotFound},
		} {
			if _, err := svc.Publish(ctx, tt.by, tt.d); errs.KindOf(err) != tt.want || (err == nil) != (tt.want == errs.Internal) {
				t.Errorf("%s: err = %v, want kind %v", name, err, tt.want)
			}
		}
	})
}

func TestPublishTwiceUnderOneKey(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		d := social.Draft{Text: "once", Visibility: social.Public, Key: "k"}
		a, err := svc.Publish(ctx, as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		b, err := svc.Publish(ctx, as(ada), d)
		if err != nil || b.ID != a.ID {
			t.Errorf("again: %d, %v; want %d", b.ID, err, a.ID)
		}
		if c, err := svc.Publish(ctx, as(ben), d); err != nil || c.ID == a.ID {
			t.Errorf("somebody else's key led to %d, %v", c.ID, err)
		}
	})
}

// The same words from one form are one post, however they are sent; other words from
// it are another. What was typed late is no draft of either.
func TestPublishTwiceFromOneForm(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		files := make([]social.Media, 3)
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range files {
				m := social.Media{ID: social.MediaID(500 + i), Owner: ada, Kind: social.Image, State: social.MediaReady, File: fmt.Sprint(i), Print: "the same", At: tx.Now}
				if i == 2 {
					m.Print = "another"
				}
				files[i] = m
				if err := tx.AddMedia(ctx, m, ""); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		alt := "a dog"
		with := func(text string, m social.Media) social.Draft {
			return social.Draft{Text: text, Visibility: social.Public, Form: "f", Media: []social.MediaID{m.ID}, Describe: []social.MediaChange{{ID: m.ID, Alt: &alt}},
				Then: []social.Draft{{Text: "and then"}}}
		}
		first, err := svc.Publish(ctx, as(ada), with("once", files[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []social.Draft{with("once", files[0]), with("once", files[1])} { // with the same file, sent anew
			if again, err := svc.Publish(ctx, as(ada), d); err != nil || again.ID != first.ID {
				t.Errorf("again: %d, %v; want %d", again.ID, err, first.ID)
			}
		}
		if later, out, err := svc.Hold(ctx, as(ada), with("once", files[1])); err != nil || later.ID != 0 || out != first.ID {
			t.Errorf("again, to be taken back: %d, %d, %v", later.ID, out, err)
		}
		file, err := svc.Publish(ctx, as(ada), with("once", files[2]))
		if err != nil || file.ID == first.ID {
			t.Errorf("another file: %d, %v", file.ID, err)
		}
		words := with("twice", files[1])
		later, out, err := svc.Hold(ctx, as(ada), words)
		if err != nil || later.ID == 0 || out != 0 {
			t.Errorf("other words, to be taken back: %d, %d, %v", later.ID, out, err)
		}
		if again, _, err := svc.Hold(ctx, as(ada), words); err != nil || again.ID != later.ID {
			t.Errorf("again: %d, %v; want %d", again.ID, err, later.ID)
		}
		words.Then[0].Text = "and otherwise"
		if then, err := svc.Publish(ctx, as(ada), words); err != nil || then.ID == first.ID || then.ID == file.ID {
			t.Errorf("with something else after it: %d, %v", then.ID, err)
		}
		if late, err := svc.KeepDraft(ctx, as(ada), social.KeptDraft{Pen: "p", Draft: social.Draft{Text: "onc", Form: "f"}}, 0); err != nil || late.ID != 0 {
			t.Errorf("what was typed late is draft %d, %v", late.ID, err)
		}
		if n := count(t, s, ada); n != 6 {
			t.Errorf("%d posts, want 3 with one after each", n)
		}
	})
}

// Who tries again is told that it is saved only by a write, which waits until it
// is elsewhere, too; and is not judged again.
func TestKeyFoundIsAWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s)
		judged := 0
		svc := posts.New(s, posts.Config{MaxText: social.MaxText, HandleHost: "plaza.example", Judge: func(context.Context, social.Actor, social.Draft) error {
			judged++
			return nil
		}})
		d := social.Draft{Text: "once", Visibility: social.Public, Key: "k"}
		a, err := svc.Publish(t.Context(), as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		s.Shut(errs.New(errs.Unavailable, "Nothing is saved now."))
		if b, err := svc.Publish(t.Context(), as(ada), d); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("nothing can be written, and it is said that %d is saved: %v", b.ID, err)
		}
		s.OpenGate()
		if b, err := svc.Publish(t.Context(), as(ada), d); err != nil || b.ID != a.ID || judged != 1 {
			t.Errorf("again: %d, %v, judged %d times; want %d, judged once", b.ID, err, judged, a.ID)
		}
	})
}

func TestBoostAndDelete(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Unlisted})
		if err != nil {
			t.Fatal(err)
		}
		boost, err := svc.Boost(ctx, as(ben), p.ID, social.Public)
		if err != nil || boost.Visibility != social.Unlisted {
			t.Fatalf("boost = %+v, %v; want it unlisted", boost, err)
		}
		if again, err := svc.Boost(ctx, as(ben), boost.ID, social.Public); err != nil || again.ID != boost.ID {
			t.Errorf("boost of one's boost = %d, %v; want %d", again.ID, err, boost.ID)
		}
		if _, err := svc.Boost(ctx, as(cleo), p.ID, social.Public); errs.KindOf(err) != errs.NotFound {
			t.Errorf("boost by the blocked: %v, want NotFound", err)
		}
		direct, err := svc.Publish(ctx, as(ada), social.Draft{Text: "@ben psst", Visibility: social.Direct})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Boost(ctx, as(ben), direct.ID, social.Public); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("boost of a message: %v, want Forbidden", err)
		}
		if _, err := svc.Delete(ctx, as(ben), p.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("delete by somebody else: %v, want NotFound", err)
		}
		if _, err := svc.Delete(ctx, as(ada), p.ID); err != nil {
			t.Fatal(err)
		}
		for _, id := range []social.PostID{p.ID, boost.ID} {
			if _, err := read(t, s, id); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%d after the post was deleted: %v, want NotFound", id, err)
			}
		}
		s.Read(ctx, func(v *store.View) error {
			a, err := v.Account(ctx, ben)
			if err != nil || a.Posts != 0 {
				t.Errorf("ben has %d posts, %v; want 0", a.Posts, err)
			}
			facts, err := v.Facts(ctx, event.Pos{}, 99)
			if n := len(facts); err != nil || n != 5 {
				t.Errorf("%d facts, %v; want 5: two posts, one boost, and the end of two", n, err)
			}
			return nil
		})
	})
}

// A client that got no answer asks again, perhaps while the first is still
// under way.
func TestSameKeyAtOnceGivesOnePost(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		for round := range 10 {
			var mu sync.Mutex
			ids := map[social.PostID]bool{}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					p, err := svc.Publish(ctx, as(ada), social.Draft{Text: "once", Visibility: social.Public, Key: fmt.Sprint(round)})
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					ids[p.ID] = true
				})
			}
			wg.Wait()
			if len(ids) != 1 {
				t.Fatalf("one key gave %d posts", len(ids))
			}
		}
	})
}
