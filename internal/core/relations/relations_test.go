package relations_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const ada, ben, lo = 1, 2, 3 // lo approves follows by hand

func as(id social.AccountID) social.Actor { return social.Actor{Account: id, Standing: social.Good} }

func each(t *testing.T, fn func(t *testing.T, svc *relations.Service, rel func(from, to social.AccountID) social.Relation, followers func(social.AccountID) int)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i, name := range []string{"ada", "ben", "lo"} {
				if err := tx.AddAccount(ctx, social.Account{ID: social.AccountID(i + 1), Username: name, Standing: social.Good, Locked: name == "lo", CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		fn(t, relations.New(s, view.New(s, view.Config{})), func(from, to social.AccountID) (r social.Relation) {
			t.Helper()
			if err := s.Read(ctx, func(v *store.View) (err error) { r, err = v.Relation(ctx, from, to); return err }); err != nil {
				t.Fatal(err)
			}
			return r
		}, func(id social.AccountID) (n int) {
			s.Read(ctx, func(v *store.View) error { a, err := v.Account(ctx, id); n = a.Followers; return err })
			return n
		})
	})
}

func TestFollowAndBlock(t *testing.T) {
	each(t, func(t *testing.T, svc *relations.Service, rel func(from, to social.AccountID) social.Relation, followers func(social.AccountID) int) {
		ctx := t.Context()
		for range 2 { // the second changes nothing
			if err := svc.Follow(ctx, as(ada), social.Follow{Target: ben, Boosts: true}); err != nil {
				t.Fatal(err)
			}
		}
		if r := rel(ada, ben); !r.Follows || !r.Boosts || r.FollowedBy || !rel(ben, ada).FollowedBy || followers(ben) != 1 {
			t.Errorf("after follow: %+v, %d followers", r, followers(ben))
		}
		if err := svc.Block(ctx, as(ben), ada); err != nil {
			t.Fatal(err)
		}
		if r := rel(ada, ben); r.Follows || !r.BlockedBy || followers(ben) != 0 {
			t.Errorf("after block: %+v, %d followers", r, followers(ben))
		}
		for _, pair := range [][2]social.AccountID{{ada, ben}, {ben, ada}} {
			if err := svc.Follow(ctx, as(pair[0]), social.Follow{Target: pair[1]}); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%d follows %d across a block: %v, want Forbidden", pair[0], pair[1], err)
			}
		}
		if err := svc.Unblock(ctx, as(ben), ada); err != nil || rel(ada, ben).BlockedBy {
			t.Errorf("after unblock: %+v, %v", rel(ada, ben), err)
		}
	})
}

func TestRequests(t *testing.T) {
	each(t, func(t *testing.T, svc *relations.Service, rel func(from, to social.AccountID) social.Relation, followers func(social.AccountID) int) {
		ctx := t.Context()
		for _, who := range []social.AccountID{ada, ben} {
			if err := svc.Follow(ctx, as(who), social.Follow{Target: lo, Notify: true}); err != nil {
				t.Fatal(err)
			}
		}
		if r := rel(ada, lo); r.Follows || !r.Requested || !rel(lo, ada).RequestedBy || followers(lo) != 0 {
			t.Errorf("asked: %+v", r)
		}
		if err := svc.Accept(ctx, as(lo), ada); err != nil {
			t.Fatal(err)
		}
		if r := rel(ada, lo); !r.Follows || !r.Notify || followers(lo) != 1 {
			t.Errorf("accepted: %+v, %d followers", r, followers(lo))
		}
		if err := svc.Refuse(ctx, as(lo), ben); err != nil || rel(ben, lo).Requested {
			t.Errorf("refused: %+v, %v", rel(ben, lo), err)
		}
		if err := svc.Accept(ctx, as(lo), ben); errs.KindOf(err) != errs.NotFound {
			t.Errorf("accept nothing: %v, want NotFound", err)
		}
		if err := svc.RemoveFollower(ctx, as(lo), ada); err != nil || rel(ada, lo).Follows || followers(lo) != 0 {
			t.Errorf("removed: %+v, %v", rel(ada, lo), err)
		}
	})
}

func TestMuteAndNote(t *testing.T) {
	each(t, func(t *testing.T, svc *relations.Service, rel func(from, to social.AccountID) social.Relation, _ func(social.AccountID) int) {
		ctx := t.Context()
		if err := svc.Mute(ctx, as(ada), ben, true, time.Hour); err != nil {
			t.Fatal(err)
		}
		if r := rel(ada, ben); !r.Mutes || !r.MuteUntil.Equal(storetest.Noon.Add(time.Hour)) || rel(ben, ada).Mutes {
			t.Errorf("muted: %+v", r)
		}
		if err := svc.Unmute(ctx, as(ada), ben); err != nil || rel(ada, ben).Mutes {
			t.Errorf("unmuted: %+v, %v", rel(ada, ben), err)
		}
		limit := strings.Repeat("ä", social.MaxNote)
		if err := svc.SetNote(ctx, as(ada), ben, limit); err != nil {
			t.Error(err)
		}
		if err := svc.SetNote(ctx, as(ada), ben, limit+"ä"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("too long a note: %v, want Invalid", err)
		}
		for name, err := range map[string]error{
			"oneself": svc.Follow(ctx, as(ada), social.Follow{Target: ada}),
			"nobody":  svc.Block(ctx, as(ada), 99),
			"anyone":  svc.Follow(ctx, social.Anyone, social.Follow{Target: ada}),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

// Two hosts, or two taps: however often the same is asked at once, it counts
// once.
func TestFollowAtOnceCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, svc *relations.Service, rel func(from, to social.AccountID) social.Relation, followers func(social.AccountID) int) {
		for range 10 {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := svc.Follow(t.Context(), as(ada), social.Follow{Target: ben, Boosts: true}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := followers(ben); n != 1 {
				t.Fatalf("followers = %d, want 1", n)
			}
			if err := svc.Unfollow(t.Context(), as(ada), ben); err != nil {
				t.Fatal(err)
			}
			if n := followers(ben); n != 0 {
				t.Fatalf("followers after unfollow = %d, want 0", n)
			}
		}
	})
}
