// Package measures is the numbers by which those who look after the house see
// how it does: what happened day by day, what there is most of, who stays.
// They are counted from what people posted and from when they joined; nobody
// who only reads is followed around for them.
package measures

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service counts. All of it is for moderators.
type Service struct {
	store *store.Store
	work  looked
}

// New returns a Service.
func New(s *store.Store) *Service { return &Service{store: s} }

const day = 24 * time.Hour

// Limits of what is counted at once.
const (
	MaxDays    = 366
	MaxKeys    = 20
	MaxTop     = 100
	MaxPeriods = 40 // of retention
)

// Days is a time from the first day to the last, both counted.
type Days struct{ First, Last time.Time }

// ever is after all that is: ids end in that year.
var ever = time.Date(2069, 1, 1, 0, 0, 0, 0, time.UTC)

// ordered reports what is wrong with d however long it is, or nil.
func (d Days) ordered() error {
	if d.Last.Before(d.First) || !d.Last.Before(ever) {
		return errs.New(errs.Invalid, "The last day comes after the first, and before the year 2069.")
	}
	return nil
}

// Check reports why nothing can be counted over d, or nil.
func (d Days) Check() error {
	switch err := d.ordered(); {
	case err != nil:
		return err
	case d.Last.Sub(d.First) >= MaxDays*day:
		return errs.Newf(errs.Invalid, "At most %d days are counted at once.", MaxDays)
	}
	return nil
}

// whole is d from midnight to midnight.
func (d Days) whole() (from, to time.Time) {
	return d.First.UTC().Truncate(day), d.Last.UTC().Truncate(day).Add(day)
}

// A Wish is something to be counted, and the tag or host that it is about.
type Wish struct{ Key, About string }

// A Day is how many there were on one.
type Day struct {
	At time.Time
	N  int
}

// A Count is a measure over a time.
type Count struct {
	Key      string
	Unit     string // empty, or bytes
	Total    int
	Previous *int // over as long a time before; nil for what is there, and not what happened
	Days     []Day
}

// lasting are measures whose total is all that is there.
var lasting = []string{"instance_accounts", "instance_statuses", "instance_media_attachments", "instance_follows", "instance_followers", "instance_reports"}

func (s *Service) check(by social.Actor, d Days, keys int) error {
	if err := by.MustBe(social.Moderator); err != nil {
		return err
	}
	if keys > MaxKeys {
		return errs.Newf(errs.Invalid, "At most %d numbers are counted at once.", MaxKeys)
	}
	return d.Check()
}

// Measures counts what is wished for day by day. What nobody knows how to count
// is left out.
func (s *Service) Measures(ctx context.Context, by social.Actor, d Days, wishes []Wish) (out []Count, err error) {
	if err := s.check(by, d, len(wishes)); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		for _, w := range wishes {
			if !store.Measured(store.Measure(w.Key)) {
				continue
			}
			c, err := count(ctx, v, d, w)
			if err != nil {
				return fmt.Errorf("count %s: %w", w.Key, err)
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

func count(ctx context.Context, v *store.View, d Days, w Wish) (c Count, err error) {
	from, to := d.whole()
	m := store.Measure(w.Key)
	c.Key = w.Key
	if w.Key == "instance_media_attachments" {
		c.Unit = "bytes"
	}
	daily, err := v.Daily(ctx, m, from, to, w.About)
	if err != nil {
		return c, err
	}
	for at := from; at.Before(to); at = at.Add(day) {
		c.Days = append(c.Days, Day{At: at})
	}
	for _, t := range daily {
		if i := int(t.Key - from.Unix()/int64(day/time.Second)); i >= 0 && i < len(c.Days) {
			c.Days[i].N = t.N
		}
	}
	if slices.Contains(lasting, w.Key) {
		c.Total, err = v.Measure(ctx, m, time.Time{}, ever, w.About)
		return c, err
	}
	if c.Total, err = v.Measure(ctx, m, from, to, w.About); err != nil {
		return c, err
	}
	before, err := v.Measure(ctx, m, from.Add(-to.Sub(from)), from, w.About)
	c.Previous = &before
	return c, err
}

// A Kind is one of those that a dimension has, and how many there are of it.
type Kind struct {
	Key   string
	N     int
	Value string // instead of N, where it is no number
	Unit  string // empty, or bytes
}

// A Spread is a dimension: what there is most of.
type Spread struct {
	Key   string
	Kinds []Kind
}

// Dimensions is what there is most of in a time. What nobody knows how to count
// is left out.
func (s *Service) Dimensions(ctx context.Context, by social.Actor, d Days, wishes []Wish, limit int) (out []Spread, err error) {
	if err := s.check(by, d, len(wishes)); err != nil {
		return nil, err
	}
	from, to := d.whole()
	err = s.store.Read(ctx, func(v *store.View) error {
		for _, w := range wishes {
			kinds, known, err := spread(ctx, v, w, from, to, min(limit, MaxTop))
			if err != nil {
				return fmt.Errorf("count %s: %w", w.Key, err)
			}
			if known {
				out = append(out, Spread{w.Key, kinds})
			}
		}
		return nil
	})
	return out, err
}

func spread(ctx context.Context, v *store.View, w Wish, from, to time.Time, limit int) (kinds []Kind, known bool, err error) {
	switch {
	case w.Key == "space_usage":
		tables, media, err := v.Space(ctx)
		name, _, nerr := v.Engine(ctx)
		if err == nil {
			err = nerr
		}
		return []Kind{{Key: name, N: tables, Unit: "bytes"}, {Key: "media", N: media, Unit: "bytes"}}, true, err
	case w.Key == "software_versions":
		name, version, err := v.Engine(ctx)
		return []Kind{{Key: name, Value: version}}, true, err
	case !store.Dimensioned(store.Dimension(w.Key)):
		return nil, false, nil
	case w.Key == "instance_accounts": // those there are, not those who came
		from, to = time.Time{}, ever
	}
	top, err := v.Top(ctx, store.Dimension(w.Key), from, to, w.About, limit)
	for _, t := range top {
		kinds = append(kinds, Kind{Key: t.Key, N: t.N})
	}
	return kinds, true, err
}
