package work_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

func record(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for i := range n {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			tx.Record(event.PostPublished{Post: social.PostID(i + 1)})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// Each fact leads to one job, keyed by nothing: two would be seen.
func toJobs() work.Follower {
	return work.Follower{Name: "jobs", Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		return tx.AddJob(ctx, "greet", r.Fact.(event.PostPublished).Post, tx.Now, "")
	}}
}

func jobs(t *testing.T, s *store.Store) (stat store.JobStat) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) error {
		all, err := v.JobStats(t.Context())
		if len(all) > 0 {
			stat = all[0]
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return stat
}

func TestSeveralNodesFollowOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		record(t, s, 450)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := work.CatchUp(t.Context(), s, toJobs()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := jobs(t, s).Waiting; got != 450 {
			t.Errorf("%d jobs, want 450", got)
		}
	})
}

func TestFollowerThatFailsLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		record(t, s, 5)
		f, fail := toJobs(), true
		follow := f.Follow
		f.Follow = func(ctx context.Context, tx *store.Tx, r event.Record) error {
			if fail && r.Fact.(event.PostPublished).Post == 3 {
				return errors.New("boom")
			}
			return follow(ctx, tx, r)
		}
		if err := work.CatchUp(t.Context(), s, f); err == nil {
			t.Error("the follower's error was swallowed")
		}
		if got := jobs(t, s).Waiting; got != 0 {
			t.Errorf("%d rows of a batch that failed, want 0", got)
		}
		fail = false
		if err := work.CatchUp(t.Context(), s, f); err != nil {
			t.Fatal(err)
		}
		if got := jobs(t, s).Waiting; got != 5 {
			t.Errorf("%d jobs, want 5", got)
		}
	})
}

// Who is in a hurry for some facts is not woken by others, and sees them all, in
// order.
func TestUrgentFactsWake(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		seen := make(chan string, 10)
		f := work.Follower{Name: "hurried", Urgent: []event.Fact{event.PostPublished{}}, Follow: func(_ context.Context, _ *store.Tx, r event.Record) error {
			seen <- r.Fact.Kind()
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			work.Runner{Store: s, Followers: []work.Follower{f}, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
		}()
		want := []event.Fact{event.PostDeleted{Post: 1}, event.PostDeleted{Post: 2}, event.PostPublished{Post: 3}, event.PostDeleted{Post: 4}}
		for _, fact := range want {
			if err := s.Write(t.Context(), func(tx *store.Tx) error { tx.Record(fact); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		for _, fact := range want {
			select {
			case kind := <-seen:
				if kind != fact.Kind() {
					t.Errorf("%s came, want %s", kind, fact.Kind())
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%s never came", fact.Kind())
			}
		}
		cancel()
		<-stopped
	})
}

func TestJobs(t *testing.T) {
	for name, tt := range map[string]struct {
		fault           error
		waiting, buried int
	}{
		"done":        {nil, 0, 0},
		"tried again": {errors.New("host is away"), 1, 0},
		"hopeless":    {errs.New(errs.Gone, "It is gone."), 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				if err := s.Write(t.Context(), func(tx *store.Tx) error {
					for range 2 { // the second has the same key
						if err := tx.AddJob(t.Context(), "greet", "ada", tx.Now, "ada"); err != nil {
							return err
						}
					}
					return tx.AddJob(t.Context(), "greet", "ben", tx.Now.Add(time.Hour), "")
				}); err != nil {
					t.Fatal(err)
				}
				var did []string
				w := work.Worker{Kind: "greet", AtOnce: 5, Timeout: time.Minute, Tries: 3, Do: func(_ context.Context, args []byte) error {
					did = append(did, string(args))
					return tt.fault
				}}
				for range 2 {
					if _, err := work.Once(t.Context(), s, w); err != nil {
						t.Fatal(err)
					}
				}
				if len(did) != 1 || did[0] != `"ada"` {
					t.Errorf("did %q, want ada once and ben later", did)
				}
				if got := jobs(t, s); got.Waiting != tt.waiting+1 || got.Buried != tt.buried {
					t.Errorf("%+v, want %d waiting beside ben, %d buried", got, tt.waiting, tt.buried)
				}
			})
		})
	}
}

func TestJobThatPanicsIsTriedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddJob(t.Context(), "greet", "ada", tx.Now, "")
		}); err != nil {
			t.Fatal(err)
		}
		w := work.Worker{Kind: "greet", AtOnce: 1, Timeout: time.Minute, Tries: 3, Do: func(context.Context, []byte) error { panic("boom") }}
		if n, err := work.Once(t.Context(), s, w); n != 1 || err != nil {
			t.Errorf("ran %d, %v", n, err)
		}
		if got := jobs(t, s); got.Waiting != 1 {
			t.Errorf("%+v, want it waiting", got)
		}
	})
}

// A job that takes long keeps its own place, and no other's.
func TestSlowJobKeepsNobodyWaiting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const others = 7
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			for i := range 1 + others {
				if err := tx.AddJob(t.Context(), "greet", i, tx.Now.Add(time.Duration(i-others)*time.Second), ""); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		did := make(chan string, others)
		w := work.Worker{Kind: "greet", AtOnce: 2, Timeout: time.Minute, Tries: 3, Do: func(ctx context.Context, args []byte) error {
			if string(args) == "0" {
				<-ctx.Done()
				return ctx.Err()
			}
			did <- string(args)
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			work.Runner{Store: s, Workers: []work.Worker{w}, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
		}()
		for n := range others {
			select {
			case <-did:
			case <-time.After(20 * time.Second):
				t.Fatalf("%d of %d were done beside a slow one", n, others)
			}
		}
		cancel()
		<-stopped
	})
}

// A job that is put off is not given up, however often.
func TestJobPutOffCostsNoTry(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddJob(t.Context(), "greet", "ada", tx.Now, "ada")
		}); err != nil {
			t.Fatal(err)
		}
		w := work.Worker{Kind: "greet", AtOnce: 1, Timeout: time.Minute, Tries: 1, Do: func(context.Context, []byte) error { return work.ErrLater }}
		for range 3 {
			if n, err := work.Once(t.Context(), s, w); n != 1 || err != nil {
				t.Errorf("ran %d, %v", n, err)
			}
			if n, err := work.Once(t.Context(), s, w); n != 0 || err != nil {
				t.Errorf("ran %d at once again, %v", n, err)
			}
			c.Pass(time.Minute)
		}
		if got := jobs(t, s); got.Waiting != 1 || got.Buried != 0 {
			t.Errorf("%+v, want it waiting", got)
		}
	})
}

// Jobs of one lane are done in the order in which they were added, those of
// others meanwhile.
func TestLanes(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		for _, args := range []string{"a1", "a2", "b1", "a3", "a4"} {
			if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.AddJob(t.Context(), "greet", args, tx.Now, "") }); err != nil {
				t.Fatal(err)
			}
			c.Pass(time.Millisecond) // ids have the time, and are by chance within a moment
		}
		var mu sync.Mutex
		var did []string
		other, all := make(chan struct{}), make(chan struct{})
		w := work.Worker{Kind: "greet", AtOnce: 5, Timeout: time.Minute, Tries: 1, Lane: func(args []byte) string { return string(args[1:2]) }, Do: func(ctx context.Context, args []byte) error {
			what := string(args[1:3])
			if what == "b1" {
				close(other)
				return nil
			}
			<-other // which is added later, and does not wait for a1
			mu.Lock()
			defer mu.Unlock()
			if did = append(did, what); len(did) == 4 {
				close(all)
			}
			return nil
		}}
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			work.Runner{Store: s, Workers: []work.Worker{w}, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
		}()
		<-all
		stop()
		<-stopped
		if got := strings.Join(did, " "); got != "a1 a2 a3 a4" {
			t.Errorf("done in the order %s", got)
		}
	})
}

func TestRunnerStops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		done := make(chan struct{}, 100)
		w := work.Worker{Kind: "greet", AtOnce: 5, Timeout: time.Minute, Tries: 3, Do: func(context.Context, []byte) error {
			done <- struct{}{}
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			work.Runner{Store: s, Followers: []work.Follower{toJobs()}, Workers: []work.Worker{w}, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
		}()
		record(t, s, 3)
		for range 3 {
			<-done
		}
		cancel()
		<-stopped
	})
}
