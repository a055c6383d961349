package turn

import (
	"context"
	"time"
)

// A Watcher sees who has the turn, and when it is free. It is for one goroutine.
type Watcher struct {
	turn   *Turn
	last   *Record       // the newest that was seen
	seen   time.Duration // when it had been seen for the first time
	looked time.Duration // when the last look began that found it still the newest
	ever   bool          // whether looked is anything
}

// Watch makes a Watcher that has seen nothing yet.
func (t *Turn) Watch() *Watcher { return &Watcher{turn: t} }

// Look looks at the end of the list. After an error it is as if nobody had
// looked.
func (w *Watcher) Look(ctx context.Context) error {
	t, began, from := w.turn, w.turn.o.Clock(), uint64(0)
	if w.last != nil {
		from = w.last.N
	}
	n, err := t.newest(ctx, from)
	if err != nil {
		return err
	}
	if n < from {
		return broken("%s and all after it have been taken away", key(from))
	}
	if n > from {
		last, err := t.read(ctx, n)
		if err != nil {
			return err
		}
		if w.last != nil && last.Epoch < w.last.Epoch {
			return broken("%s is of epoch %d, which comes after %d", key(n), last.Epoch, w.last.Epoch)
		}
		w.last, w.seen = &last, t.o.Clock()
	}
	w.looked, w.ever = began, true
	return nil
}

// Last is the newest record that was seen, if any.
func (w *Watcher) Last() (Record, bool) {
	if w.last == nil {
		return Record{}, false
	}
	return *w.last, true
}

// Expired reports whether the holder's lease has ended by any clock: the Watcher
// itself has seen the same record for long enough. That is soon if it is a
// yield.
func (w *Watcher) Expired() bool {
	return w.last != nil && w.looked-w.seen >= w.last.holds()
}

// Free reports whether the turn may be claimed: nobody ever had it, or whoever
// had it yielded, or it has Expired.
func (w *Watcher) Free() bool { return w.ever && (w.last == nil || w.Expired()) }

// Wait looks again and again until the turn is free, and tells tell what went
// wrong in between, which may be nil if nobody wants to know. It ends with an
// error when ctx does, or when the list is broken.
func (w *Watcher) Wait(ctx context.Context, tell func(error)) error {
	for {
		err := w.turn.within(ctx, w.Look)
		if err == nil && w.Free() {
			return nil
		}
		if err != nil && isFinal(err) {
			return err
		}
		if err != nil && tell != nil && ctx.Err() == nil {
			tell(err)
		}
		if err := pause(ctx, w.turn.beat()); err != nil {
			return err
		}
	}
}

// ends is when the lease that was seen last has ended by any clock.
func (w *Watcher) ends() time.Duration {
	if w.last == nil {
		return w.looked
	}
	return w.seen + w.last.holds()
}
