package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/event"
)

const (
	// tailEvery is how often the journal is looked at for what other
	// processes wrote. On SQLite that is only the command line.
	tailEvery = 100 * time.Millisecond
	// tailBatch is how many facts watchers are given at a time, at most.
	tailBatch = 500
)

// A Watcher is told what was committed, in order, by one goroutine. It keeps
// nothing but memory: after a restart it starts from the end of the journal.
type Watcher func(ctx context.Context, rs []event.Record)

// tail reads the journal as it grows and gives it to the watchers.
type tail struct {
	s        *Store
	patience time.Duration
	bell     chan struct{}
	done     chan struct{}
	once     sync.Once
	wg       sync.WaitGroup

	peeked map[event.Pos]bool // by run alone: given early, not yet in order

	mu       sync.Mutex
	watchers []Watcher
	passing  []*Watcher // for a while
	early    []Watcher
	at       event.Pos // read up to here, by everybody
	waiting  map[*waiter]bool
}

// A waiter is a write that waits until the watchers have seen its facts.
type waiter struct {
	until event.Pos
	seen  chan struct{}
}

func newTail(s *Store, patience time.Duration) *tail {
	return &tail{s: s, patience: patience, bell: make(chan struct{}, 1), done: make(chan struct{}), waiting: map[*waiter]bool{}}
}

// Watch makes w see everything committed from now on. Call it before serving.
func (s *Store) Watch(w Watcher) {
	s.tail.mu.Lock()
	defer s.tail.mu.Unlock()
	s.tail.watchers = append(s.tail.watchers, w)
}

// WatchUntil is Watch until ctx ends.
func (s *Store) WatchUntil(ctx context.Context, w Watcher) {
	t := s.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	one := &w
	t.passing = append(t.passing, one)
	context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.passing = slices.DeleteFunc(slices.Clone(t.passing), func(other *Watcher) bool { return other == one })
	})
}

// WatchEarly has w also given what may not be read in order yet: on PostgreSQL
// a long transaction elsewhere holds the journal up. What this process writes
// it is given before the write is answered, what others write soon after. It is
// for what forgets, and must not mind facts twice and out of order.
func (s *Store) WatchEarly(w Watcher) {
	s.tail.mu.Lock()
	defer s.tail.mu.Unlock()
	s.tail.early = append(s.tail.early, w)
}

// wrote gives the facts of a write of this process to those who want them
// early.
func (t *tail) wrote(ctx context.Context, at time.Time, facts []event.Fact) {
	rs := make([]event.Record, len(facts))
	for i, f := range facts {
		rs[i] = event.Record{At: at, Fact: f}
	}
	t.giveEarly(ctx, rs)
}

func (t *tail) giveEarly(ctx context.Context, rs []event.Record) {
	t.mu.Lock()
	early := t.early
	t.mu.Unlock()
	for _, w := range early {
		w(ctx, rs)
	}
}

// peek gives what is committed but may not be read in order yet, each fact
// once for as long as it waits.
func (t *tail) peek(ctx context.Context) error {
	if t.s.dialect.early == "" {
		return nil
	}
	var rs []event.Record
	if err := t.s.Read(ctx, func(v *View) (err error) {
		rs, err = rows(ctx, v, scanRecord, v.d.early, t.at.Major, t.at.Minor, tailBatch)
		return err
	}); err != nil {
		return err
	}
	var fresh []event.Record
	waiting := make(map[event.Pos]bool, len(rs))
	for _, r := range rs {
		if waiting[r.Pos] = true; !t.peeked[r.Pos] {
			fresh = append(fresh, r)
		}
	}
	t.peeked = waiting
	if len(fresh) > 0 {
		t.giveEarly(ctx, fresh)
	}
	return nil
}

func (t *tail) start(ctx context.Context) error {
	at, err := t.s.end(ctx)
	if err != nil {
		return err
	}
	t.at = at
	t.wg.Go(t.run)
	return nil
}

func (t *tail) stop() {
	t.once.Do(func() { close(t.done) })
	t.wg.Wait()
}

func (t *tail) ring() {
	select {
	case t.bell <- struct{}{}:
	default:
	}
}

func (t *tail) run() {
	tick := time.NewTicker(tailEvery)
	defer tick.Stop()
	ctx, readable := context.Background(), true
	for {
		select {
		case <-t.done:
			return
		case <-t.bell:
		case <-tick.C:
		}
		err := t.catchUp(ctx)
		if err == nil {
			err = t.peek(ctx)
		}
		if err != nil && readable {
			t.s.log.Warn("journal not readable, trying again", "err", err)
		} else if err == nil && !readable {
			t.s.log.Info("journal readable again")
		}
		readable = err == nil
	}
}

// catchUp gives the watchers all there is after at.
func (t *tail) catchUp(ctx context.Context) error {
	for {
		var rs []event.Record
		err := t.s.Read(ctx, func(v *View) (err error) {
			rs, err = v.Facts(ctx, t.at, tailBatch)
			return err
		})
		if err != nil || len(rs) == 0 {
			return err
		}
		t.give(ctx, rs)
	}
}

// give tells the watchers of rs and releases the writes they came from.
func (t *tail) give(ctx context.Context, rs []event.Record) {
	t.mu.Lock()
	watchers, passing := t.watchers, t.passing
	t.mu.Unlock()
	for _, w := range watchers {
		w(ctx, rs)
	}
	for _, w := range passing {
		(*w)(ctx, rs)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = rs[len(rs)-1].Pos
	for w := range t.waiting {
		if !t.at.Before(w.until) {
			close(w.seen)
			delete(t.waiting, w)
		}
	}
}

// wait returns when the watchers have seen everything up to until, or after
// a while.
func (t *tail) wait(until event.Pos) {
	w := &waiter{until: until, seen: make(chan struct{})}
	t.mu.Lock()
	if !t.at.Before(until) {
		t.mu.Unlock()
		return
	}
	t.waiting[w] = true
	t.mu.Unlock()
	t.ring()
	late := time.NewTimer(t.patience)
	defer late.Stop()
	select {
	case <-w.seen:
	case <-t.done:
	case <-late.C:
		t.mu.Lock()
		delete(t.waiting, w)
		t.mu.Unlock()
	}
}

// end is where the journal ends now: everything up to there is old.
func (s *Store) end(ctx context.Context) (p event.Pos, err error) {
	query := `SELECT seq, 0 FROM journal_head WHERE id = 1`
	if s.dialect.name == postgres.name {
		query = `SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) - 1, CAST(9223372036854775807 AS BIGINT)`
	}
	err = s.Read(ctx, func(v *View) error {
		p, err = one(ctx, v, errNone, scanPos, query)
		return err
	})
	return p, err
}
