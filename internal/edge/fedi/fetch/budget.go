package fetch

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
)

// What one cause may make us ask for: one activity, one search, one key.
const (
	// MaxRequests is how many requests there are for it in all.
	MaxRequests = 60
	// MaxRelayed is how many there are for a post that only a relay told of.
	MaxRelayed = 20
	// MaxParents is how far up a thread is followed.
	MaxParents = 20
	// MaxMet is how many of those whom a post mentions are asked for.
	MaxMet = 10
)

// perHost is how often one site is asked, for whatever cause. All names of a
// site count together: they cost who owns it nothing.
var perHost = limit.Rule{Name: "fetch", Burst: 300, Per: time.Minute}

var (
	errBudget     = errs.New(errs.Limited, "This would take too many requests to other servers.")
	errHostBudget = errs.New(errs.Limited, "That server was asked too much already. Try again in a minute.")
)

// site is what host belongs to: the part of its name that somebody registered.
func site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

type taskKey struct{}

// A task is what one cause has made us ask for.
type task struct {
	left  atomic.Int64
	of    *task // that this one is a part of, if it is
	whole *bounds
	quiet bool // what is found is no news
	once  bool // nothing is tried again

	mu    sync.Mutex
	posts map[string]bool
}

// bounds are what a task with many parts keeps to besides.
type bounds struct {
	bytes   atomic.Int64 // that may still be read
	perSite int

	mu    sync.Mutex
	sites map[string]int // requests
}

// budgeted is ctx with a budget for all that is asked for under it. One that
// it has already stays: what a document leads to is the same cause.
func budgeted(ctx context.Context) context.Context { return budgetedFor(ctx, MaxRequests) }

// budgetedFor is budgeted with another number of requests.
func budgetedFor(ctx context.Context, requests int64) context.Context {
	if taskOf(ctx) != nil {
		return ctx
	}
	return within(ctx, newTask(requests))
}

func newTask(requests int64) *task {
	t := &task{posts: map[string]bool{}}
	t.left.Store(requests)
	return t
}

func within(ctx context.Context, t *task) context.Context {
	return context.WithValue(ctx, taskKey{}, t)
}

func taskOf(ctx context.Context) *task {
	t, _ := ctx.Value(taskKey{}).(*task)
	return t
}

// part is ctx with a budget of its own, which counts on that of the whole too.
func part(ctx context.Context, requests int64) context.Context {
	of := taskOf(ctx)
	t := newTask(requests)
	t.of, t.whole, t.quiet, t.once = of, of.whole, of.quiet, of.once
	return within(ctx, t)
}

// spend takes one request off the budget.
func spend(ctx context.Context) error {
	for t := taskOf(ctx); t != nil; t = t.of {
		if t.left.Add(-1) < 0 || t.whole != nil && t.whole.bytes.Load() < 0 {
			return errBudget
		}
	}
	return nil
}

// visit takes one request off what the task may ask of a site.
func visit(ctx context.Context, site string) error {
	t := taskOf(ctx)
	if t == nil || t.whole == nil {
		return nil
	}
	t.whole.mu.Lock()
	defer t.whole.mu.Unlock()
	if t.whole.sites[site]++; t.whole.sites[site] > t.whole.perSite {
		return errHostBudget
	}
	return nil
}

// weigh takes what was read off the budget.
func weigh(ctx context.Context, bytes int) {
	if t := taskOf(ctx); t != nil && t.whole != nil {
		t.whole.bytes.Add(-int64(bytes))
	}
}

// begin reports whether a post is wanted for the first time: threads may be
// said to go round.
func begin(ctx context.Context, post string) bool {
	t := taskOf(ctx)
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.posts[post] {
		return false
	}
	t.posts[post] = true
	return true
}

// How long it is remembered that there is nothing.
const (
	missLife  = 10 * time.Minute // at an address
	awayLife  = time.Minute      // from a server that does not answer
	maxMisses = 10_000
)

// misses are addresses that were asked for in vain.
type misses struct {
	now clock.Clock
	mu  sync.Mutex
	all map[string]miss
}

type miss struct {
	err   error
	until time.Time
}

func newMisses(now clock.Clock) *misses { return &misses{now: now, all: map[string]miss{}} }

// of is why an address need not be asked again yet, or nil.
func (m *misses) of(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.all[id]
	if !ok || !m.now().Before(was.until) {
		return nil
	}
	return was.err
}

// keep remembers how asking went.
func (m *misses) keep(id string, err error) {
	life := missLife
	switch errs.KindOf(err) {
	case errs.Unavailable:
		life = awayLife
	case errs.Internal, errs.Limited:
		if err != nil {
			return // that is ours, or passes
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		delete(m.all, id)
		return
	}
	for other, was := range m.all { // whichever come first make room
		if len(m.all) < maxMisses {
			break
		}
		if delete(m.all, other); m.now().Before(was.until) {
			break
		}
	}
	m.all[id] = miss{err, m.now().Add(life)}
}

// forget has an address asked again.
func (m *misses) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, id)
}
