package posts_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What was left behind comes with its id, its time and its files, once, also
// if it was deleted since.
func TestMerge(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		parent := say(t, svc, ben, "hello", social.Public)
		at := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
		m := social.Media{ID: social.MediaID(id.New(at)), Owner: ada, Kind: social.Image, State: social.MediaReady, File: "x", At: at}
		l := posts.Left{Post: social.Post{ID: social.PostID(id.New(at)), Author: ada, Text: "hello #back @ben", Visibility: social.Public, ReplyTo: parent.ID,
			At: at, Media: []social.MediaID{m.ID}}, Media: []social.Media{m}}
		for i, want := range []bool{true, false} {
			if now, err := svc.Merge(ctx, l); err != nil || now != want {
				t.Fatalf("%d: %t, %v", i, now, err)
			}
		}
		p, _ := read(t, s, l.Post.ID)
		if p.Text != l.Post.Text || !p.At.Equal(at) || p.ReplyTo != parent.ID || p.Thread != parent.Thread || len(p.Tags) != 1 || !p.Mentioned(ben) || len(p.Media) != 1 {
			t.Errorf("it is %+v", p)
		}
		if q, _ := read(t, s, parent.ID); q.Replies != 1 {
			t.Errorf("%d replies", q.Replies)
		}
		if _, err := svc.Delete(ctx, as(ada), l.Post.ID); err != nil {
			t.Fatal(err)
		}
		if now, err := svc.Merge(ctx, l); err != nil || now {
			t.Errorf("after it was deleted: %t, %v", now, err)
		}
		if now, err := svc.Merge(ctx, posts.Left{Post: parent}); err != nil || now {
			t.Errorf("what is there: %t, %v", now, err)
		}
	})
}

// What others have a say in does not come by itself.
func TestMergeRefuses(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		mine, closed := say(t, svc, ada, "said again", social.Public), say(t, svc, ada, "to nobody", social.Direct)
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddMedia(ctx, social.Media{ID: 7, Owner: ben, Post: mine.ID, Kind: social.Image, State: social.MediaReady, At: tx.Now}, "")
		}))
		base := social.Post{Author: ben, Text: "words", Visibility: social.Public, At: s.Now().Add(-time.Hour)}
		with := func(change func(*social.Post)) posts.Left {
			p := base
			p.ID = social.PostID(id.New(p.At))
			change(&p)
			return posts.Left{Post: p}
		}
		file := with(func(*social.Post) {})
		file.Media = []social.Media{{ID: 7, Owner: ben, Kind: social.Image, State: social.MediaReady}}
		raw := with(func(*social.Post) {})
		raw.Media = []social.Media{{ID: 8, Owner: ben, Kind: social.Image, State: social.MediaProcessing}}
		for what, c := range map[string]struct {
			left posts.Left
			kind errs.Kind
		}{
			"a boost":                           {with(func(p *social.Post) { p.BoostOf = mine.ID }), errs.Invalid},
			"a poll":                            {with(func(p *social.Post) { p.Poll = 1 }), errs.Invalid},
			"a quote":                           {with(func(p *social.Post) { p.Quote.Of = mine.ID }), errs.Invalid},
			"from elsewhere":                    {with(func(p *social.Post) { p.URI = "https://a.example/1" }), errs.Invalid},
			"a file that was not finished":      {raw, errs.Invalid},
			"a file of another post":            {file, errs.Conflict},
			"the number of another":             {with(func(p *social.Post) { p.ID = mine.ID }), errs.Conflict},
			"nobody's":                          {with(func(p *social.Post) { p.Author = 12345 }), errs.NotFound},
			"an answer to nothing":              {with(func(p *social.Post) { p.ReplyTo = 12345 }), errs.NotFound},
			"an answer to what is not for them": {with(func(p *social.Post) { p.ReplyTo = closed.ID }), errs.NotFound},
			"said again":                        {with(func(p *social.Post) { p.Author, p.Text = ada, "said again" }), errs.Conflict},
		} {
			for range 2 { // a refusal is not remembered as done
				if now, err := svc.Merge(ctx, c.left); errs.KindOf(err) != c.kind || err == nil || now || errs.Public(err) == "" {
					t.Errorf("%s: %t, %v", what, now, err)
				}
			}
		}
	})
}
