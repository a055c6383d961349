package posts_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// timed is each with a clock that moves.
func timed(t *testing.T, fn func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		people(t, s)
		fn(t.Context(), t, s, posts.New(s, posts.Config{MaxText: social.MaxText, HandleHost: "plaza.example"}), c)
	})
}

func say(t *testing.T, svc *posts.Service, by social.AccountID, text string, v social.Visibility) social.Post {
	t.Helper()
	p, err := svc.Publish(t.Context(), as(by), social.Draft{Text: text, Visibility: v})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// facts counts what has been recorded, by kind.
func facts(t *testing.T, s *store.Store) map[string]int {
	t.Helper()
	n := map[string]int{}
	if err := s.Read(t.Context(), func(v *store.View) error {
		rs, err := v.Facts(t.Context(), event.Pos{}, 1000)
		for _, r := range rs {
			n[r.Fact.Kind()]++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func marks(t *testing.T, s *store.Store, who social.AccountID, which social.PostID) social.Marks {
	t.Helper()
	var m map[social.PostID]social.Marks
	if err := s.Read(t.Context(), func(v *store.View) (err error) {
		m, err = v.Marks(t.Context(), who, []social.PostID{which})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m[which]
}

// findable is the posts that mention who, and those with a tag.
func findable(t *testing.T, s *store.Store, who social.AccountID, tag string) (mentioning, tagged []social.PostID) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) (err error) {
		if mentioning, err = v.DirectPosts(t.Context(), who, social.Page{Limit: 9}); err != nil {
			return err
		}
		tagged, err = v.TaggedPosts(t.Context(), social.TagQuery{Any: []string{tag}}, social.Page{Limit: 9})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return mentioning, tagged
}

func TestEditReplacesWhatAPostSaysAndRefersTo(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		was := say(t, svc, ada, "@ben look #old", social.Public)
		c.Pass(time.Minute)
		got, err := svc.Edit(ctx, as(ada), was.ID, social.Draft{Text: "@cleo @nobody #new", Warning: "new", Language: "en", Visibility: social.Direct})
		if err != nil {
			t.Fatal(err)
		}
		stored, err := read(t, s, was.ID)
		if err != nil {
			t.Fatal(err)
		}
		for from, p := range map[string]social.Post{"answered": got, "stored": stored} {
			if p.Text != "@cleo @nobody #new" || p.Warning != "new" || !p.Sensitive || p.Language != "en" || p.Visibility != social.Public {
				t.Errorf("%s: %+v", from, p)
			}
			if !p.EditedAt.Equal(storetest.Noon.Add(time.Minute)) || !p.At.Equal(storetest.Noon) || p.Thread != was.ID {
				t.Errorf("%s: written %v, edited %v, in thread %d", from, p.At, p.EditedAt, p.Thread)
			}
			if len(p.Mentions) != 1 || p.Mentions[0].Account != cleo || !slices.Equal(p.Tags, []string{"new"}) {
				t.Errorf("%s: mentions %v, tags %v; want cleo and new", from, p.Mentions, p.Tags)
			}
		}
		for tag, want := range map[string][]social.PostID{"old": nil, "new": {was.ID}} {
			if _, tagged := findable(t, s, ben, tag); !slices.Equal(tagged, want) {
				t.Errorf("tagged %s: %v, want %v", tag, tagged, want)
			}
		}
		if n := facts(t, s)["post.edited"]; n != 1 {
			t.Errorf("%d edits told of, want 1", n)
		}
	})
}

// Who is not mentioned any more no longer has the message, and who is has it.
func TestEditOfAMessageChangesWhoHasIt(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := say(t, svc, ben, "@ada psst", social.Direct)
		if _, err := svc.Edit(ctx, as(ben), p.ID, social.Draft{Text: "@cleo psst"}); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[social.AccountID][]social.PostID{ada: nil, cleo: {p.ID}, ben: {p.ID}} {
			if got, _ := findable(t, s, who, "x"); !slices.Equal(got, want) {
				t.Errorf("%d has %v, want %v", who, got, want)
			}
			if _, err := svc.History(ctx, as(who), p.ID); (err == nil) != (want != nil) {
				t.Errorf("%d asks for its history: %v", who, err)
			}
		}
	})
}

func TestHistory(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := say(t, svc, ada, "one @ben", social.Public)
		for _, d := range []social.Draft{{Text: "two", Warning: "careful"}, {Text: "three", Sensitive: true}} {
			c.Pass(time.Hour)
			if _, err := svc.Edit(ctx, as(ada), p.ID, d); err != nil {
				t.Fatal(err)
			}
		}
		got, err := svc.History(ctx, social.Anyone, p.ID)
		if err != nil || len(got) != 3 {
			t.Fatalf("%d versions, %v; want 3", len(got), err)
		}
		for i, want := range []social.Edit{
			{At: storetest.Noon, Text: "one @ben", Mentions: []social.Mention{{Account: ben, Username: "Ben"}}},
			{At: storetest.Noon.Add(time.Hour), Text: "two", Warning: "careful", Sensitive: true},
			{At: storetest.Noon.Add(2 * time.Hour), Text: "three", Sensitive: true},
		} {
			g := got[i]
			if !g.At.Equal(want.At) || g.Text != want.Text || g.Warning != want.Warning || g.Sensitive != want.Sensitive || !slices.Equal(g.Mentions, want.Mentions) {
				t.Errorf("version %d = %+v, want %+v", i, g, want)
			}
		}
		if got, err := svc.History(ctx, as(cleo), p.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("by the blocked: %d versions, %v; want NotFound", len(got), err)
		}
	})
}

func TestEditThatChangesNothingLeavesNoTrace(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		d := social.Draft{Text: "same", Warning: "w", Language: "en", Visibility: social.Public}
		p, err := svc.Publish(ctx, as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		c.Pass(time.Minute)
		d.Sensitive = true // the warning made it so already
		got, err := svc.Edit(ctx, as(ada), p.ID, d)
		if err != nil || !got.EditedAt.IsZero() || got.ID != p.ID {
			t.Errorf("%+v, %v; want the post as it was", got, err)
		}
		if all, err := svc.History(ctx, as(ada), p.ID); err != nil || len(all) != 1 {
			t.Errorf("%d versions, %v; want 1", len(all), err)
		}
		if n := facts(t, s)["post.edited"]; n != 0 {
			t.Errorf("%d edits told of, want none", n)
		}
	})
}

func TestEditRefuses(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		boost, err := svc.Boost(ctx, as(ben), p.ID, social.Public)
		if err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			by    social.Actor
			which social.PostID
			text  string
			want  errs.Kind
		}{
			"somebody else's": {as(ben), p.ID, "x", errs.NotFound},
			"nobody's":        {as(ada), 99, "x", errs.NotFound},
			"a boost":         {as(ben), boost.ID, "x", errs.Invalid},
			"blank":           {as(ada), p.ID, " ", errs.Invalid},
			"not signed in":   {social.Anyone, p.ID, "x", errs.Unauthenticated},
			"suspended":       {social.Actor{Account: ada, Standing: social.Suspended}, p.ID, "x", errs.Forbidden},
		} {
			if _, err := svc.Edit(ctx, tt.by, tt.which, social.Draft{Text: tt.text}); errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v, want kind %v", name, err, tt.want)
			}
		}
		if got, _ := read(t, s, p.ID); got.Text != "hello" || !got.EditedAt.IsZero() {
			t.Errorf("after all that it says %q", got.Text)
		}
	})
}

func TestWhatNoTextHoldsIsLeftOut(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		d := social.Draft{Text: "a\x00b\r\n\xff @ben", Warning: "w\x00", Language: "e\x00n", Key: "k\x00", Visibility: social.Public}
		p, err := svc.Publish(ctx, as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Edit(ctx, as(ada), p.ID, d); err != nil {
			t.Error(err)
		}
		got, err := read(t, s, p.ID)
		if err != nil || got.Text != "ab\n\uFFFD @ben" || got.Warning != "w" || got.Language != "en" || !got.EditedAt.IsZero() || len(got.Mentions) != 1 {
			t.Errorf("kept as %+v, %v", got, err)
		}
		if _, err := svc.Publish(ctx, as(ada), social.Draft{Text: "\x00\x01 ", Visibility: social.Public}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("nothing else: %v, want Invalid", err)
		}
	})
}

func TestUnboost(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		for name, pick := range map[string]func(boost social.PostID) social.PostID{
			"by the post":  func(social.PostID) social.PostID { return p.ID },
			"by the boost": func(b social.PostID) social.PostID { return b },
		} {
			boost, err := svc.Boost(ctx, as(ben), p.ID, social.Public)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := read(t, s, p.ID); got.Boosts != 1 || !marks(t, s, ben, p.ID).Has(social.Boosted) {
				t.Errorf("%s: %d boosts, want 1", name, got.Boosts)
			}
			if of, err := svc.Unboost(ctx, as(ben), pick(boost.ID)); err != nil || of != p.ID {
				t.Errorf("%s: %d, %v; want %d", name, of, err, p.ID)
			}
			if _, err := read(t, s, boost.ID); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: the boost after: %v, want NotFound", name, err)
			}
			if got, _ := read(t, s, p.ID); got.Boosts != 0 || marks(t, s, ben, p.ID) != 0 {
				t.Errorf("%s: %d boosts, want none", name, got.Boosts)
			}
		}
		if of, err := svc.Unboost(ctx, as(ben), p.ID); err != nil || of != p.ID {
			t.Errorf("what one has not boosted: %d, %v; want %d", of, err, p.ID)
		}
		if n := facts(t, s)["post.deleted"]; n != 2 {
			t.Errorf("%d ends told of, want 2", n)
		}
	})
}

func TestMarkOnceAndBack(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		boost, err := svc.Boost(ctx, as(ben), p.ID, social.Public)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []social.Marks{social.Liked, social.Bookmarked} {
			told := facts(t, s)["post.marked"]
			for _, which := range []social.PostID{p.ID, boost.ID} { // the second time through the boost
				if of, err := svc.Mark(ctx, as(ben), which, mark, true); err != nil || of != p.ID {
					t.Errorf("mark %d: %d, %v; want %d", mark, of, err, p.ID)
				}
			}
			likes := map[social.Marks]int{social.Liked: 1}[mark]
			if got, _ := read(t, s, p.ID); !marks(t, s, ben, p.ID).Has(mark) || marks(t, s, ada, p.ID) != 0 || got.Likes != likes {
				t.Errorf("mark %d: ben has %b, the post %d likes", mark, marks(t, s, ben, p.ID), got.Likes)
			}
			for range 2 {
				if _, err := svc.Mark(ctx, as(ben), p.ID, mark, false); err != nil {
					t.Error(err)
				}
			}
			if got, _ := read(t, s, p.ID); marks(t, s, ben, p.ID).Has(mark) || got.Likes != 0 {
				t.Errorf("mark %d taken back: ben has %b, the post %d likes", mark, marks(t, s, ben, p.ID), got.Likes)
			}
			if n := facts(t, s)["post.marked"] - told; n != 2 {
				t.Errorf("mark %d: told %d times, want 2", mark, n)
			}
		}
	})
}

func TestMarkRefuses(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		open, hidden := say(t, svc, ada, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		letter, boost := say(t, svc, ada, "@ben psst", social.Direct), social.Post{}
		var err error
		if boost, err = svc.Boost(ctx, as(ada), open.ID, social.Public); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			by    social.Actor
			which social.PostID
			mark  social.Marks
			want  errs.Kind
		}{
			"like what one cannot see":     {as(cleo), open.ID, social.Liked, errs.NotFound},
			"bookmark what one cannot see": {as(cleo), hidden.ID, social.Bookmarked, errs.NotFound},
			"mute what one cannot see":     {as(cleo), hidden.ID, social.MutedThread, errs.NotFound},
			"like nothing":                 {as(ada), 99, social.Liked, errs.NotFound},
			"not signed in":                {social.Anyone, open.ID, social.Liked, errs.Unauthenticated},
			"pin somebody else's":          {as(ben), open.ID, social.Pinned, errs.Invalid},
			"pin a boost":                  {as(ada), boost.ID, social.Pinned, errs.Invalid},
			"pin a message":                {as(ada), letter.ID, social.Pinned, errs.Invalid},
			"pin what one cannot see":      {as(cleo), open.ID, social.Pinned, errs.NotFound},
		} {
			if _, err := svc.Mark(ctx, tt.by, tt.which, tt.mark, true); errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v, want kind %v", name, err, tt.want)
			}
		}
		if n := facts(t, s)["post.marked"]; n != 0 {
			t.Errorf("%d marks told of, want none", n)
		}
	})
}

// One may let go of what one can no longer see.
func TestUnmarkWhatIsHiddenNow(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		if _, err := svc.Mark(ctx, as(ben), p.ID, social.Liked, true); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.AddBlock(ctx, ada, ben) }); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Mark(ctx, as(ben), p.ID, social.Liked, false); err != nil {
			t.Error(err)
		}
		if got, _ := read(t, s, p.ID); got.Likes != 0 {
			t.Errorf("%d likes, want none", got.Likes)
		}
	})
}

func TestPins(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		var all []social.Post
		for i := range social.MaxPins + 1 {
			v := []social.Visibility{social.Public, social.Unlisted, social.Followers}[i%3]
			all = append(all, say(t, svc, ada, fmt.Sprint("post ", i), v))
		}
		pin := func(p social.Post, on bool) error {
			_, err := svc.Mark(ctx, as(ada), p.ID, social.Pinned, on)
			return err
		}
		last := all[social.MaxPins]
		for _, p := range all[:social.MaxPins] {
			if err := pin(p, true); err != nil {
				t.Fatalf("%s: %v", p.Visibility, err)
			}
		}
		if err := pin(all[0], true); err != nil {
			t.Errorf("again, with all places taken: %v", err)
		}
		if err := pin(last, true); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one too many: %v, want Invalid", err)
		}
		if err := pin(all[0], false); err != nil {
			t.Error(err)
		}
		if err := pin(last, true); err != nil || !marks(t, s, ada, last.ID).Has(social.Pinned) {
			t.Errorf("in the place that became free: %v", err)
		}
	})
}

func TestMuteThread(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		p := say(t, svc, ada, "hello", social.Public)
		re, err := svc.Publish(ctx, as(ben), social.Draft{Text: "yes", Visibility: social.Public, ReplyTo: p.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range []bool{true, true, false, false} {
			if of, err := svc.Mark(ctx, as(ada), re.ID, social.MutedThread, on); err != nil || of != re.ID {
				t.Errorf("on %v: %d, %v", on, of, err)
			}
			for _, which := range []social.PostID{p.ID, re.ID} {
				if got := marks(t, s, ada, which).Has(social.MutedThread); got != on {
					t.Errorf("%d muted: %v, want %v", which, got, on)
				}
			}
			if marks(t, s, ben, p.ID).Has(social.MutedThread) {
				t.Error("it is muted for ben too")
			}
		}
	})
}

func TestKeyIsForgottenAfterAnHour(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		d := social.Draft{Text: "once", Visibility: social.Public, Key: "k"}
		var ids []social.PostID
		for _, wait := range []time.Duration{0, time.Hour, time.Millisecond, time.Hour} {
			c.Pass(wait)
			p, err := svc.Publish(ctx, as(ada), d)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, p.ID)
		}
		if ids[0] != ids[1] || ids[1] == ids[2] || ids[2] != ids[3] {
			t.Errorf("at 0, 60, just after and 120 minutes: %d; want two posts, each twice", ids)
		}
	})
}

// A key whose post was deleted is free again.
func TestKeyGoesWithItsPost(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		d := social.Draft{Text: "once", Visibility: social.Public, Key: "k"}
		a, err := svc.Publish(ctx, as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Delete(ctx, as(ada), a.ID); err != nil {
			t.Fatal(err)
		}
		if b, err := svc.Publish(ctx, as(ada), d); err != nil || b.ID == a.ID {
			t.Errorf("%d, %v; want another post than %d", b.ID, err, a.ID)
		}
	})
}
