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
	jobs, err := turn(ctx, s, w, nil, w.AtOnce)
	if err != nil {
		return 0, err
	}
	done := make(chan outcome, len(jobs))
	for _, j := range jobs {
		go func() { done <- outcome{j, run(ctx, w, j)} }()
	}
	over := make([]outcome, 0, len(jobs))
	for range jobs {
		over = append(over, <-done)
	}
	_, err = turn(ctx, s, w, over, 0)
	return len(jobs), err
}

// drain runs the jobs of w until none is due. A job that takes long keeps its
// own place only: the others are filled again as they get free. more rings
// when there may be new ones; while none is under way, the caller looks.
func drain(ctx context.Context, s *store.Store, w Worker, more <-chan struct{}) error {
	done, busy, lanes := make(chan outcome, w.AtOnce), 0, lanes{}
	var over []outcome
	defer func() {
		for ; busy > 0; busy-- {
			over = append(over, <-done)
		}
		_ = lastTurn(ctx, s, w, over)
	}()
	for ctx.Err() == nil {
		jobs, err := turn(ctx, s, w, over, w.AtOnce-busy)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			enter, leave := lanes.place(ctx, w, j)
			go func() {
				enter()
				defer leave()
				done <- outcome{j, run(ctx, w, j)}
			}()
		}
		if busy += len(jobs); busy == 0 {
			return nil
		}
		over = freed(ctx, done, busy < w.AtOnce, more)
		busy -= len(over)
	}
	return nil
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

// freed waits until jobs are over, or it is time to look for others, if there
// is room.
func freed(ctx context.Context, done <-chan outcome, room bool, more <-chan struct{}) (over []outcome) {
	if !room {
		more = nil
	}
	t := time.NewTimer(every)
	defer t.Stop()
	select {
	case o := <-done:
		over = append(over, o)
	case <-more:
		t.Reset(gather)
		select {
		case o := <-done:
			over = append(over, o)
		case <-t.C:
		}
	case <-t.C:
	}
	for {
		select {
		case o := <-done:
			over = append(over, o)
		default:
			return over
		}
	}
}

// turn notes how jobs of w went and takes up to limit others that are due, in
// one write, so that what many small jobs cost is not their commits.
func turn(ctx context.Context, s *store.Store, w Worker, over []outcome, limit int) (jobs []store.Job, err error) {
	if ctx.Err() != nil {
		return nil, ctx.Err() // stopping: the leases run out and they are taken again
	}
	if len(over) == 0 {
		if idle, err := nothingDue(ctx, s, w.Kind); err != nil || idle || limit == 0 {
			return nil, err
		}
	}
	err = s.Write(ctx, func(tx *store.Tx) (err error) {
		for _, o := range over {
			if err := o.note(ctx, tx, w); err != nil {
				return err
			}
		}
		if jobs = nil; limit > 0 {
			jobs, err = tx.ClaimJobs(ctx, w.Kind, limit, w.Timeout+cmp.Or(w.Slack, leaseSlack))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim %s jobs: %w", w.Kind, err)
	}
	slices.SortFunc(jobs, func(a, b store.Job) int { return cmp.Compare(a.ID, b.ID) })
	return jobs, nil
}

// lastTurn notes what was done before the end. What was not is taken again when
// its lease has run out, and so is this if it cannot be written.
func lastTurn(ctx context.Context, s *store.Store, w Worker, over []outcome) error {
	over = slices.DeleteFunc(over, func(o outcome) bool { return o.fault != nil })
	_, err := turn(context.WithoutCancel(ctx), s, w, over, 0)
	return err
}

func nothingDue(ctx context.Context, s *store.Store, kind string) (idle bool, err error) {
	err = s.Read(ctx, func(v *store.View) error {
		due, err := v.JobDue(ctx, kind, s.Now())
		idle = !due
		return err
	})
	return idle, err
}

// An outcome is how an attempt went.
type outcome struct {
	store.Job
	fault error
}

// note says what becomes of the job.
func (o outcome) note(ctx context.Context, tx *store.Tx, w Worker) error {
	switch {
	case o.fault == nil:
		return tx.FinishJob(ctx, o.Job)
	case errors.Is(o.fault, ErrAgain):
		return tx.RenewJob(ctx, o.Job)
	case errors.Is(o.fault, ErrLater):
		return tx.PostponeJob(ctx, o.Job, tx.Now.Add(laterPause+rand.N(laterPause/4+1)))
	case hopeless(o.fault), o.Attempts >= w.Tries:
		return tx.BuryJob(ctx, o.Job, o.fault.Error())
	}
	return tx.RetryJob(ctx, o.Job, tx.Now.Add(pause(o.Attempts)), o.fault.Error())
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
