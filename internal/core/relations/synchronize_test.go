package relations_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const ours = view.Base("https://plaza.example")

// TestCompare has a list asked for if it is another than is known here, and not
// too often.
func TestCompare(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, _ *relations.Service, s *store.Store, c *storetest.Clock) {
		svc := relations.New(s, view.New(s, view.Config{BaseURL: string(ours)}))
		wanted := func() int {
			t.Helper()
			n, err := work.Once(ctx, s, work.Worker{Kind: relations.SynchronizeJob, AtOnce: 10, Timeout: time.Minute, Tries: 1, Do: func(_ context.Context, args []byte) error {
				m, err := relations.ReadSynchronizing(args)
				if err != nil || m.At != "https://far.example/list" {
					t.Errorf("%s: %+v, %v", args, m, err)
				}
				return nil
			}})
			must(t, err)
			return n
		}
		compare := func(of social.AccountID, m social.Muster) int {
			t.Helper()
			must(t, svc.Compare(ctx, relations.Synchronizing{Account: of, At: "https://far.example/list", Muster: m.String()}))
			return wanted()
		}
		nobody := social.Muster{}
		if n := compare(zoe, nobody); n != 0 {
			t.Errorf("both know of nobody, and %d lists are wanted", n)
		}
		must(t, svc.Follow(ctx, as(first), social.Follow{Target: zoe}))
		if n := compare(zoe, nobody); n != 0 {
			t.Error("who only asks to follow is compared")
		}
		must(t, svc.Answer(ctx, as(zoe), first, true))
		for _, step := range []struct {
			after time.Duration
			of    social.AccountID
			want  int
		}{{0, zoe, 1}, {0, zoe, 0}, {social.MusterEvery - time.Millisecond, zoe, 0}, {time.Millisecond, zoe, 1}} {
			c.Pass(step.after)
			if n := compare(step.of, nobody); n != step.want {
				t.Errorf("after %v more %d lists are wanted, want %d", step.after, n, step.want)
			}
		}
	})
}

// TestSynchronizeMany gives back no more follows than are sent at a time, and
// refuses lists that are too long.
func TestSynchronizeMany(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, _ *relations.Service, s *store.Store, c *storetest.Clock) {
		svc := relations.New(s, view.New(s, view.Config{BaseURL: string(ours)}))
		list := func(from social.AccountID, n int) (uris []string) {
			for i := range n {
				uris = append(uris, ours.ActorURI(from+social.AccountID(i)))
			}
			return uris
		}
		many := list(1000, social.MaxUnfollowed+1)
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			for i := range many {
				who := social.AccountID(1000 + i)
				if err := tx.AddAccount(ctx, social.Account{ID: who, Username: "u" + social.UsernameKey(string(rune('a'+i%26))) + string(rune('a'+i/26)), Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}))
		m := func(uris []string) relations.Synchronizing {
			return relations.Synchronizing{Account: zoe, Muster: social.MusterOf(uris).String()}
		}
		strangers, err := svc.Synchronize(ctx, m(many), nil, many)
		if err != nil || len(strangers) != social.MaxUnfollowed {
			t.Errorf("%d are given back (%v), want %d", len(strangers), err, social.MaxUnfollowed)
		}
		if _, err := svc.Synchronize(ctx, m(list(10_000, social.MaxMuster)), nil, list(10_000, social.MaxMuster)); err != nil {
			t.Errorf("a list of %d: %v", social.MaxMuster, err)
		}
		long := list(10_000, social.MaxMuster+1)
		if _, err := svc.Synchronize(ctx, m(long), nil, long); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a list of one more: %v", err)
		}
	})
}
