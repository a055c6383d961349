package turn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// claimTries is how often a claim is sent whose answer is lost.
const claimTries = 3

// A Lease is the turn of one epoch, for as long as it is renewed.
type Lease struct {
	turn  *Turn
	epoch uint64
	claim uint64        // its number
	from  time.Duration // not valid before
	until atomic.Int64  // a time.Duration: not valid from then on
	ended atomic.Bool   // for good

	mu    sync.Mutex // held while a record is written
	is    Record     // the last that is known to stand
	sent  time.Duration
	next  *Record // what was sent and may or may not have arrived
	began time.Duration
	known map[uint64]Past // claims that prune need not read again
}

// Claim takes the turn if w has found it free. The error is ErrTaken if it is
// not, or if somebody else was faster; look again then.
func (t *Turn) Claim(ctx context.Context, w *Watcher) (*Lease, error) {
	if !w.Free() {
		return nil, ErrTaken
	}
	return t.take(ctx, w, w.ends())
}

// Seize takes the turn from whoever has it, for an admin who says so. The other
// host is fenced at once and may think for the rest of its lease that it is
// not: ours is valid only from then on.
func (t *Turn) Seize(ctx context.Context, w *Watcher) (*Lease, error) {
	if !w.ever {
		return nil, ErrTaken
	}
	return t.take(ctx, w, w.ends())
}

// Resume takes the turn again for a host that had it when it died. Only whoever
// knows that no other process of that name is alive may: one that holds the
// lock of the folder of its data. The error is ErrTaken if somebody else has it.
func (t *Turn) Resume(ctx context.Context, w *Watcher) (*Lease, error) {
	if w.last == nil || w.last.Holder != t.holder {
		return nil, ErrTaken
	}
	return t.take(ctx, w, w.seen+patience(w.last.wait()))
}

// take puts a claim behind the record that w saw last, to be valid from then on.
// An error besides ErrTaken leaves open whether the claim arrives: nobody has
// the turn then.
func (t *Turn) take(ctx context.Context, w *Watcher, from time.Duration) (*Lease, error) {
	var last Record
	if w.last != nil {
		last = *w.last
	}
	r := Record{N: last.N + 1, Epoch: max(last.Epoch, t.o.Known) + 1, Holder: t.holder, Nonce: nonce(), Kind: Claim,
		TTL: t.o.TTL.Milliseconds(), At: t.o.Now().UnixMilli()}
	sent := t.o.Clock()
	if r.Wait = left(from, sent); r.Wait > maxWait.Milliseconds() {
		return nil, fmt.Errorf("%w, for a long time", ErrTaken)
	}
	if err := t.claim(ctx, r); err != nil {
		return nil, fmt.Errorf("claim the turn: %w", err)
	}
	l := &Lease{turn: t, epoch: r.Epoch, claim: r.N, from: from, is: r, sent: sent, known: map[uint64]Past{}}
	l.until.Store(int64(sent + t.o.TTL))
	return l, nil
}

// left is how many milliseconds are left at a moment, rounded up.
func left(until, at time.Duration) int64 {
	return max(0, until-at+time.Millisecond-1).Milliseconds()
}

// claim puts a claim and makes sure that it is the end of the list. It is not if
// this host slept for long before it wrote: the number was somebody's renewal,
// and was free again because those are taken away when they are old. There are
// newer ones then.
func (t *Turn) claim(ctx context.Context, r Record) error {
	var err error
	for range claimTries {
		var won bool
		var other *Record
		if won, other, err = t.put(ctx, r); won {
			break
		}
		if other != nil {
			return fmt.Errorf("%w: %s", ErrTaken, other.Holder)
		}
	}
	if err != nil {
		return err
	}
	newest, err := t.newest(ctx, r.N)
	if err == nil && newest != r.N {
		return ErrTaken
	}
	return err
}

// Epoch is that of the lease.
func (l *Lease) Epoch() uint64 { return l.epoch }

// Valid reports whether we have the turn now. Whoever does something that takes
// a while asks again before saying that it is done.
func (l *Lease) Valid() bool { return l.Left() > 0 }

// Left is for how much longer the lease is valid; nothing if it is not.
func (l *Lease) Left() time.Duration {
	now := l.turn.o.Clock()
	if l.ended.Load() || now < l.from {
		return 0
	}
	return max(0, time.Duration(l.until.Load())-now)
}

// Renew makes the lease last from now. ErrFenced means that it is over for good,
// and so does ErrBroken; after other errors it may be tried again, also once
// the lease has ended: as long as nobody else claims the turn it is still ours.
func (l *Lease) Renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.write(ctx, Renew)
}

// write puts the next record. One that may still arrive is sent again as it is,
// and counts from when it was sent first: whoever waits may have seen it since.
func (l *Lease) write(ctx context.Context, kind Kind) error {
	if l.ended.Load() && kind != Yield {
		return ErrFenced
	}
	if l.next == nil {
		next := l.is
		next.N, next.Nonce, next.Kind, next.At = l.is.N+1, nonce(), kind, l.turn.o.Now().UnixMilli()
		l.next, l.began = &next, l.turn.o.Clock()
		next.Wait = left(l.from, l.began)
	}
	won, other, err := l.turn.put(ctx, *l.next)
	switch {
	case won:
		l.is, l.sent, l.next = *l.next, l.began, nil
		l.until.Store(int64(l.sent + l.is.ttl()))
		return nil
	case other != nil:
		l.ended.Store(true)
		return fmt.Errorf("%w: %s has epoch %d", ErrFenced, other.Holder, other.Epoch)
	case errors.Is(err, ErrBroken):
		l.ended.Store(true)
	}
	return fmt.Errorf("renew the turn: %w", err)
}

// Yield gives the turn up, so that another host need not wait. The lease is not
// valid from the beginning of the call on; whoever yields has stopped writing
// before. If it fails, the others wait.
func (l *Lease) Yield(ctx context.Context) error {
	l.ended.Store(true)
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.is.Kind != Yield {
		if err := l.write(ctx, Yield); errors.Is(err, ErrFenced) { // it is somebody else's already
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// Keep renews the lease until ctx ends, or until it is lost, which is the error.
// What goes wrong in between is told to tell, which may be nil.
func (l *Lease) Keep(ctx context.Context, tell func(error)) error {
	if tell == nil {
		tell = func(error) {}
	}
	for round := 0; ; round++ {
		err := l.turn.within(ctx, l.Renew)
		switch {
		case err != nil && isFinal(err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			tell(err)
		case round%keep == 0:
			if err := l.turn.within(ctx, l.prune); err != nil && ctx.Err() == nil {
				tell(err) // next time
			}
		}
		if err := pause(ctx, l.rest(err)); err != nil {
			return err
		}
	}
}

// rest is how long to wait for the next renewal: a beat from when the last one
// was sent, and less than that after one that failed.
func (l *Lease) rest(err error) time.Duration {
	if err != nil {
		return l.turn.beat() / 3
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.sent+l.turn.beat()-l.turn.o.Clock())
}

// beat is the time between two renewals.
func (t *Turn) beat() time.Duration { return t.o.TTL / renewals }

// within gives a call to the place no more time than two beats: another try is
// worth more than a late answer.
func (t *Turn) within(ctx context.Context, call func(context.Context) error) error {
	ctx, stop := context.WithTimeout(ctx, 2*t.beat())
	defer stop()
	return call(ctx)
}

func isFinal(err error) bool { return errors.Is(err, ErrFenced) || errors.Is(err, ErrBroken) }

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
