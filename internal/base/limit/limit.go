// Package limit counts how often something is done, by a name and a key, and
// says when it is too often. It keeps its counts in memory only: a restart
// forgives everybody, and each host counts for itself.
package limit

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
)

// A Rule allows Burst at once, and from then on as much as makes Burst in Per.
type Rule struct {
	Name  string
	Burst int
	Per   time.Duration
}

// State is how a key stands under a rule.
type State struct {
	Limit, Remaining int
	Reset            time.Time // when all of Limit is there again
	OK               bool
	RetryAfter       time.Duration // zero if OK
}

// most is how many keys are remembered; each takes some 50 bytes.
const most = 1 << 17

// Limiter counts. Keys are kept as hashes only.
type Limiter struct {
	now  clock.Clock
	off  atomic.Bool
	seed maphash.Seed
	most int

	mu   sync.Mutex
	full map[uint64]time.Time // when all is there again, for each key
}

// New returns a Limiter that goes by now.
func New(now clock.Clock) *Limiter {
	return &Limiter{now: now, seed: maphash.MakeSeed(), most: most, full: map[uint64]time.Time{}}
}

// Off lets everything through from now on.
func (l *Limiter) Off() { l.off.Store(true) }

type place struct{ rule, key string }

// Take counts one more for key under rule. What is not OK is not counted.
// This is the generic cell rate algorithm: one moment for each key says it all.
func (l *Limiter) Take(rule Rule, key string) State {
	now := l.now()
	if l.off.Load() {
		return State{Limit: rule.Burst, Remaining: rule.Burst, Reset: now, OK: true}
	}
	k := maphash.Comparable(l.seed, place{rule.Name, key})
	each := rule.Per / time.Duration(rule.Burst)
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.full[k]
	if full.Before(now) {
		full = now
	}
	after := full.Add(each)
	if wait := after.Sub(now) - rule.Per; wait > 0 {
		return State{Limit: rule.Burst, Reset: full, RetryAfter: wait}
	}
	l.full[k] = after
	if len(l.full) > l.most {
		l.thin(now)
	}
	return State{Limit: rule.Burst, Remaining: int((rule.Per - after.Sub(now)) / each), Reset: after, OK: true}
}

// Undo takes back one Take that was OK, for what turned out not to count.
func (l *Limiter) Undo(rule Rule, key string) {
	k := maphash.Comparable(l.seed, place{rule.Name, key})
	l.mu.Lock()
	defer l.mu.Unlock()
	if full, ok := l.full[k]; ok {
		l.full[k] = full.Add(-rule.Per / time.Duration(rule.Burst))
	}
}

// thin forgets the keys that have everything again; if these are few, also an
// eighth of the others, whichever the map gives first.
func (l *Limiter) thin(now time.Time) {
	for k, full := range l.full {
		if !full.After(now) {
			delete(l.full, k)
		}
	}
	for k := range l.full {
		if len(l.full) <= l.most-l.most/8 {
			return
		}
		delete(l.full, k)
	}
}
