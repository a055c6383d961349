// Package instance is what the house says of itself: its name, its rules, who
// may join, and how many people there are. What it allows is decided where it
// is done.
package instance

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// active is how long ago somebody counts as being here.
	// https://docs.joinmastodon.org/entities/Instance/#active_month
	active = 28 * 24 * time.Hour
	// countEvery is how old shown counts may be: strangers ask for them often,
	// and counting walks through everybody.
	countEvery = 5 * time.Minute
)

// Service does it.
type Service struct {
	store    *store.Store
	settings atomic.Pointer[social.Settings]
	stale    atomic.Bool // the settings have changed and were not read yet
	loading  sync.Mutex  // held while reading them, so that none is overtaken

	mu      sync.Mutex // held while counting, so that one does it for all
	counts  social.Counts
	counted time.Time

	weeksLock sync.Mutex
	weeks     []Week
	weeksAt   time.Time
}

// New returns a Service with the settings as they are now. Its Watch must be
// told of every fact.
func New(s *store.Store) (*Service, error) {
	i := &Service{store: s}
	if err := i.load(context.Background()); err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	return i, nil
}

func (s *Service) load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	return s.store.Read(ctx, func(v *store.View) error {
		h, err := v.House(ctx)
		if err == nil {
			s.settings.Store(&h)
		}
		return err
	})
}

// Watch loads the settings again when they have changed. It is a
// store.Watcher. What cannot be read is tried again with the next fact.
func (s *Service) Watch(ctx context.Context, rs []event.Record) {
	if slices.ContainsFunc(rs, func(r event.Record) bool { _, is := r.Fact.(event.SettingsChanged); return is }) {
		s.stale.Store(true)
	}
	s.refresh(ctx)
}

func (s *Service) refresh(ctx context.Context) {
	if s.stale.Swap(false) && s.load(ctx) != nil {
		s.stale.Store(true)
	}
}

// Settings are the owner's, from memory. The rules are shared: nobody changes
// them in place.
func (s *Service) Settings() social.Settings { return *s.settings.Load() }

// SetSettings stores what the owner decides. It is for admins. A rule without
// an id is given one that none has had before it in the list.
func (s *Service) SetSettings(ctx context.Context, by social.Actor, to social.Settings) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if !by.Role.AtLeast(social.Admin) {
		return errs.New(errs.Forbidden, "Only the owner and admins decide this.")
	}
	to, err := tidy(to)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		tx.Record(event.SettingsChanged{})
		if err := record.Rules(ctx, tx, by, to.Rules); err != nil {
			return err
		}
		if err := door(ctx, tx, by, to.SignUps); err != nil {
			return err
		}
		if err := steps(ctx, tx, by, to.Factors); err != nil {
			return err
		}
		return tx.SetHouse(ctx, to)
	})
	if err != nil {
		return fmt.Errorf("set settings: %w", err)
	}
	s.stale.Store(true) // the watcher may come late
	s.refresh(ctx)
	return nil
}

// Counts are the numbers the house shows; they may be some minutes old.
func (s *Service) Counts(ctx context.Context) (social.Counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.store.Now()
	if !s.counted.IsZero() && now.Sub(s.counted) < countEvery {
		return s.counts, nil
	}
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		s.counts, err = v.Counts(ctx, now.Add(-active))
		return err
	})
	if err != nil {
		return social.Counts{}, fmt.Errorf("count: %w", err)
	}
	s.counted = now
	return s.counts, nil
}

// Owner is the account of the first owner, or zero while there is none.
func (s *Service) Owner(ctx context.Context) (id social.AccountID, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		id, err = v.Owner(ctx)
		return err
	})
	if errs.KindOf(err) == errs.NotFound {
		return 0, nil
	}
	return id, err
}
