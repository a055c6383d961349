package store

import (
	"context"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
)

// A Job is one thing to be done in the outside world. It may run twice: its
// worker must not mind.
type Job struct {
	ID       int64
	Kind     string
	Args     []byte // JSON
	Attempts int    // this one included
}

// AddJob has a job done at or after due, if this write commits. Where key is
// not empty, a job of the same kind and key that is not done yet takes its
// place. Arguments that are Closed are sealed meanwhile.
func (tx *Tx) AddJob(ctx context.Context, kind string, args any, due time.Time, key string) error {
	if !due.After(tx.Now) {
		tx.due = append(tx.due, kind)
	}
	kept, err := tx.jobArgs(args)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO jobs (id, kind, args, due_ms, attempts, unique_key, last_error, buried_ms)
		VALUES ($1, $2, $3, $4, 0, $5, '', 0) ON CONFLICT DO NOTHING`,
		id.New(tx.Now), kind, kept, millis(due), nullable(key))
	return err
}

// WatchJobs has ring be called, until ctx ends, when a write of this process has
// added a job of a kind that is due. What others add is found by who looks now
// and then.
func (s *Store) WatchJobs(ctx context.Context, kind string, ring func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bells == nil {
		s.bells = map[string]map[int]func(){}
	}
	if s.bells[kind] == nil {
		s.bells[kind] = map[int]func(){}
	}
	s.hung++
	n := s.hung
	s.bells[kind][n] = ring
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.bells[kind], n)
	})
}

func (s *Store) ringFor(kinds []string) {
	if len(kinds) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kind := range kinds {
		for _, ring := range s.bells[kind] {
			ring()
		}
	}
}

// ClaimJobs takes up to limit jobs of a kind that are due, oldest first. Each
// is the caller's until lease has passed; then somebody else may take it. What is sealed
// by a key that is not here is for a node that has it.
func (tx *Tx) ClaimJobs(ctx context.Context, kind string, limit int, lease time.Duration) ([]Job, error) {
	return rows(ctx, &tx.View, func(r row) (j Job, err error) {
		if err := r.Scan(&j.ID, &j.Kind, &j.Args, &j.Attempts); err != nil {
			return j, err
		}
		j.Args, err = openArgs(r, j.Args)
		return j, err
	}, `UPDATE jobs SET attempts = attempts + 1, due_ms = $4 WHERE id IN (
		SELECT id FROM jobs WHERE kind = $1 AND due_ms <= $2 AND buried_ms = 0 AND (args NOT LIKE '~%' OR substr(args, 2, 8) IN `+tx.d.strList(5)+`) ORDER BY due_ms LIMIT $3`+tx.d.skip+`)
		RETURNING id, kind, args, attempts`, kind, millis(tx.Now), limit, millis(tx.Now.Add(lease)), asJSON(tx.keys.names()))
}

// FinishJob removes a job that is done, unless somebody else has taken it
// since.
func (tx *Tx) FinishJob(ctx context.Context, j Job) error {
	_, err := tx.exec(ctx, `DELETE FROM jobs WHERE id = $1 AND attempts = $2`, j.ID, j.Attempts)
	return err
}

// DropJobs removes the jobs of a kind that were added before now and whose
// arguments have a text at a key, those given up included.
func (tx *Tx) DropJobs(ctx context.Context, kind, key, text string) error {
	pattern := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(asJSON(key) + ":" + asJSON(text))
	_, err := tx.exec(ctx, `DELETE FROM jobs WHERE kind = $1 AND id < $2 AND args LIKE $3 ESCAPE '\'`, kind, id.Floor(tx.Now), "%"+pattern+"%")
	return err
}

// RetryJob has a job that failed tried again at due.
func (tx *Tx) RetryJob(ctx context.Context, j Job, due time.Time, why string) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET due_ms = $3, last_error = $4 WHERE id = $1 AND attempts = $2`, j.ID, j.Attempts, millis(due), why)
	return err
}

// PostponeJob has a job that was not tried done at due: it costs no attempt.
// Its id is new, so that whoever had it before can do nothing to it.
func (tx *Tx) PostponeJob(ctx context.Context, j Job, due time.Time) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET id = $3, attempts = attempts - 1, due_ms = $4 WHERE id = $1 AND attempts = $2`,
		j.ID, j.Attempts, id.New(tx.Now), millis(due))
	return err
}

// BuryJob gives a job up. It stays to be looked at until TrimJobs.
func (tx *Tx) BuryJob(ctx context.Context, j Job, why string) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET buried_ms = $3, last_error = $4, unique_key = NULL WHERE id = $1 AND attempts = $2`,
		j.ID, j.Attempts, millis(tx.Now), why)
	return err
}

// TrimJobs forgets the jobs given up before a moment.
func (tx *Tx) TrimJobs(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM jobs WHERE buried_ms > 0 AND buried_ms < $1`, millis(before))
	return err
}

// A JobStat says how a kind of job is doing.
type JobStat struct {
	Kind    string
	Waiting int
	Buried  int
	Oldest  time.Time // when the first of the waiting was due
}

// JobStats returns one line for each kind that has jobs.
func (v *View) JobStats(ctx context.Context) ([]JobStat, error) {
	return rows(ctx, v, func(r row) (s JobStat, err error) {
		var oldest int64
		err = r.Scan(&s.Kind, &s.Waiting, &s.Buried, &oldest)
		s.Oldest = moment(oldest)
		return s, err
	}, `SELECT kind, COUNT(*) FILTER (WHERE buried_ms = 0), COUNT(*) FILTER (WHERE buried_ms > 0),
		COALESCE(MIN(due_ms) FILTER (WHERE buried_ms = 0), 0) FROM jobs GROUP BY kind ORDER BY kind`)
}

// A FailedJob is one that did not come about yet, without what it is about.
type FailedJob struct {
	Kind     string
	Added    time.Time
	Attempts int
	Error    string    // of the last of them
	Next     time.Time // when it is tried again; zero if it was given up
	GivenUp  time.Time
}

// FailedJobs returns up to limit jobs that failed and wait to be tried again, or were
// given up, those added last first.
func (v *View) FailedJobs(ctx context.Context, limit int) ([]FailedJob, error) {
	return rows(ctx, v, func(r row) (j FailedJob, err error) {
		var which, due, buried int64
		err = r.Scan(&which, &j.Kind, &j.Attempts, &j.Error, &due, &buried)
		if j.Added, j.GivenUp = id.Time(which), moment(buried); buried == 0 {
			j.Next = moment(due)
		}
		return j, err
	}, `SELECT id, kind, attempts, last_error, due_ms, buried_ms FROM jobs WHERE last_error <> '' ORDER BY id DESC LIMIT $1`, limit)
}

// JobDue reports whether there is a job of a kind to claim.
func (v *View) JobDue(ctx context.Context, kind string, now time.Time) (bool, error) {
	ids, err := list[int64](ctx, v, `SELECT id FROM jobs WHERE kind = $1 AND due_ms <= $2 AND buried_ms = 0 LIMIT 1`, kind, millis(now))
	return len(ids) > 0, err
}

// RenewJob makes a job that is to be gone on with a new one, due now, unless
// somebody else has taken it since.
func (tx *Tx) RenewJob(ctx context.Context, j Job) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET id = $3, attempts = 0, due_ms = $4, last_error = '' WHERE id = $1 AND attempts = $2`,
		j.ID, j.Attempts, id.New(tx.Now), millis(tx.Now))
	return err
}

// HastenJobs has those jobs of a kind that were never tried, and are due later
// than at a moment, be due then.
func (tx *Tx) HastenJobs(ctx context.Context, kind string, due time.Time) error {
	_, err := tx.exec(ctx, `UPDATE jobs SET due_ms = $2 WHERE kind = $1 AND due_ms > $2 AND attempts = 0 AND buried_ms = 0`, kind, millis(due))
	return err
}

// EndLeases gives back what another process took and cannot go on with, because
// it is not there any more: jobs, in the order in which they were added, and
// the queues of hosts that did answer. It is for who is sure to be alone.
func (tx *Tx) EndLeases(ctx context.Context) error {
	if _, err := tx.exec(ctx, `UPDATE jobs SET due_ms = $1 - ($2 - id) / $3 WHERE attempts > 0 AND due_ms > $1 AND last_error = '' AND buried_ms = 0`,
		millis(tx.Now), id.Floor(tx.Now), id.Floor(tx.Now)-id.Floor(tx.Now.Add(-time.Millisecond))); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE queues SET next_ms = $1 WHERE next_ms > $1 AND `+failed(false), millis(tx.Now))
	return err
}
