// Package relays is through which other servers what is said before everybody
// goes out and comes in: which there are, what they answered, and who speaks
// for them. What is sent to them is the business of federation, and what they
// bring that of the inbox.
package relays

import (
	"context"
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service keeps them. What people do here is for admins.
type Service struct {
	// Find asks what is at an address: the inbox of a relay, or its actor. It is
	// set before anybody adds one.
	Find func(ctx context.Context, address string) (social.Relay, error)

	store *store.Store
	known known
}

// New returns a Service. Its Watch must be told of every fact.
func New(s *store.Store) *Service { return &Service{store: s} }

var (
	errMany  = errs.Newf(errs.Invalid, "There can be %d relays at most. Remove one first.", social.MaxRelays)
	errOther = errs.New(errs.Forbidden, "Nobody but the relay itself answers for it.")
	noRelay  = errs.New(errs.NotFound, "There is no such relay.")
)

// A Line is a relay, with what is known of its host; that is empty until
// something was sent there.
type Line struct {
	social.Relay
	Peer social.Peer
}

// All is every relay, the oldest first.
func (s *Service) All(ctx context.Context, by social.Actor) (all []Line, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		rs, err := v.Relays(ctx)
		if err != nil {
			return err
		}
		for _, r := range rs {
			p, err := v.Peer(ctx, r.Host)
			if err != nil && errs.KindOf(err) != errs.NotFound {
				return err
			}
			all = append(all, Line{r, p})
		}
		return nil
	})
	return all, err
}

// Add has the relay at an address asked to take the house in. One that is on
// the list already is a Conflict.
func (s *Service) Add(ctx context.Context, by social.Actor, address string) (r social.Relay, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return r, err
	}
	if r, err = s.Find(ctx, strings.TrimSpace(address)); err != nil {
		return r, fmt.Errorf("find relay: %w", err)
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.CountRelays(ctx)
		if err != nil {
			return err
		}
		if n >= social.MaxRelays {
			return errMany
		}
		r.ID, r.State, r.By = social.RelayID(id.New(tx.Now)), social.RelayAsked, by.Account
		r.Since, r.CreatedAt = tx.Now, tx.Now
		tx.Record(event.RelayAdded{Relay: r.ID, Host: r.Host, By: r.By})
		if err := record.Measures(ctx, tx, by, record.Relays, evidence.Changed{Target: r.Host, To: "asked to take the house in"}); err != nil {
			return err
		}
		return tx.AddRelay(ctx, r)
	}); err != nil {
		return r, fmt.Errorf("add relay: %w", err)
	}
	return r, nil
}

// Remove ends what the house has with a relay, which is told so.
func (s *Service) Remove(ctx context.Context, by social.Actor, which social.RelayID) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.HoldRelay(ctx, which)
		if err != nil {
			return err
		}
		tx.Record(event.RelayRemoved{Relay: r.ID, Way: r.Kind, Host: r.Host, Inbox: r.Inbox, Actor: r.Actor, By: by.Account})
		if err := record.Measures(ctx, tx, by, record.Relays, evidence.Changed{Target: r.Host, From: string(r.State)}); err != nil {
			return err
		}
		return tx.EndRelay(ctx, which)
	}); err != nil {
		return fmt.Errorf("remove relay: %w", err)
	}
	return nil
}

// Answer keeps that a relay accepted or refused, as actor says. Who answers
// first for an inbox speaks for the relay from then on: the caller has made
// sure that they are at home where the inbox is, and know by what address it
// was asked. Of anybody else it is Forbidden.
func (s *Service) Answer(ctx context.Context, actor string, which social.RelayID, accepted bool) error {
	state := social.RelayRefused
	if accepted {
		state = social.RelayAccepted
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.HoldRelay(ctx, which)
		if err != nil {
			return err
		}
		if actor == "" || r.Actor != "" && r.Actor != actor {
			return errOther
		}
		if r.State == state && r.Actor == actor {
			return nil
		}
		r.Actor, r.State, r.Since = actor, state, tx.Now
		tx.Record(event.RelayAnswered{Relay: r.ID, Host: r.Host, Accepted: accepted})
		return tx.SetRelay(ctx, r)
	}); err != nil {
		return fmt.Errorf("answer of relay: %w", err)
	}
	return nil
}
