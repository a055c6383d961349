package hosts

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Allows is a page of the hosts that were let in.
func (s *Service) Allows(ctx context.Context, by social.Actor, p social.Page) (all view.Slice[social.HostAllow], err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		all.Items, err = v.HostAllows(ctx, p)
		return err
	})
	return view.Ends(all.Items, p, func(a social.HostAllow) int64 { return int64(a.ID) }), err
}

// Allowed is one of them, or NotFound.
func (s *Service) Allowed(ctx context.Context, by social.Actor, which social.HostID) (a social.HostAllow, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		a, err = v.HostAllow(ctx, which)
		return err
	})
	return a, err
}

// Allow lets a host in; that it was let in before is fine. It has an effect
// where the house takes only hosts that were let in.
func (s *Service) Allow(ctx context.Context, by social.Actor, host string) (a social.HostAllow, err error) {
	if host, err = s.foreign(host); err != nil {
		return a, err
	}
	err = s.write(ctx, "allow host", by, func(tx *store.Tx) error {
		n, err := tx.CountHostAllows(ctx)
		if err != nil {
			return err
		}
		if n >= social.MaxHosts {
			return errMany
		}
		if _, err := tx.HostAllowOf(ctx, host); err != nil { // else it was let in before
			if err := record.Measures(ctx, tx, by, record.HostsIn, evidence.Changed{Target: host, To: "let in"}); err != nil {
				return err
			}
		}
		if err := tx.AddHostAllow(ctx, social.HostAllow{ID: social.HostID(id.New(tx.Now)), Host: host, CreatedAt: tx.Now}); err != nil {
			return err
		}
		tx.Record(event.HostsChanged{Host: host})
		a, err = tx.HostAllowOf(ctx, host)
		return err
	})
	return a, err
}

// Disallow has a host not be let in any more.
func (s *Service) Disallow(ctx context.Context, by social.Actor, which social.HostID) error {
	return s.write(ctx, "disallow host", by, func(tx *store.Tx) error {
		a, err := tx.HostAllow(ctx, which)
		if err != nil {
			return err
		}
		tx.Record(event.HostsChanged{Host: a.Host})
		if err := record.Measures(ctx, tx, by, record.HostsIn, evidence.Changed{Target: a.Host, From: "let in"}); err != nil {
			return err
		}
		return tx.EndHostAllow(ctx, which)
	})
}
