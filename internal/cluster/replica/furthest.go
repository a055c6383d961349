package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// One place may have what was acknowledged last, and another not yet. So whoever
// goes on from a copy asks all of them how far they go.

// reachWait is how long a place may take to say how far it goes; one that takes
// longer is passed over.
const reachWait = 10 * time.Second

// A reach is how far a place goes: in its last epoch that can be brought back.
type reach struct {
	place place.Place
	is    Restored
	fault error // why it is passed over
}

func (r Restored) compare(other Restored) int {
	return cmp.Or(cmp.Compare(r.Epoch.N, other.Epoch.N), cmp.Compare(r.At, other.At))
}

// furthest asks all places at once how far they go beyond what is here, in epochs
// before a number, and returns them in order, the one that has most first, and the
// faults of those that are passed over. first is done at each before it is asked.
func furthest(ctx context.Context, here Restored, before int64, at []place.Place, first func(context.Context, place.Place) error) (all []reach, passed []error) {
	all = make([]reach, len(at))
	var wg sync.WaitGroup
	for i, p := range at {
		wg.Go(func() {
			ctx, stop := context.WithTimeout(ctx, reachWait)
			defer stop()
			all[i].place = p
			if all[i].fault = first(ctx, p); all[i].fault == nil {
				all[i].is, all[i].fault = reachOf(ctx, p, here, before)
			}
		})
	}
	wg.Wait()
	for _, r := range all {
		if r.fault != nil {
			passed = append(passed, fmt.Errorf("%s: %w", r.place, r.fault))
		}
	}
	all = slices.DeleteFunc(all, func(r reach) bool { return r.fault != nil })
	slices.SortStableFunc(all, func(a, b reach) int { return b.is.compare(a.is) })
	return all, passed
}

// Reached is nil if a place answers in time.
func Reached(ctx context.Context, p place.Place) error {
	ctx, stop := context.WithTimeout(ctx, reachWait)
	defer stop()
	if _, err := latest(ctx, p, 0); err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	return nil
}

// reachOf is how far one goes.
func reachOf(ctx context.Context, p place.Place, here Restored, before int64) (Restored, error) {
	var later []string
	if err := p.Each(ctx, claims, claimKey(here.Epoch.N), func(i place.Info) error { later = append(later, i.Key); return nil }); err != nil {
		return here, err
	}
	for _, key := range slices.Backward(later) {
		e, err := readClaim(ctx, p, key)
		if err != nil {
			return here, err
		}
		if e.N >= before {
			continue
		}
		if n, err := covered(ctx, p, e, 0); n > 0 || err != nil {
			return Restored{Epoch: e, At: n}, err
		}
	}
	n, err := covered(ctx, p, here.Epoch, here.At)
	return Restored{Epoch: here.Epoch, At: n}, err
}

// covered is up to where the pieces of an epoch go without a gap, from a
// transaction on. Several are on their way at once: behind a gap stands what
// nobody was told of.
func covered(ctx context.Context, p place.Place, e Epoch, from ltx.TXID) (ltx.TXID, error) {
	there, err := sent(ctx, p, e, math.MaxUint64)
	if err != nil {
		return from, err
	}
	var all []piece
	for p := range there {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b piece) int { return cmp.Compare(a.min, b.min) })
	for _, p := range all {
		if p.min > from+1 {
			break
		}
		from = max(from, p.max)
	}
	return from, nil
}

// plan is what of an epoch is fetched to bring it back as far as it goes.
func (r *reader) plan(ctx context.Context) ([]*ltx.FileInfo, error) {
	n, err := covered(ctx, r.Place, r.epoch, 0)
	if err != nil {
		return nil, err
	}
	return litestream.CalcRestorePlan(ctx, r, n, time.Time{}, r.Log)
}

// An Ahead says that a place has what a house wrote that came after the one that
// was followed: it is to be followed there.
type Ahead struct {
	Place string
	Epoch Epoch
}

func (a *Ahead) Error() string {
	return fmt.Sprintf("%s has epoch %d, which came after the one that was followed", a.Place, a.Epoch.N)
}

// Unwrap says that it is to be fetched anew.
func (a *Ahead) Unwrap() error { return ErrNewEpoch }

// Noticed is how long a house, that looks for what was written so often, may take to
// notice that another has taken over, if it reaches its places.
func Noticed(every time.Duration) time.Duration {
	return min(askEvery+every+noticeMargin, longestNotice)
}

const (
	// noticeMargin is for the question to get to the place and back.
	noticeMargin = time.Second
	// longestNotice is for how long whoever takes over waits, at most.
	longestNotice = 30 * time.Second
)

// Finish takes over what any of the places has of what is followed, once Begin has
// begun an epoch of our own, and returns why some were passed over. Our claim
// stands at each before it is asked: what was acknowledged before is there then,
// and nothing is acknowledged after. What renew says once pages are written is
// nothing to stop at: who reads them opens them anew. The error is an Ahead if a place has what came
// after what is followed; after another, not all is here that one of them has.
func (f *Follower) Finish(ctx context.Context, own Epoch, at []place.Place, renew func(ctx context.Context, fn func() error) error) (passed []error, err error) {
	ours := len(at)
	if !slices.ContainsFunc(at, func(p place.Place) bool { return p.String() == f.Place.String() }) {
		at = append(slices.Clone(at), f.Place)
	}
	all, passed := furthest(ctx, Restored{Epoch: f.state.Epoch, At: f.state.At}, own.N, at, func(ctx context.Context, p place.Place) error {
		if !slices.Contains(at[:ours], p) { // it is only read, and nobody writes there
			return nil
		}
		return claim(ctx, p, own)
	})
	for _, fault := range passed {
		if fenced := (*Fenced)(nil); errors.As(fault, &fenced) {
			return passed, fault
		}
	}
	if len(all) == 0 {
		return passed, errs.Wrap(errs.Unavailable, "None of the places of the copies says what it has.", errors.Join(passed...))
	}
	if best := all[0]; best.is.Epoch.N != f.state.Epoch.N {
		return passed, &Ahead{best.place.String(), best.is.Epoch}
	}
	return passed, f.catchUp(ctx, all, func(ctx context.Context, fn func() error) error {
		written := false
		err := renew(ctx, func() error {
			err := fn()
			written = err == nil
			return err
		})
		if written {
			return nil
		}
		return err
	})
}

// catchUp goes on until the file is as far as the first of some places, from each
// of them that has more.
func (f *Follower) catchUp(ctx context.Context, all []reach, renew func(ctx context.Context, fn func() error) error) error {
	defer func(was place.Place) { f.Place = was }(f.Place)
	var faults []error
	for _, r := range all {
		if r.is.At <= f.state.At {
			continue
		}
		f.Place = r.place
		if _, err := f.CatchUp(ctx, renew); err != nil {
			faults = append(faults, err)
		}
	}
	if best := all[0]; f.state.At < best.is.At {
		return errs.Wrap(errs.Conflict, fmt.Sprintf("%s has more than what is here, and it cannot be taken over.", best.place), errors.Join(faults...))
	}
	return nil // what else went wrong is behind the last that counts
}

// Further goes on with a database that was just brought back, in a file that
// nobody reads yet, from the one of other places that has most; it returns how far
// it is then, and why some were passed over.
func (s Source) Further(ctx context.Context, file string, back Restored, at []place.Place) (_ Restored, passed []error, err error) {
	all, passed := furthest(ctx, back, math.MaxInt64, at, func(context.Context, place.Place) error { return nil })
	if len(all) == 0 || all[0].is.compare(back) <= 0 {
		return back, passed, nil
	}
	if best := all[0]; best.is.Epoch.N != back.Epoch.N {
		if err := os.Remove(file); err != nil {
			return back, passed, err
		}
		s.Place = best.place
		back, err = s.Database(ctx, file)
		return back, passed, err
	}
	f := &Follower{Source: s, file: file, state: followState{Epoch: back.Epoch, At: back.At}}
	err = f.catchUp(ctx, all, func(_ context.Context, fn func() error) error { return fn() })
	back.At = f.state.At
	return back, passed, errors.Join(err, MarkWritten(file))
}
