package work

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// every is how often followers and workers look for themselves; what is urgent
	// to them and committed by this process wakes them at once.
	every = time.Second
	// gather is how long they wait after that: what comes meanwhile goes into
	// the same commit.
	gather = 20 * time.Millisecond
	// afterFault is how long a follower or worker rests after an error.
	afterFault = 5 * time.Second
	// keepJournal is how long facts stay after everybody has read them.
	keepJournal = time.Hour
	tidyEvery   = 10 * time.Minute
)

// Runner keeps followers caught up and jobs done, until its context ends.
type Runner struct {
	Store     *store.Store
	Followers []Follower
	Workers   []Worker
	Chores    []Chore
	Log       *slog.Logger
}

// A Chore is done now and then. It may be done twice, and by several hosts.
type Chore struct {
	Name string
	Do   func(ctx context.Context) error
}

// Run returns when ctx has ended and everything it started has stopped.
func (r Runner) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, f := range r.Followers {
		bell := r.bell(ctx, f)
		wg.Go(func() {
			r.loop(ctx, f.Name, bell, func() error { return CatchUp(ctx, r.Store, f) })
		})
	}
	for _, w := range r.Workers {
		bell := make(chan struct{}, 1)
		r.Store.WatchJobs(ctx, w.Kind, func() { ring(bell) })
		wg.Go(func() {
			r.loop(ctx, w.Kind, bell, func() error { return drain(ctx, r.Store, w, bell) })
		})
	}
	wg.Go(func() { r.tidy(ctx) })
	wg.Wait()
}

// bell rings when something was committed that f is in a hurry for.
func (r Runner) bell(ctx context.Context, f Follower) chan struct{} {
	c := make(chan struct{}, 1)
	r.Store.WatchUntil(ctx, func(_ context.Context, rs []event.Record) {
		if f.wakes(rs) {
			ring(c)
		}
	})
	return c
}

func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

func (r Runner) loop(ctx context.Context, name string, bell <-chan struct{}, do func() error) {
	for ctx.Err() == nil {
		wait := every
		if err := do(); err != nil && ctx.Err() == nil && r.Store.Gate() == nil { // shut, it is not ours to do any more
			r.Log.ErrorContext(ctx, "work stopped, trying again", "name", name, "err", err)
			wait = afterFault
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-bell:
			rest(ctx, gather)
		case <-t.C:
		}
		t.Stop()
	}
}

// rest waits for d, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (r Runner) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := r.Store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.TrimJournal(ctx, tx.Now.Add(-keepJournal)); err != nil {
				return err
			}
			return tx.TrimJobs(ctx, tx.Now.Add(-keepBuried))
		}); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "tidy up", "err", err)
		}
		for _, c := range r.Chores {
			if err := c.Do(ctx); err != nil && ctx.Err() == nil {
				r.Log.ErrorContext(ctx, "chore not done, trying again later", "name", c.Name, "err", err)
			}
		}
	}
}
