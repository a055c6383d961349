package measures

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Cohort is those who joined in one period, and how many of them were active
// in it and in each one after. To join is to be active.
type Cohort struct {
	Period time.Time
	Joined int
	Active []Day
}

// Rate is how large a part of c was active, of the one at place i.
func (c Cohort) Rate(i int) float64 {
	if c.Joined == 0 {
		return 0
	}
	return float64(c.Active[i].N) / float64(c.Joined)
}

// periods are the beginnings of the days or months of a time, and the end of
// the last.
func periods(d Days, monthly bool) ([]time.Time, error) {
	from, to := d.whole()
	next := func(at time.Time) time.Time { return at.Add(day) }
	if monthly {
		from = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
		next = func(at time.Time) time.Time { return at.AddDate(0, 1, 0) }
	}
	bounds := []time.Time{from}
	for at := from; at.Before(to); {
		at = next(at)
		if bounds = append(bounds, at); len(bounds) > MaxPeriods+1 {
			return nil, errs.Newf(errs.Invalid, "Retention is counted over at most %d days or months.", MaxPeriods)
		}
	}
	return bounds, nil
}

// Retention is who stays: for each day or month of a time those who joined
// then, and how many of them posted later.
func (s *Service) Retention(ctx context.Context, by social.Actor, d Days, monthly bool) ([]Cohort, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, err
	}
	if err := d.ordered(); err != nil {
		return nil, err
	}
	bounds, err := periods(d, monthly)
	if err != nil {
		return nil, err
	}
	n := len(bounds) - 1
	out := make([]Cohort, n)
	for i := range out {
		out[i].Period = bounds[i]
		for j := i; j < n; j++ {
			out[i].Active = append(out[i].Active, Day{At: bounds[j]})
		}
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		joined, err := v.Joined(ctx, bounds)
		if err != nil {
			return err
		}
		active, err := v.Cohorts(ctx, bounds)
		for _, c := range active {
			if c.Active > c.Joined { // who joins late may have brought older posts along
				out[c.Joined].Active[c.Active-c.Joined].N = c.People
			}
		}
		for _, t := range joined {
			out[t.Key].Joined, out[t.Key].Active[0].N = t.N, t.N
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count who stays: %w", err)
	}
	return out, nil
}
