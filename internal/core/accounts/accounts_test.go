package accounts_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	ada, ben, lo = 1, 2, 3
	base         = "https://plaza.example"
)

func as(id social.AccountID) social.Actor { return social.Actor{Account: id, Standing: social.Good} }

// shelf is where pictures would be.
type shelf struct{ removed []string }

func (s *shelf) Remove(name string) error {
	s.removed = append(s.removed, name)
	return nil
}

func write(t *testing.T, s *store.Store, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, s *store.Store, fn func(ctx context.Context, v *store.View) (T, error)) (out T) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) (err error) {
		out, err = fn(t.Context(), v)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func people(t *testing.T, s *store.Store) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		for i, name := range []string{"ada", "ben", "lo"} {
			if err := tx.AddAccount(ctx, social.Account{ID: social.AccountID(i + 1), Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
}

func facts(t *testing.T, s *store.Store) (out []event.Fact) {
	t.Helper()
	settle(t, s)
	for _, r := range read(t, s, func(ctx context.Context, v *store.View) ([]event.Record, error) {
		return v.Facts(ctx, event.Pos{}, 10_000)
	}) {
		if _, mark := r.Fact.(event.NoticeMade); !mark {
			out = append(out, r.Fact)
		}
	}
	return out
}

// settle returns when every watcher has been told of all that was recorded.
// On PostgreSQL a transaction of somebody else's can hold that up.
func settle(t *testing.T, s *store.Store) {
	t.Helper()
	mark, seen := event.NoticeMade{Notice: social.NoticeID(id.New(s.Now()))}, make(chan bool)
	s.Watch(func(_ context.Context, rs []event.Record) {
		for _, r := range rs {
			if r.Fact == mark {
				close(seen)
			}
		}
	})
	if err := s.Write(t.Context(), func(tx *store.Tx) error { tx.Record(mark); return nil }); err != nil {
		t.Fatal(err)
	}
	<-seen
}

func drain(t *testing.T, s *store.Store, w work.Worker) (n int) {
	t.Helper()
	for {
		k, err := work.Once(t.Context(), s, w)
		if err != nil {
			t.Fatal(err)
		}
		if k == 0 {
			return n
		}
		n += k
	}
}

func TestSetProfile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s)
		pictures := &shelf{}
		svc := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, pictures)
		text := func(s string) *string { return &s }
		yes := true
		a, err := svc.SetProfile(t.Context(), as(ada), social.Profile{DisplayName: text(" Ada\n L. "), Bio: text("One\x00\nTwo\xff"), Avatar: text("a1"),
			Locked: &yes, Fields: &[]social.Field{{Name: "Site", Value: "https://ada.example"}, {}}})
		if err != nil {
			t.Fatal(err)
		}
		kept := read(t, s, func(ctx context.Context, v *store.View) (social.Account, error) { return v.Account(ctx, ada) })
		for what, a := range map[string]social.Account{"returned": a, "kept": kept} {
			if a.DisplayName != "Ada L." || a.Bio != "One\nTwo\uFFFD" || a.Avatar != "a1" || !a.Locked || len(a.Fields) != 1 || !a.ChangedAt.Equal(storetest.Noon) {
				t.Errorf("%s: %+v", what, a)
			}
		}
		if fs := facts(t, s); len(fs) != 1 || fs[0] != (event.ProfileChanged{Account: ada}) {
			t.Errorf("facts: %+v", fs)
		}
		if _, err := svc.SetProfile(t.Context(), as(ada), social.Profile{Avatar: text("a2"), Header: text("h1")}); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.SetProfile(t.Context(), as(ada), social.Profile{Header: text("")}); err != nil {
			t.Fatal(err)
		}
		kept = read(t, s, func(ctx context.Context, v *store.View) (social.Account, error) { return v.Account(ctx, ada) })
		if kept.DisplayName != "Ada L." || kept.Avatar != "a2" || kept.Header != "" {
			t.Errorf("later: %+v", kept)
		}
		drain(t, s, svc.PictureWorker())
		if slices.Sort(pictures.removed); !slices.Equal(pictures.removed, []string{"a1", "h1"}) {
			t.Errorf("removed %q, want a1 and h1", pictures.removed)
		}
	})
}

func TestSetProfileRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		people(t, s)
		svc := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, &shelf{})
		long := strings.Repeat("ä", social.MaxDisplayName+1)
		for name, tt := range map[string]struct {
			by   social.Actor
			p    social.Profile
			want errs.Kind
		}{
			"too long":  {as(ada), social.Profile{DisplayName: &long}, errs.Invalid},
			"anyone":    {social.Anyone, social.Profile{}, errs.Unauthenticated},
			"suspended": {social.Actor{Account: ada, Standing: social.Suspended}, social.Profile{}, errs.Forbidden},
			"pending":   {social.Actor{Account: ada, Standing: social.Pending}, social.Profile{}, errs.Forbidden},
			"nobody":    {as(99), social.Profile{}, errs.NotFound},
		} {
			if _, err := svc.SetProfile(t.Context(), tt.by, tt.p); errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v, want kind %d", name, err, tt.want)
			}
		}
		if fs := facts(t, s); len(fs) != 0 {
			t.Errorf("recorded %+v", fs)
		}
	})
}

// town is more than one step of everything that ada leaves behind.
func town(t *testing.T, s *store.Store) (parent, liked social.PostID) {
	t.Helper()
	people(t, s)
	last := social.PostID(1000)
	post := func(ctx context.Context, tx *store.Tx, p social.Post) (social.PostID, error) {
		last++
		p.ID, p.Visibility, p.At = last, social.Public, tx.Now
		if err := tx.AddPost(ctx, p); err != nil {
			return 0, err
		}
		for _, err := range []error{tx.CountPost(ctx, p.Author, 1, p.At), tx.CountReply(ctx, p.ReplyTo, 1), tx.CountBoost(ctx, p.BoostOf, 1)} {
			if err != nil {
				return 0, err
			}
		}
		return p.ID, nil
	}
	write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		if parent, err = post(ctx, tx, social.Post{Author: ben, Text: "parent"}); err != nil {
			return err
		}
		if liked, err = post(ctx, tx, social.Post{Author: ben, Text: "liked"}); err != nil {
			return err
		}
		if _, err := post(ctx, tx, social.Post{Author: ada, BoostOf: parent, BoostAuthor: ben}); err != nil {
			return err
		}
		if _, err := post(ctx, tx, social.Post{Author: ada, Text: "reply", ReplyTo: parent, ReplyAuthor: ben}); err != nil {
			return err
		}
		for i := range 230 {
			mine, err := post(ctx, tx, social.Post{Author: ada, Text: "x @lo #tag", Tags: []string{"tag"}, Mentions: []social.Mention{{Account: lo, Username: "lo"}}})
			if err != nil {
				return err
			}
			if i < 150 {
				if _, err := post(ctx, tx, social.Post{Author: ben, BoostOf: mine, BoostAuthor: ada}); err != nil {
					return err
				}
			}
		}
		for _, who := range []social.AccountID{ada, lo} {
			if _, err := tx.AddMark(ctx, social.Liked, who, liked); err != nil {
				return err
			}
			if err := tx.CountLike(ctx, liked, 1); err != nil {
				return err
			}
			if _, err := tx.AddMark(ctx, social.VotedDown, who, parent); err != nil {
				return err
			}
			if err := tx.CountDown(ctx, parent, 1); err != nil {
				return err
			}
			if _, _, err := tx.React(ctx, who, liked, "🎉"); err != nil {
				return err
			}
		}
		if _, _, err := tx.React(ctx, ada, liked, "🔥"); err != nil {
			return err
		}
		for _, pair := range [][2]social.AccountID{{ada, ben}, {ben, ada}, {lo, ben}} {
			if err := tx.AddFollow(ctx, social.Follow{Owner: pair[0], Target: pair[1]}, true); err != nil {
				return err
			}
			if err := tx.CountFollow(ctx, pair[0], pair[1], 1); err != nil {
				return err
			}
		}
		if err := tx.AddFollow(ctx, social.Follow{Owner: lo, Target: ada}, false); err != nil {
			return err
		}
		return tx.LeaveAccount(ctx, ada)
	})
	return parent, liked
}

func TestDeleteAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		parent, liked := town(t, s)
		svc := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, &shelf{})
		if n := drain(t, s, svc.Worker()); n != 1 {
			t.Fatalf("%d jobs, want one", n)
		}
		checkGone(t, s, parent, liked)
		count := map[string]int{}
		for _, f := range facts(t, s) {
			count[f.Kind()]++
		}
		want := map[string]int{"post.deleted": 382, "post.marked": 2, "post.reacted": 2, "follow.ended": 3, "account.left": 1, "account.deleted": 1}
		if fmt.Sprint(count) != fmt.Sprint(want) {
			t.Errorf("recorded %v, want %v", count, want)
		}
	})
}

func checkGone(t *testing.T, s *store.Store, parent, liked social.PostID) {
	t.Helper()
	ctx := t.Context()
	if err := s.Read(ctx, func(v *store.View) error {
		if _, err := v.Account(ctx, ada); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the account: %v, want NotFound", err)
		}
		left, err := v.PostsBy(ctx, []social.AccountID{ada, ben}, social.Page{Limit: 999})
		if err != nil || len(left) != 2 {
			t.Errorf("%d posts are left, %v; want ben's two", len(left), err)
		}
		for _, p := range left {
			one, downs := map[social.PostID]int{liked: 1}[p.ID], map[social.PostID]int{parent: 1}[p.ID]
			if p.Replies != 0 || p.Boosts != 0 || p.Likes != one || p.Kinds != one || p.Downs != downs {
				t.Errorf("%s: %d replies, %d boosts, %d likes, %d reactions, %d votes against; want 0, 0, %d, %d, %d", p.Text, p.Replies, p.Boosts, p.Likes, p.Kinds, p.Downs, one, one, downs)
			}
		}
		for who, want := range map[social.AccountID][3]int{ben: {2, 1, 0}, lo: {0, 0, 1}} {
			a, err := v.Account(ctx, who)
			if got := [3]int{a.Posts, a.Followers, a.Following}; err != nil || got != want {
				t.Errorf("%s: posts, followers, following %v, %v; want %v", a.Username, got, err, want)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// A host may die between any two steps: what is left is done by the next one.
func TestDeleteAccountGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		parent, liked := town(t, s)
		svc := accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, &shelf{})
		for _, step := range []func(context.Context, *store.Tx, social.AccountID) (bool, error){accounts.Posts, accounts.Likes} {
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				_, err := step(ctx, tx, ada)
				return err
			})
		}
		a := read(t, s, func(ctx context.Context, v *store.View) (social.Account, error) { return v.Account(ctx, ada) })
		if a.Posts == 0 || a.Posts >= 232 {
			t.Errorf("%d posts are left, want some", a.Posts)
		}
		drain(t, s, svc.Worker())
		checkGone(t, s, parent, liked)
		if err := svc.Worker().Do(t.Context(), []byte("1")); err != nil {
			t.Errorf("once more: %v", err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := svc.Worker().Do(stopped, []byte("1")); err == nil {
			t.Error("it goes on when it is to stop")
		}
	})
}
