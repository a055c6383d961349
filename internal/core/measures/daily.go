package measures

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Figure is a number that is kept of each day, so that nobody who looks at a month
// has it counted. Its name is never changed once released.
type Figure string

// The figures: what happened on a day, and then what there was when it was last looked.
const (
	SignUps      Figure = "sign_ups"
	Active       Figure = "active" // our people who posted
	Posts        Figure = "posts"  // of our people
	Interactions Figure = "interactions"

	DatabaseBytes Figure = "database_bytes"
	MediaBytes    Figure = "media_bytes"
	Deliveries    Figure = "deliveries"    // to other hosts, that wait
	Jobs          Figure = "jobs"          // that wait
	GivenUp       Figure = "jobs_given_up" // and are kept to be looked at
	SilentHosts   Figure = "silent_hosts"  // that did not answer last time

	// counted is when that was.
	counted Figure = "counted_ms"
)

// happened are the figures that are counted from rows, by what is counted.
var happened = map[Figure]store.Measure{SignUps: "new_users", Active: "active_users", Posts: "posts", Interactions: "interactions"}

// ofMachine are the figures for those who look after the machine.
var ofMachine = []Figure{DatabaseBytes, MediaBytes, Deliveries, Jobs, GivenUp, SilentHosts}

const (
	// LatelyDays is how many days Lately shows, today included.
	LatelyDays = 30
	// keepEvery is how old the figures of today may be.
	keepEvery = time.Hour
	// keptDays is how long they are kept: a year can be laid beside the one before.
	keptDays = 2 * 366
)

// A Point is a figure on one day. Nobody looked on a day of which it is not Known.
type Point struct {
	At    time.Time
	N     int
	Known bool
}

// A Month is the figures of the last days, the oldest first.
type Month struct {
	At   time.Time // when they were counted; zero if that was not done yet
	Days map[Figure][]Point
}

// Last is the newest of a figure that is known, zero if none is.
func (m Month) Last(f Figure) (p Point) {
	for _, one := range m.Days[f] {
		if one.Known {
			p = one
		}
	}
	return p
}

// Sum is all of a figure together.
func (m Month) Sum(f Figure) (n int) {
	for _, one := range m.Days[f] {
		n += one.N
	}
	return n
}

// Lately is what Keep kept of the last days. It is for moderators; how the machine
// does is for admins.
func (s *Service) Lately(ctx context.Context, by social.Actor) (m Month, err error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return m, err
	}
	today := social.Day(s.store.Now())
	first := today - LatelyDays + 1
	var all []store.Figure
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.Figures(ctx, first, today, LatelyDays*MaxKeys)
		return err
	}); err != nil {
		return m, fmt.Errorf("figures of the last days: %w", err)
	}
	m.Days = map[Figure][]Point{}
	shown := []Figure{SignUps, Active, Posts, Interactions}
	if by.MustBe(social.Admin) == nil {
		shown = append(shown, ofMachine...)
	}
	for _, name := range shown {
		for d := range int64(LatelyDays) {
			m.Days[name] = append(m.Days[name], Point{At: time.Unix((first+d)*int64(day/time.Second), 0).UTC()})
		}
	}
	for _, f := range all {
		if Figure(f.Name) == counted {
			m.At = time.UnixMilli(f.N).UTC()
		}
		if days := m.Days[Figure(f.Name)]; days != nil {
			days[f.Day-first].N, days[f.Day-first].Known = int(f.N), true
		}
	}
	return m, nil
}

// Keep counts today, and what nobody counted of the days before it, unless that was
// done within the hour. It is a chore.
func (s *Service) Keep(ctx context.Context) error {
	now := s.store.Now().UTC()
	today := social.Day(now)
	var all []store.Figure
	if err := s.store.Read(ctx, func(v *store.View) error {
		first := today - LatelyDays + 1
		last, err := v.LastFigure(ctx, string(counted), first)
		if errs.Absent(err) != nil {
			return err
		}
		if age := now.Sub(time.UnixMilli(last.N)); age >= 0 && age < keepEvery {
			all = nil
			return nil
		}
		if all, err = happenedOn(ctx, v, max(first, last.Day), today); err != nil {
			return err
		}
		now, err := there(ctx, v, now)
		for name, n := range now {
			all = append(all, store.Figure{Day: today, Name: string(name), N: n})
		}
		return err
	}); err != nil || len(all) == 0 {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetFigures(ctx, all); err != nil {
			return err
		}
		return tx.TrimFigures(ctx, today-keptDays)
	})
}

// happenedOn counts what happened on the days from one to another. A day without
// anything is zero, and not unknown.
func happenedOn(ctx context.Context, v *store.View, first, last int64) (out []store.Figure, err error) {
	at := func(d int64) time.Time { return time.Unix(d*int64(day/time.Second), 0) }
	for name, what := range happened {
		daily, err := v.Daily(ctx, what, at(first), at(last+1), "")
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", what, err)
		}
		n := map[int64]int{}
		for _, t := range daily {
			n[t.Key] = t.N
		}
		for d := first; d <= last; d++ {
			out = append(out, store.Figure{Day: d, Name: string(name), N: int64(n[d])})
		}
	}
	return out, nil
}

// there is what there is now.
func there(ctx context.Context, v *store.View, now time.Time) (map[Figure]int64, error) {
	tables, media, err := v.Space(ctx)
	if err != nil {
		return nil, err
	}
	sent, err := v.Queues(ctx, now)
	if err != nil {
		return nil, err
	}
	stats, err := v.JobStats(ctx)
	out := map[Figure]int64{counted: now.UnixMilli(), DatabaseBytes: int64(tables), MediaBytes: int64(media), Deliveries: int64(sent.Waiting), SilentHosts: int64(sent.Failing), Jobs: 0, GivenUp: 0}
	for _, j := range stats {
		out[Jobs] += int64(j.Waiting)
		out[GivenUp] += int64(j.Buried)
	}
	return out, err
}
