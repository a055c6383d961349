package measures

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// workEvery is how old what Work tells may be: a queue that is long is not counted
	// for each who looks.
	workEvery = 10 * time.Second
	// MaxBehind is how far it is counted what a follower has not read.
	MaxBehind = 1000
	// MaxFailed is how many jobs that failed are told.
	MaxFailed = 50
)

// A JobStat says how a kind of job is doing, and a FailedJob is one that did not come
// about yet.
type (
	JobStat   = store.JobStat
	FailedJob = store.FailedJob
)

// A Reader is a follower, and how much of what happened it has not read yet.
type Reader struct {
	Name   string
	Behind int // up to MaxBehind
}

// Work is what is done in the background.
type Work struct {
	At      time.Time
	Sent    social.Queues // to other servers
	Readers []Reader
	Jobs    []JobStat
	Failed  []FailedJob
}

// looked is what Work found last.
type looked struct {
	sync.Mutex
	last Work
}

// Work is how what is done in the background is doing. It is for admins.
func (s *Service) Work(ctx context.Context, by social.Actor) (Work, error) {
	if err := by.MustBe(social.Admin); err != nil {
		return Work{}, err
	}
	s.work.Lock()
	defer s.work.Unlock()
	now := s.store.Now()
	if age := now.Sub(s.work.last.At); age >= 0 && age < workEvery {
		return s.work.last, nil
	}
	w := Work{At: now}
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if w.Sent, err = v.Queues(ctx, now); err != nil {
			return err
		}
		if w.Jobs, err = v.JobStats(ctx); err != nil {
			return err
		}
		if w.Failed, err = v.FailedJobs(ctx, MaxFailed); err != nil {
			return err
		}
		behind, err := v.Behind(ctx, MaxBehind)
		w.Readers = nil
		for name, n := range behind {
			w.Readers = append(w.Readers, Reader{name, n})
		}
		return err
	}); err != nil {
		return Work{}, fmt.Errorf("what is done in the background: %w", err)
	}
	slices.SortFunc(w.Readers, func(a, b Reader) int { return cmp.Compare(a.Name, b.Name) })
	s.work.last = w
	return w, nil
}
