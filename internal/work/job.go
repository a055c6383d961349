package work

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/store"
)

// A Worker does one kind of job. Do may be run twice for the same job. An
// error of kind Invalid, NotFound, Forbidden or Gone will not get better and
// ends the job; others are tried again.
type Worker struct {
	Kind    string
	Do      func(ctx context.Context, args []byte) error
	AtOnce  int           // how many run side by side
	Timeout time.Duration // for one attempt; the lease is longer
	// Slack is by how much the lease is longer: as long as a crash delays the
	// job. Zero is half a minute.
	Slack time.Duration
	Tries int
	// Lane is for jobs that are to be done one after the other, in the order in
	// which they were added, as far as none of them has to be tried again. Those
	// of different lanes run side by side, as do all if it is nil.
	Lane func(args []byte) string
}

// ErrAgain is what Do answers when it has done a part, and the rest is to be
// done after what others wait for.
var ErrAgain = errors.New("there is more to do")

// ErrLater is what Do answers when this is not the moment to try: the job is put
// off a little, and that is no attempt.
var ErrLater = errors.New("not at the moment")

const (
	leaseSlack  = 30 * time.Second
	firstPause  = 5 * time.Second
	laterPause  = 5 * time.Second
	longestWait = 6 * time.Hour
	keepBuried  = 7 * 24 * time.Hour
)

// pause is how long to wait after an attempt: doubling, with a quarter of
// chance so that what failed together does not return together.
func pause(attempt int) time.Duration {
	d := longestWait
	if attempt < 16 {
		d = min(firstPause<<(attempt-1), longestWait)
	}
	return d + rand.N(d/4+1)
}

func hopeless(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Forbidden, errs.Gone:
		return true
	}
	return false
}

// Once runs the jobs of w that are due, as many as run side by side, and tells
// how many there were.
func Once(ctx context.Context, s *store.Store, w Worker) (n int, err error) {
	jobs, err := claim(ctx, s, w, w.AtOnce)
	if err != nil {
		return 0, err
	}
	done := make(chan error)
	for _, j := range jobs {
		go func() { done <- attempt(ctx, s, w, j) }()
	}
	for range jobs {
		err = errors.Join(err, <-done)
	}
	return len(jobs), err
}

// drain runs the jobs of w until none is due. A job that takes long keeps its
// own place only: the others are filled again as they get free. more rings
// when there may be new ones; while none is under way, the caller looks.
func drain(ctx context.Context, s *store.Store, w Worker, more <-chan struct{}) (err error) {
	done, busy, lanes := make(chan error, w.AtOnce), 0, lanes{}
	for err == nil && ctx.Err() == nil {
		var jobs []store.Job
		if jobs, err = claim(ctx, s, w, w.AtOnce-busy); err != nil {
			break
		}
		for _, j := range jobs {
			enter, leave := lanes.place(ctx, w, j)
			go func() {
				enter()
				defer leave()
				done <- attempt(ctx, s, w, j)
			}()
		}
		if busy += len(jobs); busy == 0 {
			return nil
		}
		err = freed(ctx, done, &busy, more)
	}
	for ; busy > 0; busy-- {
		err = errors.Join(err, <-done)
	}
	return err
}

// lanes are the last jobs that were begun, by lane: each is closed when it is
// over.
type lanes map[string]chan struct{}

// place puts a job behind those that were begun before in its lane.
func (l lanes) place(ctx context.Context, w Worker, j store.Job) (enter, leave func()) {
	if w.Lane == nil {
		return func() {}, func() {}
	}
	for lane, over := range l { // what is over need not be waited for
		select {
		case <-over:
			delete(l, lane)
		default:
		}
	}
	lane := w.Lane(j.Args)
	before, mine := l[lane], make(chan struct{})
	l[lane] = mine
	return func() {
		if before == nil {
			return
		}
		select {
		case <-before:
		case <-ctx.Done():
		}
	}, func() { close(mine) }
}

// freed waits until a place has become free, or it is time to look for jobs
// for those that are.
func freed(ctx context.Context, done <-chan error, busy *int, more <-chan struct{}) error {
	t := time.NewTimer(every)
	defer t.Stop()
	select {
	case err := <-done:
		*busy--
		return err
	case <-more:
		rest(ctx, gather)
	case <-t.C:
	}
	return nil
}

// claim takes up to limit jobs of w that are due.
func claim(ctx context.Context, s *store.Store, w Worker, limit int) (jobs []store.Job, err error) {
	if limit == 0 {
		return nil, nil
	}
	idle, err := nothingDue(ctx, s, w.Kind)
	if err != nil || idle {
		return nil, err
	}
	slack := w.Slack
	if slack == 0 {
		slack = leaseSlack
	}
	if err := s.Write(ctx, func(tx *store.Tx) (err error) {
		jobs, err = tx.ClaimJobs(ctx, w.Kind, limit, w.Timeout+slack)
		return err
	}); err != nil {
		return nil, fmt.Errorf("claim %s jobs: %w", w.Kind, err)
	}
	slices.SortFunc(jobs, func(a, b store.Job) int { return cmp.Compare(a.ID, b.ID) })
	return jobs, nil
}

func nothingDue(ctx context.Context, s *store.Store, kind string) (idle bool, err error) {
	err = s.Read(ctx, func(v *store.View) error {
		due, err := v.JobDue(ctx, kind, s.Now())
		idle = !due
		return err
	})
	return idle, err
}

// attempt runs j once and notes how it went; only a fault of the store is
// returned.
func attempt(ctx context.Context, s *store.Store, w Worker, j store.Job) error {
	fault := run(ctx, w, j)
	if ctx.Err() != nil {
		return ctx.Err() // stopping: the lease runs out and it is taken again
	}
	return s.Write(ctx, func(tx *store.Tx) error {
		switch {
		case fault == nil:
			return tx.FinishJob(ctx, j)
		case errors.Is(fault, ErrAgain):
			return tx.RenewJob(ctx, j)
		case errors.Is(fault, ErrLater):
			return tx.PostponeJob(ctx, j, tx.Now.Add(laterPause+rand.N(laterPause/4+1)))
		case hopeless(fault), j.Attempts >= w.Tries:
			return tx.BuryJob(ctx, j, fault.Error())
		}
		return tx.RetryJob(ctx, j, tx.Now.Add(pause(j.Attempts)), fault.Error())
	})
}

func run(ctx context.Context, w Worker, j store.Job) (err error) {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil { // one bad job must not end the process that does the others
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.Do(ctx, j.Args)
}
