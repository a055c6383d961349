package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// What a process had taken that was killed is there for the next at once, in
// its order; what has to wait for another reason waits.
func TestEndLeases(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		write := func(do func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, do); err != nil {
				t.Fatal(err)
			}
			c.Pass(time.Second)
		}
		for _, what := range []string{"one", "two", "three"} {
			write(func(tx *store.Tx) error { return tx.AddJob(ctx, "k", what, tx.Now, "") })
		}
		write(func(tx *store.Tx) error { return tx.AddJob(ctx, "k", "in an hour", tx.Now.Add(time.Hour), "") })
		write(func(tx *store.Tx) error {
			js, err := tx.ClaimJobs(ctx, "k", 2, time.Minute)
			if err != nil || len(js) != 2 {
				t.Fatalf("%d jobs, %v", len(js), err)
			}
			for _, j := range js {
				if string(j.Args) == `"two"` {
					return tx.RetryJob(ctx, j, tx.Now.Add(time.Minute), "it failed")
				}
			}
			return nil
		})
		for _, host := range []string{"well.example", "ill.example"} {
			write(func(tx *store.Tx) error { return queueFor(ctx, tx, host) })
		}
		write(func(tx *store.Tx) error { return tx.PeerFailed(ctx, "ill.example", "silent") })
		write(func(tx *store.Tx) error {
			for _, failing := range []bool{true, false} {
				if hosts, err := tx.ClaimQueues(ctx, failing, 5, time.Minute); err != nil || len(hosts) != 1 {
					t.Errorf("claimed %v, %v", hosts, err)
				}
			}
			return nil
		})
		write(func(tx *store.Tx) error { return tx.EndLeases(ctx) })
		write(func(tx *store.Tx) error {
			js, err := tx.ClaimJobs(ctx, "k", 1, time.Minute)
			if err != nil || len(js) != 1 || string(js[0].Args) != `"one"` {
				t.Errorf("the first is %v, %v; want the one that was taken before", js, err)
			}
			if js, err = tx.ClaimJobs(ctx, "k", 9, time.Minute); err != nil || len(js) != 1 || string(js[0].Args) != `"three"` {
				t.Errorf("the others are %v, %v; want what was not taken yet", js, err)
			}
			if hosts, err := tx.ClaimQueues(ctx, false, 5, time.Minute); err != nil || len(hosts) != 1 {
				t.Errorf("hosts that do well: %v, %v", hosts, err)
			}
			hosts, err := tx.ClaimQueues(ctx, true, 5, time.Minute)
			if len(hosts) != 0 {
				t.Errorf("hosts that do not: %v", hosts)
			}
			return err
		})
	})
}

func queueFor(ctx context.Context, tx *store.Tx, host string) error {
	a := social.Activity{ID: social.ActivityID(len(host)), Body: []byte("{}")}
	if err := tx.AddActivity(ctx, a); err != nil {
		return err
	}
	return tx.Send(ctx, a.ID, []store.Inbox{{Host: host, URL: "https://" + host + "/inbox"}})
}
