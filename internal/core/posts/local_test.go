package posts_test

import (
	"context"
	"testing"

	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestLocalOnly says something for this house only: what answers it, quotes it
// or passes it on stays here, too.
func TestLocalOnly(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		publish := func(d social.Draft) social.PostID {
			t.Helper()
			d.Visibility = social.Public
			p, err := svc.Publish(ctx, as(cleo), d)
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		first, open := publish(social.Draft{Text: "Between us", LocalOnly: true}), publish(social.Draft{Text: "For everybody"})
		boost := func(of social.PostID) social.PostID {
			t.Helper()
			p, err := svc.Boost(ctx, as(ben), of, social.Public)
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		for what, c := range map[string]struct {
			post social.PostID
			want bool
		}{
			"the post": {first, true}, "an answer": {publish(social.Draft{Text: "Yes", ReplyTo: first}), true}, "a quote": {publish(social.Draft{Text: "Look", Quote: first}), true},
			"a boost": {boost(first), true}, "another post": {open, false}, "an answer to that": {publish(social.Draft{Text: "Yes", ReplyTo: open}), false},
			"a quote of that": {publish(social.Draft{Text: "Look", Quote: open}), false}, "a boost of that": {boost(open), false},
			"an answer to that, kept here": {publish(social.Draft{Text: "Hush", ReplyTo: open, LocalOnly: true}), true},
		} {
			var p social.Post
			if err := s.Read(ctx, func(v *store.View) (err error) {
				p, err = v.Post(ctx, c.post)
				return err
			}); err != nil || p.LocalOnly != c.want {
				t.Errorf("%s stays here: %t, %v; want %t", what, p.LocalOnly, err, c.want)
			}
		}
	})
}
