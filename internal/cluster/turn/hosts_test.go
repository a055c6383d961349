package turn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/plaza-social/plaza/internal/cluster/place"
)

// world is several hosts over one bad place: it is slow, it loses questions and
// answers, and what was given up may still arrive. Hosts sleep at any moment,
// die, come back, seize, and their clocks run a tenth too fast or too slow.
type world struct {
	t     *testing.T
	store *memory
	start time.Time

	mu     sync.Mutex
	rand   *rand.Rand
	leases []*Lease // of processes that are alive
	won    []string // epoch and holder of each that was ever valid
	counts map[string]int
}

func (w *world) chance(percent int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rand.IntN(100) < percent
}

// upTo is a random time.
func (w *world) upTo(d time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(w.rand.Int64N(int64(d)))
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

// delay is short, mostly; sometimes it is a host that sleeps, and sometimes for
// so long that all it knew has been taken away.
func (w *world) delay(ctx context.Context) {
	d := w.upTo(DefaultTTL / 20)
	switch {
	case w.chance(2):
		w.count("slept long")
		d = w.upTo(30 * DefaultTTL)
		ctx = context.Background()
	case w.chance(5):
		w.count("slept")
		d = w.upTo(3 * DefaultTTL)
		ctx = context.Background() // and does not see that time is up
	}
	_ = pause(ctx, d)
}

// check is the promise: at no moment have two of them the turn.
func (w *world) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var valid []string
	for _, l := range w.leases {
		if l.Valid() {
			valid = append(valid, fmt.Sprintf("%d %s", l.Epoch(), l.turn.holder))
		}
	}
	if len(valid) > 1 {
		w.t.Errorf("at %s %v have the turn", time.Since(w.start), valid)
	}
	if len(valid) == 1 && (len(w.won) == 0 || w.won[len(w.won)-1] != valid[0]) {
		w.won = append(w.won, valid[0])
	}
}

func (w *world) born(l *Lease) {
	w.mu.Lock()
	w.leases = append(w.leases, l)
	w.mu.Unlock()
	w.check()
}

func (w *world) died(l *Lease) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.leases {
		if w.leases[i] == l {
			w.leases = append(w.leases[:i], w.leases[i+1:]...)
			return
		}
	}
}

// badPlace is the place as a host meets it.
type badPlace struct {
	place.Place
	w *world
}

func (p badPlace) PutNew(ctx context.Context, key string, data []byte) error {
	p.w.delay(ctx)
	defer p.w.check()
	if p.w.chance(4) {
		p.w.count("arrived late")
		late := p.w.upTo(30 * DefaultTTL)
		time.AfterFunc(late, func() { _ = p.Place.PutNew(context.Background(), key, data) })
		return errLost
	}
	if p.w.chance(5) {
		return errLost
	}
	err := p.Place.PutNew(ctx, key, data)
	p.w.delay(ctx)
	if p.w.chance(8) {
		p.w.count("answer lost")
		return errLost
	}
	return errors.Join(err, ctx.Err())
}

func (p badPlace) Each(ctx context.Context, prefix, after string, visit func(place.Info) error) error {
	p.w.delay(ctx)
	if p.w.chance(5) {
		return errLost
	}
	err := p.Place.Each(ctx, prefix, after, visit)
	p.w.delay(ctx)
	return errors.Join(err, ctx.Err())
}

// clock runs evenly, and not as others do.
func (w *world) clock() Monotonic {
	offset, rate := w.upTo(time.Hour), 90+int64(w.upTo(21))
	return func() time.Duration { return offset + time.Since(w.start)*time.Duration(rate)/100 }
}

// host lives until ctx ends.
func (w *world) host(ctx context.Context, name string) {
	for life := 0; ctx.Err() == nil; life++ {
		ttl := DefaultTTL << w.upTo(3) / 2
		turn, err := Open(badPlace{w.store, w}, name, Options{TTL: ttl, Clock: w.clock(), Now: calendar})
		if err != nil {
			w.t.Error(err)
			return
		}
		w.life(ctx, turn)
		_ = pause(ctx, w.upTo(2*DefaultTTL))
	}
}

// life is that of a process: it waits for the turn, has it for a while, and
// gives it up or dies.
func (w *world) life(ctx context.Context, turn *Turn) {
	l := w.take(ctx, turn)
	if l == nil {
		return
	}
	w.born(l)
	busy, stop := context.WithTimeout(ctx, w.upTo(20*DefaultTTL))
	defer stop()
	err := l.Keep(busy, nil)
	w.check()
	switch {
	case errors.Is(err, ErrBroken):
		w.t.Error(err)
	case errors.Is(err, ErrFenced):
		w.count("fenced")
	case w.chance(30):
		w.count("yielded")
		_ = l.Yield(ctx) // the others wait if it fails
	case w.chance(50):
		w.count("froze")
		_ = pause(ctx, w.upTo(3*DefaultTTL)) // and thinks that it has the turn for as long as it lasts
	}
	w.check()
	w.died(l)
}

func (w *world) take(ctx context.Context, turn *Turn) (l *Lease) {
	watch := turn.Watch()
	err := watch.Look(ctx)
	switch last, _ := watch.Last(); {
	case err == nil && last.Holder == turn.holder: // the process before this one is dead
		w.count("resumed")
		l, err = turn.Resume(ctx, watch)
	case err == nil && w.chance(20):
		w.count("seized")
		l, err = turn.Seize(ctx, watch)
	default:
		if err = watch.Wait(ctx, nil); err == nil {
			l, err = turn.Claim(ctx, watch)
		}
	}
	if errors.Is(err, ErrBroken) {
		w.t.Error(err)
	}
	if err == nil {
		w.count("claimed")
	}
	return l
}

func TestNeverTwo(t *testing.T) {
	t.Parallel()
	all := map[string]int{}
	for seed := range uint64(rounds) {
		synctest.Test(t, func(t *testing.T) {
			w := &world{t: t, store: newMemory(), start: time.Now(), rand: rand.New(rand.NewPCG(seed, 1)), counts: map[string]int{}}
			ctx, stop := context.WithTimeout(t.Context(), 100*DefaultTTL)
			defer stop()
			var hosts sync.WaitGroup
			for _, name := range []string{"ada", "ben", "cyd", "dan"} {
				hosts.Go(func() { w.host(ctx, name) })
			}
			for ctx.Err() == nil {
				_ = pause(ctx, DefaultTTL/50)
				w.check()
			}
			hosts.Wait()
			w.history()
			if t.Failed() {
				t.Logf("seed %d: %v", seed, w.counts)
			}
			for what, n := range w.counts {
				all[what] += n
			}
		})
		if t.Failed() {
			return
		}
	}
	for _, what := range []string{"claimed", "resumed", "seized", "yielded", "fenced", "froze", "slept", "slept long", "arrived late", "answer lost"} {
		if all[what] < rounds/2 {
			t.Errorf("%s: %d times, so that was not tried", what, all[what])
		}
	}
	t.Log(all)
}

const rounds = 60

// history checks that epochs rise, and that whoever had the turn is among them,
// in this order.
func (w *world) history() {
	turn, err := Open(w.store, "eve", Options{Now: calendar})
	if err != nil {
		w.t.Fatal(err)
	}
	past, err := turn.History(w.t.Context())
	if err != nil {
		w.t.Error(err)
	}
	i := 0
	for n, p := range past {
		if n > 0 && (p.Epoch <= past[n-1].Epoch || p.N <= past[n-1].N) {
			w.t.Errorf("epoch %d after %d", p.Epoch, past[n-1].Epoch)
		}
		if i < len(w.won) && w.won[i] == fmt.Sprintf("%d %s", p.Epoch, p.Holder) {
			i++
		}
	}
	if i < len(w.won) {
		w.t.Errorf("%s had the turn and is not in the history: %v, %v", w.won[i], w.won, past)
	}
}
