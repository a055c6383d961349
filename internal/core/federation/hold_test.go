package federation_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// due is the hosts whose turn it is, each of which is taken.
func (w *world) due() []string {
	w.Helper()
	hosts, err := w.core.Claim(w.Context(), false, 10, time.Minute)
	if err != nil {
		w.Fatal(err)
	}
	slices.Sort(hosts)
	return hosts
}

// waits is what waits for a host.
func (w *world) waits(host string) (out []string) {
	w.Helper()
	w.do(func(ctx context.Context, tx *store.Tx) error {
		ds, err := tx.Deliveries(ctx, host, 100)
		out = nil
		for _, d := range ds {
			out = append(out, string(d.Activity.Body))
		}
		return err
	})
	return out
}

func (w *world) suspend(host string) {
	w.Helper()
	w.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddHostBlock(ctx, social.HostBlock{ID: 1, Host: host, Severity: social.HostSuspends})
	})
	w.happens(event.HostsChanged{Host: host})
}

func (w *world) lift() {
	w.Helper()
	w.do(func(ctx context.Context, tx *store.Tx) error { return tx.EndHostBlock(ctx, 1) })
	w.happens(event.HostsChanged{})
}

// TestHeld: nothing goes to a host that is suspended, and nothing that was for
// it is lost if that is taken back; then those who follow people there ask
// again.
func TestHeld(t *testing.T) {
	each(t, func(w *world) {
		w.do(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddFollow(ctx, social.Follow{Owner: ada, Target: zoe}, true); err != nil {
				return err
			}
			return tx.AddFollow(ctx, social.Follow{Owner: ben, Target: xi}, true)
		})
		w.happens(event.PostPublished{Post: 11, Author: ada})
		w.suspend("z.example")
		w.happens(event.PostEdited{Post: 11, Author: ada}, event.Unfollowed{Owner: ben, Target: yan, By: ben})
		if got, want := w.due(), []string{"x.example"}; !slices.Equal(got, want) {
			w.Errorf("it is the turn of %q, want %q", got, want)
		}
		if q, err := w.core.Queues(w.Context()); err != nil || q.Waiting != 4 {
			w.Errorf("%+v, %v; want four that wait", q, err)
		}
		w.lift()
		if _, err := work.Once(w.Context(), w.store, w.core.RejoinWorker()); err != nil {
			w.Fatal(err)
		}
		if got, want := w.due(), []string{"z.example"}; !slices.Equal(got, want) {
			w.Errorf("afterwards it is the turn of %q, want %q", got, want)
		}
		if got, want := w.waits("z.example"), []string{"Created", "Edited", "FollowUndone", "FollowAsked"}; !slices.Equal(got, want) {
			w.Errorf("%q waits, want %q", got, want)
		}
		if got, want := w.waits("x.example"), []string{"Created"}; !slices.Equal(got, want) {
			w.Errorf("for another host %q waits, want %q", got, want)
		}
	})
}

// TestHeldForAWhile: who meant it does not collect what is for the other side
// for good.
func TestHeldForAWhile(t *testing.T) {
	each(t, func(w *world) {
		w.happens(event.PostPublished{Post: 11, Author: ada})
		w.suspend("z.example")
		w.clock.Pass(social.HoldFor - time.Minute)
		w.happens(event.PostPublished{Post: 12, Author: ada})
		w.clock.Pass(time.Minute)
		w.happens(event.PostPublished{Post: 13, Author: ada})
		if got := w.waits("z.example"); len(got) != 2 {
			w.Errorf("%d wait, want the two of before and none after %v", len(got), social.HoldFor)
		}
		w.clock.Pass(time.Second)
		if err := w.core.Tidy(w.Context()); err != nil {
			w.Fatal(err)
		}
		if got := w.waits("z.example"); len(got) != 1 {
			w.Errorf("%d wait, want the one that is not too old to be sent", len(got))
		}
	})
}

// TestHeldWhereFewMayCome: the list of who is let in does the same.
func TestHeldWhereFewMayCome(t *testing.T) {
	each(t, func(w *world) {
		limit := func(on bool) {
			w.do(func(ctx context.Context, tx *store.Tx) error {
				house, err := tx.House(ctx)
				if err != nil {
					return err
				}
				house.LimitedFederation = on
				return tx.SetHouse(ctx, house)
			})
			w.happens(event.SettingsChanged{})
		}
		w.do(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddHostAllow(ctx, social.HostAllow{ID: 1, Host: "x.example"})
		})
		w.happens(event.PostPublished{Post: 11, Author: ada})
		limit(true)
		if got, want := w.due(), []string{"x.example"}; !slices.Equal(got, want) {
			w.Errorf("it is the turn of %q, want %q", got, want)
		}
		w.do(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddHostAllow(ctx, social.HostAllow{ID: 2, Host: "z.example"})
		})
		w.happens(event.HostsChanged{Host: "z.example"})
		if got, want := w.due(), []string{"z.example"}; !slices.Equal(got, want) {
			w.Errorf("once it is let in it is the turn of %q, want %q", got, want)
		}
		w.do(func(ctx context.Context, tx *store.Tx) error { return tx.EndHostAllow(ctx, 2) })
		w.happens(event.HostsChanged{Host: "z.example"})
		w.clock.Pass(time.Hour)
		if got, want := w.due(), []string{"x.example"}; !slices.Equal(got, want) {
			w.Errorf("once it is not any more it is the turn of %q, want %q", got, want)
		}
	})
}

// TestPutOff: what was acknowledged waits as long, and then is dropped.
func TestPutOff(t *testing.T) {
	each(t, func(w *world) {
		k := federation.NewArrivals(w.store)
		a := federation.Arrival{Signer: zoe, Body: "{}", At: w.store.Now().UnixMilli()}
		w.clock.Pass(social.HoldFor - time.Minute)
		if err := k.PutOff(w.Context(), a); err != nil {
			w.Error(err)
		}
		w.clock.Pass(time.Minute)
		if err := k.PutOff(w.Context(), a); errs.KindOf(err) != errs.Forbidden {
			w.Errorf("after %v: %v, want Forbidden", social.HoldFor, err)
		}
	})
}
