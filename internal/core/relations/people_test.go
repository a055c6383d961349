package relations_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// crowd is twelve accounts with ids as large as real ones, shy among them,
// who hides her follows.
const (
	first social.AccountID = 3_400_000_000_000_000_000
	shy                    = first + 11
	crowd                  = 12
)

func inCrowd(t *testing.T, fn func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range social.AccountID(crowd) {
				a := social.Account{ID: first + i, Username: string(rune('a' + i)), Standing: social.Good, CreatedAt: tx.Now, HideFollows: first+i == shy}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		v := view.New(s, view.Config{})
		s.Watch(v.Watch)
		fn(ctx, t, relations.New(s, v), s, c)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func who(faces []*view.Face) (out []social.AccountID) {
	for _, f := range faces {
		out = append(out, f.ID)
	}
	return out
}

func follow(t *testing.T, svc *relations.Service, c *storetest.Clock, from, to social.AccountID) {
	t.Helper()
	c.Pass(time.Second)
	must(t, svc.Follow(t.Context(), as(from), social.Follow{Target: to}))
}

func TestPeoplePages(t *testing.T) {
	inCrowd(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		want := []social.AccountID{}
		for _, i := range []social.AccountID{3, 1, 7, 5, 9, 2, 8} { // not in the order of their ids
			follow(t, svc, c, first+i, first)
			want = append([]social.AccountID{first + i}, want...)
		}
		var down, up []social.AccountID
		for p := (social.Page{Limit: 3}); ; {
			got, err := svc.People(ctx, social.Anyone, social.EdgesFollowers, first, p)
			must(t, err)
			if p.Before = got.Oldest; p.Before == 0 {
				break
			}
			down = append(down, who(got.Items)...)
		}
		for p := (social.Page{Limit: 3, Oldest: true}); ; {
			got, err := svc.People(ctx, social.Anyone, social.EdgesFollowers, first, p)
			must(t, err)
			if p.After = got.Newest; p.After == 0 {
				break
			}
			up = append(who(got.Items), up...)
		}
		if !slices.Equal(down, want) || !slices.Equal(up, want) {
			t.Errorf("down %v, up %v; want %v", down, up, want)
		}
	})
}

func TestPeople(t *testing.T) {
	inCrowd(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		a, b, d, e := first, first+1, first+3, first+4
		for _, pair := range [][2]social.AccountID{{a, b}, {b, a}, {d, a}, {shy, a}, {a, shy}} {
			follow(t, svc, c, pair[0], pair[1])
		}
		must(t, svc.Block(ctx, as(e), b))
		must(t, svc.Block(ctx, as(a), e))
		must(t, svc.Mute(ctx, as(a), d, false, 0))
		for _, tt := range []struct {
			name string
			by   social.AccountID
			kind social.EdgeKind
			of   social.AccountID
			want []social.AccountID
		}{
			{"anyone", 0, social.EdgesFollowers, a, []social.AccountID{shy, d, b}},
			{"a stranger", d, social.EdgesFollowing, a, []social.AccountID{shy, b}},
			{"the blocked", e, social.EdgesFollowers, a, nil},
			{"of who hides them", a, social.EdgesFollowers, shy, nil},
			{"of who hides them, whom they follow", a, social.EdgesFollowing, shy, nil},
			{"of oneself, hidden", shy, social.EdgesFollowing, shy, []social.AccountID{a}},
			{"one's blocks", a, social.EdgesBlocking, a, []social.AccountID{e}},
			{"somebody else's blocks", b, social.EdgesBlocking, a, nil},
			{"one's mutes", a, social.EdgesMuting, a, []social.AccountID{d}},
			{"somebody else's mutes", d, social.EdgesMuting, a, nil},
			{"somebody else's requests", d, social.EdgesRequests, a, nil},
		} {
			got, err := svc.People(ctx, social.Actor{Account: tt.by, Standing: social.Good}, tt.kind, tt.of, social.Page{Limit: 40})
			if err != nil || !slices.Equal(who(got.Items), tt.want) {
				t.Errorf("%s: %v, %v; want %v", tt.name, who(got.Items), err, tt.want)
			}
		}
		if _, err := svc.People(ctx, as(a), social.EdgesFollowers, 99, social.Page{Limit: 40}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of nobody: %v, want NotFound", err)
		}
		must(t, svc.Block(ctx, as(d), e)) // d follows a: e, who is blocked by d, does not see d there
		must(t, svc.Unblock(ctx, as(a), e))
		if got, err := svc.People(ctx, as(e), social.EdgesFollowers, a, social.Page{Limit: 40}); err != nil || !slices.Equal(who(got.Items), []social.AccountID{shy, b}) {
			t.Errorf("without who blocks one: %v, %v", who(got.Items), err)
		}
	})
}

func TestFamiliar(t *testing.T) {
	inCrowd(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		me, them := first, first+1
		for i := range social.AccountID(5) { // 2 to 6 follow them; I follow 4 to 6
			follow(t, svc, c, first+2+i, them)
		}
		for i := range social.AccountID(4) {
			follow(t, svc, c, me, first+4+i)
		}
		follow(t, svc, c, me, shy)
		follow(t, svc, c, shy, them)
		for name, tt := range map[string]struct {
			by, of social.AccountID
			want   []social.AccountID
		}{
			"common":                     {me, them, []social.AccountID{first + 6, first + 5, first + 4}},
			"nobody in common":           {first + 9, them, nil},
			"for anyone":                 {0, them, nil},
			"of who hides their follows": {first + 4, shy, nil},
		} {
			got, err := svc.Familiar(ctx, social.Actor{Account: tt.by}, tt.of)
			if err != nil || !slices.Equal(who(got), tt.want) {
				t.Errorf("%s: %v, %v; want %v", name, who(got), err, tt.want)
			}
		}
		must(t, svc.Block(ctx, as(them), me))
		if got, err := svc.Familiar(ctx, as(me), them); err != nil || len(got) > 0 {
			t.Errorf("of who blocks one: %v, %v; want nobody", who(got), err)
		}
	})
}

// Who stops following, by whichever side, is no longer counted or listed.
func TestCountsFollow(t *testing.T) {
	inCrowd(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		a, b := first, first+1
		for name, end := range map[string]func() error{
			"unfollow": func() error { return svc.Unfollow(ctx, as(b), a) },
			"removed":  func() error { return svc.RemoveFollower(ctx, as(a), b) },
			"block":    func() error { return svc.Block(ctx, as(a), b) },
			"blocked":  func() error { return svc.Block(ctx, as(b), a) },
		} {
			follow(t, svc, c, b, a)
			got, err := svc.People(ctx, as(a), social.EdgesFollowers, a, social.Page{Limit: 40})
			if err != nil || len(got.Items) != 1 || got.Items[0].Following != 1 {
				t.Errorf("before %s: %v, %v", name, who(got.Items), err)
			}
			must(t, end())
			got, err = svc.People(ctx, as(a), social.EdgesFollowers, a, social.Page{Limit: 40})
			if err != nil || len(got.Items) != 0 {
				t.Errorf("after %s: %v, %v", name, who(got.Items), err)
			}
			must(t, svc.Unblock(ctx, as(a), b))
			must(t, svc.Unblock(ctx, as(b), a))
		}
	})
}
