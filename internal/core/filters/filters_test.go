package filters_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var (
	ada = social.Actor{Account: 1, Standing: social.Good}
	ben = social.Actor{Account: 2, Standing: social.Good}
)

func join(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		for _, id := range []social.AccountID{1, 2} {
			if err := tx.AddAccount(t.Context(), social.Account{ID: id, Username: fmt.Sprint("u", id), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func p[T any](v T) *T { return &v }

// change is one of a filter with keywords.
func change(title string, keywords ...string) filters.Change {
	c := filters.Change{Title: &title, Contexts: &[]social.FilterContext{social.FilterHome, social.FilterHome}}
	for _, k := range keywords {
		c.Keywords = append(c.Keywords, filters.KeywordChange{Words: &k})
	}
	return c
}

func words(f social.Filter) (out []string) {
	for _, k := range f.Keywords {
		out = append(out, k.Words)
	}
	return out
}

func TestFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		join(t, s)
		ctx, svc := t.Context(), filters.New(s)
		f, err := svc.Add(ctx, ada, change("Series", "spoiler", "finale"))
		if err != nil || f.Action != social.FilterWarn || len(f.Contexts) != 1 {
			t.Fatal(f, err)
		}
		c := filters.Change{Action: p(social.FilterHide), Lasts: p(time.Hour), Keywords: []filters.KeywordChange{
			{ID: f.Keywords[0].ID, Whole: p(true)}, {ID: f.Keywords[1].ID, Remove: true}, {Words: p("ending")}, {Words: p("no"), Remove: true}}}
		if _, err := svc.Change(ctx, ada, filters.ByID(f.ID), c); err != nil {
			t.Fatal(err)
		}
		got, err := svc.Get(ctx, ada, filters.ByKeyword(f.Keywords[0].ID))
		if err != nil || got.Title != "Series" || got.Action != social.FilterHide || !got.Until.Equal(storetest.Noon.Add(time.Hour)) ||
			!slices.Equal(words(got), []string{"spoiler", "ending"}) || !got.Keywords[0].Whole || got.Keywords[1].Whole {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err = svc.Change(ctx, ada, filters.ByID(f.ID), filters.Change{Lasts: p(time.Duration(0))}); err != nil || !got.Until.IsZero() {
			t.Errorf("for good: %v, %v", got.Until, err)
		}
		for what, err := range map[string]error{
			"another's":          second(svc.Change(ctx, ben, filters.ByID(f.ID), filters.Change{Title: p("Mine")})),
			"another's keyword":  second(svc.Change(ctx, ben, filters.ByKeyword(f.Keywords[0].ID), filters.Change{})),
			"no such keyword":    second(svc.Change(ctx, ada, filters.ByID(f.ID), filters.Change{Keywords: []filters.KeywordChange{{ID: 9, Remove: true}}})),
			"removing another's": svc.Remove(ctx, ben, filters.ByID(f.ID)),
			"an old one":         svc.RemoveOld(ctx, ben, f.Keywords[0].ID),
		} {
			if errs.KindOf(err) != errs.NotFound || err == nil {
				t.Errorf("%s: %v, want NotFound", what, err)
			}
		}
		if _, err := svc.ChangeOld(ctx, ada, filters.ByKeyword(f.Keywords[0].ID), filters.Change{Action: p(social.FilterBlur)}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("what holds for two keywords was changed by one: %v", err)
		}
		if err := svc.RemoveOld(ctx, ada, f.Keywords[0].ID); err != nil {
			t.Error(err)
		}
		if all, err := svc.All(ctx, ada); err != nil || len(all) != 1 || !slices.Equal(words(all[0]), []string{"ending"}) {
			t.Errorf("after one of two: %+v, %v", all, err)
		} else if err := svc.RemoveOld(ctx, ada, all[0].Keywords[0].ID); err != nil {
			t.Error(err)
		}
		if all, err := svc.All(ctx, ada); err != nil || len(all) != 0 {
			t.Errorf("a filter with nothing in it is left: %+v, %v", all, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestLimits(t *testing.T) {
	s := storetest.SQLite(t)
	join(t, s)
	ctx, svc := t.Context(), filters.New(s)
	long := func(n int) string { return strings.Repeat("é", n) }
	for _, tt := range []struct {
		what string
		c    filters.Change
		ok   bool
	}{
		{"no title", change(" "), false},
		{"the longest title", change(long(social.MaxFilterTitle)), true},
		{"a longer one", change(long(social.MaxFilterTitle + 1)), false},
		{"the longest keyword", change("a", long(social.MaxFilterKeyword)), true},
		{"a longer keyword", change("a", long(social.MaxFilterKeyword+1)), false},
		{"a blank keyword", change("a", " \n"), false},
		{"no context", filters.Change{Title: p("a")}, false},
		{"an unknown context", filters.Change{Title: p("a"), Contexts: &[]social.FilterContext{"kitchen"}}, false},
		{"an unknown action", filters.Change{Title: p("a"), Contexts: &[]social.FilterContext{"home"}, Action: p(social.FilterAction("burn"))}, false},
	} {
		if _, err := svc.Add(ctx, ada, tt.c); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", tt.what, err, tt.ok)
		}
	}
	f, err := svc.Add(ctx, ben, change("many"))
	if err != nil {
		t.Fatal(err)
	}
	many := filters.Change{}
	for i := range social.MaxFilterKeywords {
		many.Keywords = append(many.Keywords, filters.KeywordChange{Words: p(fmt.Sprint("word", i))})
	}
	if _, err := svc.Change(ctx, ben, filters.ByID(f.ID), many); err != nil {
		t.Errorf("as many keywords as may be: %v", err)
	}
	if _, err := svc.Add(ctx, ben, change("one more", "word")); errs.KindOf(err) != errs.Invalid {
		t.Errorf("one more keyword: %v", err)
	}
	for i := 1; i <= social.MaxFilters; i++ {
		if _, err := svc.Add(ctx, ben, change("another")); (err == nil) != (i < social.MaxFilters) {
			t.Errorf("filter %d: %v", i+1, err)
		}
	}
}

// TestShown holds filters against what is shown, while both change.
func TestShown(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		join(t, s)
		ctx, svc, v := t.Context(), filters.New(s), view.New(s, view.Config{})
		s.Watch(v.Watch)
		say := posts.New(s, posts.Config{MaxText: 500})
		post, err := say.Publish(ctx, ben, social.Draft{Text: "The bread is a lie", Warning: "Spoiler!", Visibility: social.Public})
		if err != nil {
			t.Fatal(err)
		}
		boost, err := say.Boost(ctx, ada, post.ID, social.Public)
		if err != nil {
			t.Fatal(err)
		}
		hits := func(by social.Actor, id social.PostID) (out []string) {
			t.Helper()
			seen, err := v.Post(ctx, by, id)
			if err != nil {
				t.Fatal(err)
			}
			if seen.Boosted != nil && len(seen.Hits) != len(seen.Boosted.Hits) {
				t.Errorf("a boost meets %v, what it passes on %v", seen.Hits, seen.Boosted.Hits)
			}
			for _, h := range seen.Hits {
				out = append(out, fmt.Sprint(h.Filter.Title, h.Keywords, h.Posts))
			}
			return out
		}
		want := func(what string, got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: meets %q, want %q", what, got, want)
			}
		}
		want("without filters", hits(ada, post.ID))
		f, err := svc.Add(ctx, ada, change("Series", "spoiler", "nothing"))
		if err != nil {
			t.Fatal(err)
		}
		want("its warning", hits(ada, post.ID), "Series[spoiler] []")
		want("passed on", hits(ada, boost.ID), "Series[spoiler] []")
		want("for others", hits(ben, post.ID))
		if _, err := svc.Add(ctx, ben, change("Own", "bread")); err != nil {
			t.Fatal(err)
		}
		want("one's own", hits(ben, post.ID))
		if _, err := say.Edit(ctx, ben, post.ID, social.Draft{Text: "All is well"}); err != nil {
			t.Fatal(err)
		}
		want("edited", hits(ada, post.ID))
		if _, err := svc.AddPost(ctx, ada, filters.ByID(f.ID), post.ID); err != nil {
			t.Fatal(err)
		}
		want("the post itself", hits(ada, boost.ID), fmt.Sprintf("Series[] [%d]", post.ID))
		if _, err := svc.AddPost(ctx, ada, filters.ByID(f.ID), post.ID); errs.KindOf(err) != errs.Invalid {
			t.Errorf("twice: %v", err)
		}
		if _, err := svc.Change(ctx, ada, filters.ByID(f.ID), filters.Change{Lasts: p(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		clock.Pass(time.Hour - 1)
		want("until", hits(ada, post.ID), fmt.Sprintf("Series[] [%d]", post.ID))
		clock.Pass(1)
		want("ended", hits(ada, post.ID))
	})
}
