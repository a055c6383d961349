package accounts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func moves(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	for _, f := range facts(t, s) {
		if _, ok := f.(event.Moved); ok {
			n++
		}
	}
	return n
}

func TestSetAliases(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		many := func(n int) (out []string) {
			for i := range n {
				out = append(out, fmt.Sprintf("https://far.example/%d", i))
			}
			return out
		}
		for name, tt := range map[string]struct {
			uris []string
			ok   bool
		}{"at the limit": {many(social.MaxAliases), true}, "past it": {many(social.MaxAliases + 1), false}, "none": {nil, true},
			"oneself": {[]string{base + "/ap/users/1"}, false}, "no address": {[]string{"@zoe@far.example"}, false}, "twice": {append(many(1), many(1)...), false}} {
			if err := svc.SetAliases(ctx, as(ada), tt.uris); (err == nil) != tt.ok {
				t.Errorf("%s: %v", name, err)
			} else if err == nil && len(account(t, s, ada).Aliases) != len(tt.uris) {
				t.Errorf("%s: %q", name, account(t, s, ada).Aliases)
			}
		}
	})
}

func TestMove(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		also := func(w *social.Stranger) { w.Account.Aliases = []string{base + "/ap/users/1"} }
		zoe, yan := meet(t, svc, stranger("zoe", also)), meet(t, svc, stranger("yan"))
		for name, target := range map[string]social.AccountID{"who does not say so": yan.ID, "oneself": ada, "nobody": 99} {
			if err := svc.Move(ctx, as(ada), target); err == nil {
				t.Errorf("to %s: no error", name)
			}
		}
		if err := svc.Move(ctx, as(zoe.ID), yan.ID); err == nil {
			t.Error("who lives elsewhere moves by asking here")
		}
		if err := svc.Move(ctx, as(ada), zoe.ID); err != nil {
			t.Fatal(err)
		}
		if a := account(t, s, ada); a.MovedTo != zoe.ID || a.MayPost() == nil || moves(t, s) != 1 {
			t.Errorf("moved to %d, %d times told", a.MovedTo, moves(t, s))
		}
		if err := svc.Stay(ctx, as(ada)); err != nil || account(t, s, ada).MovedTo != 0 || account(t, s, ada).MayPost() != nil {
			t.Errorf("came back: %v", err)
		}
		c.Pass(social.MoveRest - time.Millisecond)
		if err := svc.Move(ctx, as(ada), zoe.ID); errs.KindOf(err) != errs.Invalid {
			t.Errorf("again too soon: %v", err)
		}
		c.Pass(time.Millisecond)
		if err := svc.Move(ctx, as(ada), zoe.ID); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

// Another server's word for a move counts when the other end says so, too.
func TestMoved(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		zoe, yan := meet(t, svc, stranger("zoe")), meet(t, svc, stranger("yan"))
		if err := svc.Moved(ctx, as(zoe.ID), ben); errs.KindOf(err) != errs.Invalid {
			t.Errorf("to who knows nothing of it: %v", err)
		}
		for _, who := range []social.AccountID{ben, lo} {
			if err := svc.SetAliases(ctx, as(who), []string{zoe.URI}); err != nil {
				t.Fatal(err)
			}
		}
		if err := svc.Moved(ctx, as(yan.ID), ben); errs.KindOf(err) != errs.Invalid {
			t.Errorf("by who is not named: %v", err)
		}
		if err := svc.Moved(ctx, as(ada), ben); errs.KindOf(err) != errs.Invalid {
			t.Errorf("by one of ours: %v", err)
		}
		for range 2 {
			if err := svc.Moved(ctx, as(zoe.ID), ben); err != nil {
				t.Fatal(err)
			}
		}
		if a := account(t, s, zoe.ID); a.MovedTo != ben || moves(t, s) != 1 {
			t.Errorf("moved to %d, %d times told", a.MovedTo, moves(t, s))
		}
		c.Pass(social.ForeignMoveRest - time.Millisecond)
		if err := svc.Moved(ctx, as(zoe.ID), lo); errs.KindOf(err) != errs.Invalid {
			t.Errorf("on, too soon: %v", err)
		}
		c.Pass(time.Millisecond)
		if err := svc.Moved(ctx, as(zoe.ID), lo); err != nil || account(t, s, zoe.ID).MovedTo != lo {
			t.Errorf("on: %v", err)
		}
	})
}

// What an account says of where it lives is shown when that says so, too.
func TestMeetWhoMoved(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		to := func(uri string) func(*social.Stranger) {
			return func(w *social.Stranger) { w.MovedTo = uri }
		}
		if err := svc.SetAliases(ctx, as(ben), []string{"https://far.example/zoe"}); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			uri  string
			want social.AccountID
		}{"nowhere": {"", 0}, "to ben, who says so": {base + "/ap/users/2", ben}, "to ada, who does not": {base + "/ap/users/1", 0}, "to nobody": {"https://far.example/none", 0}} {
			a := meet(t, svc, stranger("zoe", to("")))
			meet(t, svc, stranger("zoe", to(tt.uri)))
			if got := account(t, s, a.ID).MovedTo; got != tt.want {
				t.Errorf("%s: %d, want %d", name, got, tt.want)
			}
		}
		if n := moves(t, s); n != 0 {
			t.Errorf("%d moves are told of", n)
		}
	})
}
