package relations_test

import (
	"context"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// zoe and yan live elsewhere, mal somewhere else.
const zoe, yan, mal = first + 100, first + 101, first + 102

func afar(t *testing.T, fn func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock)) {
	inCrowd(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			for who, uri := range map[social.AccountID]string{zoe: "https://far.example/zoe", yan: "https://far.example/yan", mal: "https://evil.example/mal"} {
				a := social.Account{ID: who, Username: uri[len(uri)-3:], Host: "far.example", URI: uri, Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
			}
			return nil
		}))
		fn(ctx, t, svc, s, c)
	})
}

func relation(t *testing.T, s *store.Store, from, to social.AccountID) (r social.Relation) {
	t.Helper()
	must(t, s.Read(t.Context(), func(v *store.View) (err error) { r, err = v.Relation(t.Context(), from, to); return err }))
	return r
}

const doings = "https://far.example/do/"

func TestFollowAs(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		for _, uri := range []string{"1", "1", "2"} { // the same again, and another
			must(t, svc.FollowAs(ctx, as(zoe), first, doings+uri))
		}
		if n := counts(t, s, first, zoe); n[0] != 1 || !relation(t, s, zoe, first).Follows || !relation(t, s, zoe, first).Boosts {
			t.Errorf("%v, %+v", n, relation(t, s, zoe, first))
		}
		act, err := svc.Act(ctx, as(zoe), doings+"2")
		if err != nil || act.Kind != social.ActFollow || act.Target != int64(first) {
			t.Errorf("the act: %+v, %v", act, err)
		}
		for name, err := range map[string]error{
			"somebody else's act": func() error { _, err := svc.Act(ctx, as(yan), doings+"2"); return err }(),
			"one replaced":        func() error { _, err := svc.Act(ctx, as(zoe), doings+"1"); return err }(),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, svc.Unfollow(ctx, as(zoe), first))
		if _, err := svc.Act(ctx, as(zoe), doings+"2"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the act after its end: %v", err)
		}
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetGone(ctx, doings+"3") }))
		must(t, svc.FollowAs(ctx, as(zoe), first, doings+"3")) // undone before
		if relation(t, s, zoe, first).Follows {
			t.Error("what was undone before it came follows")
		}
		must(t, svc.FollowAs(ctx, as(zoe), first, doings+"3"))
		if !relation(t, s, zoe, first).Follows {
			t.Error("an address that is used again counts for nothing")
		}
		must(t, svc.Block(ctx, as(first+1), zoe))
		for name, err := range map[string]error{
			"who blocks zoe":      svc.FollowAs(ctx, as(zoe), first+1, doings+"4"),
			"somebody elsewhere":  svc.FollowAs(ctx, as(zoe), yan, doings+"5"),
			"nobody":              svc.FollowAs(ctx, as(zoe), 99, doings+"6"),
			"by another server's": svc.FollowAs(ctx, as(mal), first, doings+"7"),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

// Advisory 16: whom another server looks after is followed when it says so.
func TestAnswer(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		must(t, svc.Answer(ctx, as(zoe), first, true)) // to nothing
		must(t, svc.Answer(ctx, as(zoe), first, false))
		if r := relation(t, s, first, zoe); r.Follows || r.Requested {
			t.Errorf("an answer to nothing: %+v", r)
		}
		must(t, svc.Follow(ctx, as(first), social.Follow{Target: zoe, Notify: true}))
		must(t, svc.Follow(ctx, as(first), social.Follow{Target: zoe, Notify: true}))
		if r := relation(t, s, first, zoe); r.Follows || !r.Requested {
			t.Errorf("asked: %+v", r)
		}
		must(t, svc.Answer(ctx, as(yan), first, true)) // not asked
		for range 2 {
			must(t, svc.Answer(ctx, as(zoe), first, true))
		}
		if r := relation(t, s, first, zoe); !r.Follows || !r.Notify || counts(t, s, zoe, first)[0] != 1 || relation(t, s, first, yan).Follows {
			t.Errorf("agreed: %+v, %v", r, counts(t, s, zoe, first))
		}
		must(t, svc.Answer(ctx, as(zoe), first, false)) // later
		if r := relation(t, s, first, zoe); r.Follows || r.Requested || counts(t, s, zoe, first)[0] != 0 {
			t.Errorf("refused: %+v", r)
		}
	})
}

func TestBlockAs(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		must(t, svc.FollowAs(ctx, as(zoe), first, doings+"1"))
		for range 2 {
			must(t, svc.BlockAs(ctx, as(zoe), first, doings+"2"))
		}
		if r := relation(t, s, zoe, first); !r.Blocks || r.Follows {
			t.Errorf("%+v", r)
		}
		if act, err := svc.Act(ctx, as(zoe), doings+"2"); err != nil || act.Kind != social.ActBlock {
			t.Errorf("%+v, %v", act, err)
		}
		must(t, svc.Unblock(ctx, as(zoe), first))
		if _, err := svc.Act(ctx, as(zoe), doings+"2"); relation(t, s, zoe, first).Blocks || errs.KindOf(err) != errs.NotFound {
			t.Errorf("after it ended: %v", err)
		}
		if err := svc.BlockAs(ctx, as(zoe), yan, doings+"3"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody elsewhere: %v", err)
		}
	})
}

// Followers here go where somebody went, but not to whom they are kept apart
// from, and not to where nobody went.
func TestFollowAlong(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, svc *relations.Service, s *store.Store, c *storetest.Clock) {
		fans := []social.AccountID{first + 1, first + 2, first + 3, first + 4, first + 5}
		for _, fan := range fans {
			follow(t, svc, c, fan, zoe)
			must(t, svc.Answer(ctx, as(zoe), fan, true))
		}
		must(t, svc.FollowAs(ctx, as(yan), first, doings+"1"))
		follow(t, svc, c, fans[3], first) // already
		must(t, svc.Block(ctx, as(fans[1]), first))
		must(t, svc.Block(ctx, as(first), fans[2]))
		go_ := func(to social.AccountID, really bool) {
			t.Helper()
			must(t, s.Write(ctx, func(tx *store.Tx) error {
				if really {
					if err := tx.SetMoved(ctx, social.Account{ID: zoe, MovedTo: to, MovedAt: tx.Now}); err != nil {
						return err
					}
				}
				return tx.FollowAlong(ctx, store.Moving{From: zoe, To: to})
			}))
			_, err := work.Once(ctx, s, svc.AlongWorker())
			must(t, err)
		}
		go_(first, false)
		if n := counts(t, s, zoe, first); n[0] != 5 {
			t.Errorf("%v: somebody went where zoe did not go", n)
		}
		go_(first, true)
		for i, want := range []bool{true, false, false, true, true} {
			if r := relation(t, s, fans[i], first); r.Follows != want || relation(t, s, fans[i], zoe).Follows == want {
				t.Errorf("fan %d: %+v, still zoe's %v", i, r, relation(t, s, fans[i], zoe).Follows)
			}
		}
		if n := counts(t, s, zoe, first); n[0] != 2 || n[1] != 4 { // yan too
			t.Errorf("followers of the two: %v", n)
		}
		must(t, svc.Unfollow(ctx, as(fans[0]), first))
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.SetMoved(ctx, social.Account{ID: first, MovedTo: yan, MovedAt: tx.Now})
		}))
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.FollowAlong(ctx, store.Moving{From: first, To: yan}) }))
		_, err := work.Once(ctx, s, svc.AlongWorker())
		must(t, err)
		if r := relation(t, s, fans[4], yan); !r.Requested || r.Follows {
			t.Errorf("to another server: %+v, want a request", r)
		}
	})
}
