package announcements_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
)

func as(id social.AccountID) social.Actor {
	return social.Actor{Account: id, Standing: social.Good, Role: social.Member}
}

var admin = social.Actor{Account: 9, Standing: social.Good, Role: social.Admin}

func each(t *testing.T, fn func(ctx context.Context, t *testing.T, s *announcements.Service, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for who, name := range map[social.AccountID]string{ada: "ada", ben: "ben"} {
				if err := tx.AddAccount(ctx, social.Account{ID: who, Username: name, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		fn(ctx, t, announcements.New(s), c)
	})
}

func shown(t *testing.T, s *announcements.Service, who social.AccountID, readToo bool) []announcements.Shown {
	t.Helper()
	all, err := s.Shown(t.Context(), as(who), readToo)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func tell(t *testing.T, s *announcements.Service, a social.Announcement) social.AnnouncementID {
	t.Helper()
	a, err := s.Tell(t.Context(), admin, a)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func TestReading(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *announcements.Service, c *storetest.Clock) {
		if len(shown(t, s, ada, true)) != 0 {
			t.Error("something is announced in a new house")
		}
		first := tell(t, s, social.Announcement{Text: "We move\x07 house."})
		c.Pass(time.Second)
		second := tell(t, s, social.Announcement{Text: "Until tomorrow", EndsAt: c.Now().Add(24 * time.Hour)})
		all := shown(t, s, ada, false)
		if len(all) != 2 || all[0].ID != second || all[1].Text != "We move house." || all[0].Read {
			t.Fatalf("%+v", all)
		}
		for range 2 { // twice is fine
			if err := s.Dismiss(ctx, as(ada), first); err != nil {
				t.Fatal(err)
			}
		}
		if all := shown(t, s, ada, false); len(all) != 1 || all[0].ID != second {
			t.Errorf("unread: %+v", all)
		}
		if all := shown(t, s, ada, true); len(all) != 2 || !all[1].Read {
			t.Errorf("all: %+v", all)
		}
		if len(shown(t, s, ben, false)) != 2 {
			t.Error("ben read nothing, and misses something")
		}
		c.Pass(24 * time.Hour)
		if len(shown(t, s, ben, true)) != 1 {
			t.Error("what is over is shown")
		}
		if err := s.React(ctx, as(ben), second, "👍"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("react to what is over: %v", err)
		}
		if err := s.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(ctx, admin, second); errs.KindOf(err) != errs.NotFound {
			t.Errorf("delete what was tidied away: %v", err)
		}
		if err := s.Delete(ctx, admin, first); err != nil || len(shown(t, s, ben, true)) != 0 {
			t.Errorf("delete: %v", err)
		}
	})
}

func TestReactions(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *announcements.Service, c *storetest.Clock) {
		which := tell(t, s, social.Announcement{Text: "Hello"})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.React(ctx, as(ada), which, "🎉"))
		must(s.React(ctx, as(ada), which, "🎉"))
		c.Pass(time.Second)
		must(s.React(ctx, as(ben), which, "👍"))
		c.Pass(time.Second)
		must(s.React(ctx, as(ben), which, "🎉"))
		want := []social.Reaction{{Name: "🎉", Count: 2, Mine: true}, {Name: "👍", Count: 1}}
		if got := shown(t, s, ada, true)[0].Reactions; !slices.Equal(got, want) {
			t.Errorf("before ada: %v, want %v", got, want)
		}
		must(s.Unreact(ctx, as(ada), which, "🎉"))
		must(s.Unreact(ctx, as(ada), which, "🎉"))
		one, err := s.Get(ctx, which)
		if want := []social.Reaction{{Name: "👍", Count: 1}, {Name: "🎉", Count: 1}}; err != nil || !slices.Equal(one.Reactions, want) {
			t.Errorf("after one was taken back: %v, %v, want %v", one.Reactions, err, want)
		}
		if err := s.React(ctx, as(ada), which, "blobcat"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("no emoji: %v", err)
		}
		for _, name := range []string{"😀", "😃", "😄", "😁", "😆", "😅"} { // with the two there are, all that may be
			must(s.React(ctx, as(ada), which, name))
		}
		if err := s.React(ctx, as(ada), which, "🤣"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one too many: %v", err)
		}
		must(s.React(ctx, as(ada), which, "👍"))
		if err := s.React(ctx, as(ada), 1, "👍"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("to nothing: %v", err)
		}
		if err := s.React(ctx, social.Anyone, which, "👍"); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("by nobody: %v", err)
		}
	})
}

func TestWho(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *announcements.Service, _ *storetest.Clock) {
		mona := social.Actor{Account: ada, Standing: social.Good, Role: social.Moderator}
		if _, err := s.Tell(ctx, mona, social.Announcement{Text: "Hello"}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a moderator announces: %v", err)
		}
		which := tell(t, s, social.Announcement{Text: "Hello"})
		if err := s.Delete(ctx, mona, which); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a moderator deletes: %v", err)
		}
		for range social.MaxAnnouncements - 1 {
			tell(t, s, social.Announcement{Text: "Hello"})
		}
		if _, err := s.Tell(ctx, admin, social.Announcement{Text: "Hello"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one too many: %v", err)
		}
	})
}
