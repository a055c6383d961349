package discover_test

import (
	"context"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
)

var mona = social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}

// house has two people who both speak of bread and of spam, in posts that were
// liked.
type house struct {
	*discover.Service
	store *store.Store
	view  *view.View
	posts []social.PostID
}

func each(t *testing.T, fn func(ctx context.Context, t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, h := t.Context(), &house{store: s}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for who, name := range map[social.AccountID]string{ada: "ada", ben: "ben"} {
				if err := tx.AddAccount(ctx, social.Account{ID: who, Username: name, Kind: social.Person, Standing: social.Good, Discoverable: true, CreatedAt: tx.Now}); err != nil {
					return err
				}
				p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: who, Text: "#bread #spam", Visibility: social.Public, At: tx.Now, Tags: []string{"bread", "spam"}}
				h.posts = append(h.posts, p.ID)
				if err := tx.AddPost(ctx, p); err != nil {
					return err
				}
				if err := tx.CountLike(ctx, p.ID, 1); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		h.view = view.New(s, view.Config{})
		h.Service = discover.New(s, h.view)
		for _, w := range []store.Watcher{h.view.Watch, h.Watch} {
			s.Watch(w)
			s.WatchEarly(w)
		}
		fn(ctx, t, h)
	})
}

func (h *house) trends(t *testing.T) (tags []string, posts []social.PostID) {
	t.Helper()
	ts, err := h.Tags(t.Context(), social.Anyone, "", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range ts {
		tags = append(tags, tag.Name)
	}
	ps, err := h.Posts(t.Context(), social.Anyone, "", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		posts = append(posts, p.ID)
	}
	return tags, posts
}

// first has trends be looked at first, or not.
func (h *house) first(t *testing.T, on bool) {
	t.Helper()
	settings := social.DefaultSettings
	settings.ReviewTrends = on
	if err := h.store.Write(t.Context(), func(tx *store.Tx) error { return tx.SetHouse(t.Context(), settings) }); err != nil {
		t.Fatal(err)
	}
	h.Service = discover.New(h.store, h.view)
}

func TestReviews(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h *house) {
		if tags, posts := h.trends(t); !slices.Equal(tags, []string{"bread", "spam"}) || len(posts) != 2 {
			t.Fatalf("before anybody looked: %v, %v", tags, posts)
		}
		if _, err := h.RuleTag(ctx, mona, "spam", func(r *social.TagRule) { r.Trend = social.Rejected }); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ReviewPost(ctx, mona, h.posts[0], social.Rejected); err != nil {
			t.Fatal(err)
		}
		if tags, posts := h.trends(t); !slices.Equal(tags, []string{"bread"}) || !slices.Equal(posts, h.posts[1:]) {
			t.Errorf("after two were rejected: %v, %v", tags, posts)
		}
		all, _, err := h.PostsToReview(ctx, mona, 0, 10)
		if err != nil || len(all) != 2 {
			t.Errorf("moderators see all of them: %v, %v", all, err)
		}
		h.first(t, true)
		if tags, posts := h.trends(t); len(tags)+len(posts) != 0 {
			t.Errorf("nothing was approved, and trends are %v, %v", tags, posts)
		}
		if _, err := h.ReviewPost(ctx, mona, h.posts[1], social.Approved); err != nil {
			t.Fatal(err)
		}
		if _, err := h.RuleTag(ctx, mona, "bread", func(r *social.TagRule) { r.Trend = social.Approved }); err != nil {
			t.Fatal(err)
		}
		if tags, posts := h.trends(t); !slices.Equal(tags, []string{"bread"}) || !slices.Equal(posts, h.posts[1:]) {
			t.Errorf("after two were approved: %v, %v", tags, posts)
		}
	})
}

// A tag that is not usable has no page and is not found; one that is not
// listed is not found.
func TestTagRulesHold(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h *house) {
		finds := func() (out []string) {
			r, err := search.New(h.store, h.view, "plaza.example").Search(ctx, social.Anyone, search.Query{Text: "#spa", Kind: search.Tags, Page: social.Page{Limit: 5}})
			if err != nil {
				t.Fatal(err)
			}
			for _, tag := range r.Tags {
				out = append(out, tag.Tag)
			}
			return out
		}
		page := func() int {
			s, err := timelines.New(h.store, h.view).Tag(ctx, social.Anyone, social.TagQuery{Any: []string{"spam"}}, social.Page{Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			return len(s.Items)
		}
		if len(finds()) != 1 || page() != 2 {
			t.Fatalf("before: found %v, %d posts", finds(), page())
		}
		rule := func(change func(*social.TagRule)) {
			t.Helper()
			if _, err := h.RuleTag(ctx, mona, "spam", change); err != nil {
				t.Fatal(err)
			}
		}
		rule(func(r *social.TagRule) { r.Unlisted = true })
		if len(finds()) != 0 || page() != 2 {
			t.Errorf("not listed: found %v, %d posts", finds(), page())
		}
		rule(func(r *social.TagRule) { r.Unlisted, r.Unusable = false, true })
		if tags, _ := h.trends(t); len(finds()) != 0 || page() != 0 || slices.Contains(tags, "spam") {
			t.Errorf("not usable: found %v, %d posts, trends %v", finds(), page(), tags)
		}
		rule(func(r *social.TagRule) { r.Unusable, r.Name = false, "SPAM" })
		if s, err := h.TagState(ctx, mona, "spam"); err != nil || s.Rule.Name != "SPAM" || page() != 2 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestReviewing(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h *house) {
		member := social.Actor{Account: ada, Standing: social.Good, Role: social.Member}
		nothing := func(*social.TagRule) {}
		for name, tt := range map[string]struct {
			err  error
			want errs.Kind
		}{
			"a member rules":         {second(h.RuleTag(ctx, member, "bread", nothing)), errs.Forbidden},
			"a member reviews":       {second(h.ReviewPost(ctx, member, h.posts[0], social.Rejected)), errs.Forbidden},
			"a member looks":         {third(h.PostsToReview(ctx, member, 0, 1)), errs.Forbidden},
			"a tag that is not":      {second(h.RuleTag(ctx, mona, "nowhere", nothing)), errs.NotFound},
			"a post that is not":     {second(h.ReviewPost(ctx, mona, 1, social.Rejected)), errs.NotFound},
			"a link that is not":     {h.ReviewLink(ctx, mona, 1, social.Rejected), errs.NotFound},
			"no name of a publisher": {second(h.ReviewPublisher(ctx, mona, "no host", social.Rejected)), errs.NotFound},
		} {
			if tt.err == nil || errs.KindOf(tt.err) != tt.want {
				t.Errorf("%s: %v, want %v", name, tt.err, tt.want)
			}
		}
		if _, err := h.ReviewPublisher(ctx, mona, "News.example", social.Approved); err != nil {
			t.Fatal(err)
		}
		if all, err := h.Publishers(ctx, mona); err != nil || len(all) != 1 || all[0].Host != "news.example" {
			t.Errorf("%+v, %v", all, err)
		}
		var keys []string
		for before := ""; ; {
			page, err := h.AllTags(ctx, mona, before, "", 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			before = page[0].Tag
			keys = append(keys, before)
		}
		if back, err := h.AllTags(ctx, mona, "", "bread", 1); err != nil || len(back) != 1 || back[0].Tag != "spam" {
			t.Errorf("back from the first: %v, %v", back, err)
		}
		if !slices.Equal(keys, []string{"spam", "bread"}) {
			t.Errorf("all tags: %v", keys)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }
