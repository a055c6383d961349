package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// TestQueues plays what is sent to three hosts: one answers, one does not, one
// has been silent for too long.
func TestQueues(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		write := func(do func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, do); err != nil {
				t.Fatal(err)
			}
		}
		boxes := []store.Inbox{{Host: "a.example", URL: "https://a.example/inbox"}, {Host: "b.example", URL: "https://b.example/inbox"}, {Host: "c.example", URL: "https://c.example/inbox"}}
		write(func(tx *store.Tx) error {
			if err := tx.MeetPeer(ctx, "c.example"); err != nil {
				return err
			}
			return tx.PeerFailed(ctx, "c.example", "no answer")
		})
		c.Pass(social.ParkAfter + time.Second)
		send := func(post social.PostID) (sent social.Activity) {
			write(func(tx *store.Tx) error {
				sent = social.Activity{ID: social.ActivityID(id.New(tx.Now)), Post: post, Body: []byte(`{"type":"Create"}`)}
				if err := tx.AddActivity(ctx, sent); err != nil {
					return err
				}
				return tx.Send(ctx, sent.ID, boxes)
			})
			return sent
		}
		claim := func() (hosts []string) {
			write(func(tx *store.Tx) (err error) {
				hosts, err = bothKinds(ctx, tx)
				return err
			})
			return hosts
		}
		waiting := func(host string) (ds []social.Delivery) {
			t.Helper()
			if err := s.Read(ctx, func(v *store.View) (err error) {
				ds, err = v.Deliveries(ctx, host, 10)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return ds
		}
		send(1)
		second := send(2)
		if got := claim(); len(got) != 2 {
			t.Fatalf("it is the turn of %v, want a and b: c was silent for too long", got)
		}
		if got := claim(); len(got) != 0 {
			t.Fatalf("%v was claimed twice", got)
		}
		ds := waiting("a.example")
		if len(ds) != 2 || ds[0].Activity.Post != 1 || ds[1].Activity.Post != 2 || string(ds[0].Activity.Body) != `{"type":"Create"}` {
			t.Fatalf("what waits is %+v", ds)
		}
		write(func(tx *store.Tx) error {
			for _, d := range ds {
				if err := tx.EndDelivery(ctx, d); err != nil {
					return err
				}
			}
			if err := tx.PeerReached(ctx, "a.example"); err != nil {
				return err
			}
			if err := tx.QueueDone(ctx, "a.example", tx.Now); err != nil {
				return err
			}
			if err := tx.PeerFailed(ctx, "b.example", "it did not answer"); err != nil {
				return err
			}
			return tx.QueueDone(ctx, "b.example", tx.Now.Add(time.Hour))
		})
		if got := claim(); len(got) != 0 {
			t.Fatalf("%v is due: nothing waits for a, and b is to be left in peace for an hour", got)
		}
		write(func(tx *store.Tx) error { return tx.DropActivities(ctx, second.Post) })
		if ds := waiting("b.example"); len(ds) != 1 || ds[0].Activity.Post != 1 {
			t.Fatalf("what waits for b is %+v, want the first post only: the second was deleted", ds)
		}
		write(func(tx *store.Tx) error { return tx.PeerHeard(ctx, "b.example") })
		if got := claim(); len(got) != 1 || got[0] != "b.example" {
			t.Fatalf("it is the turn of %v, want b, which was heard of", got)
		}
		write(func(tx *store.Tx) error { return tx.PeerHeard(ctx, "c.example") })
		send(3)
		if ds := waiting("c.example"); len(ds) != 1 {
			t.Fatalf("%d wait for c, which was heard of again", len(ds))
		}
	})
}

// bothKinds claims hosts whether they answered last time or not.
func bothKinds(ctx context.Context, tx *store.Tx) ([]string, error) {
	well, err := tx.ClaimQueues(ctx, false, 10, time.Minute)
	if err != nil {
		return nil, err
	}
	failing, err := tx.ClaimQueues(ctx, true, 10, time.Minute)
	return append(well, failing...), err
}
