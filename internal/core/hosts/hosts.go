// Package hosts is how this house stands to others: which it keeps away from,
// and which it lets in where only some may come. That nobody of a suspended
// host is shown is the business of view.
package hosts

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service decides it. All of it is for admins.
type Service struct {
	store *store.Store
	view  *view.View
	// Fetch asks for a list of hosts that others keep; nil asks nobody.
	Fetch func(ctx context.Context, address string) ([]byte, error)
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// errMany is the error of more hosts than are kept in memory.
var errMany = errs.Newf(errs.Invalid, "Validation failed: At most %d hosts can be listed. Take some off the list first.", social.MaxHosts)

func clean(b social.HostBlock) (social.HostBlock, error) {
	b.Private, b.Public = text.Clean(b.Private), text.Clean(b.Public)
	return b, b.Check()
}

// read looks something up for an admin.
func (s *Service) read(ctx context.Context, by social.Actor, look func(v *store.View) error) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	return s.store.Read(ctx, look)
}

// write changes something for an admin, and has what is remembered be read
// again: the watcher may come late.
func (s *Service) write(ctx context.Context, what string, by social.Actor, do func(tx *store.Tx) error) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	if err := s.store.Write(ctx, do); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Blocks is a page of the hosts that are kept away from.
func (s *Service) Blocks(ctx context.Context, by social.Actor, p social.Page) (all view.Slice[social.HostBlock], err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		all.Items, err = v.HostBlocks(ctx, p)
		return err
	})
	return view.Ends(all.Items, p, func(b social.HostBlock) int64 { return int64(b.ID) }), err
}

// Block is one of them, or NotFound.
func (s *Service) Block(ctx context.Context, by social.Actor, which social.HostID) (b social.HostBlock, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		b, err = v.HostBlock(ctx, which)
		return err
	})
	return b, err
}

// Of is the block of a host, or NotFound.
func (s *Service) Of(ctx context.Context, by social.Actor, host string) (b social.HostBlock, err error) {
	if host, err = social.CleanHost(host); err != nil {
		return b, err
	}
	err = s.read(ctx, by, func(v *store.View) (err error) {
		b, err = v.HostBlockOf(ctx, host)
		return err
	})
	return b, err
}

// Add keeps away from a host. One that has a block already is a Conflict.
func (s *Service) Add(ctx context.Context, by social.Actor, b social.HostBlock) (_ social.HostBlock, err error) {
	if b, err = s.checked(b); err != nil {
		return b, err
	}
	return b, s.write(ctx, "block host", by, func(tx *store.Tx) error {
		n, err := tx.CountHostBlocks(ctx)
		if err != nil {
			return err
		}
		if n >= social.MaxHosts {
			return errMany
		}
		tx.Record(event.HostsChanged{Host: b.Host})
		if err := add(ctx, tx, &b); err != nil {
			return err
		}
		return record.Measures(ctx, tx, by, record.Hosts, record.HostChange(social.HostBlock{}, b))
	})
}

// Change has a block say what change makes of it; its host stays. From then on
// it was made by hand, and no list changes it.
func (s *Service) Change(ctx context.Context, by social.Actor, which social.HostID, change func(*social.HostBlock)) (b social.HostBlock, err error) {
	err = s.write(ctx, "change block of host", by, func(tx *store.Tx) error {
		was, err := tx.HostBlock(ctx, which)
		if err != nil {
			return err
		}
		b = was
		change(&b)
		b.ID, b.Host, b.CreatedAt, b.Listed = was.ID, was.Host, was.CreatedAt, false
		if b, err = clean(b); err != nil {
			return err
		}
		tx.Record(event.HostsChanged{Host: b.Host})
		if err := tx.SetHostBlock(ctx, b); err != nil || was.SaysWhat(b) {
			return err
		}
		return record.Measures(ctx, tx, by, record.Hosts, record.HostChange(was, b))
	})
	return b, err
}

// End takes a host off the list. A list that others keep, and that has it now,
// does not bring it back.
func (s *Service) End(ctx context.Context, by social.Actor, which social.HostID) error {
	return s.write(ctx, "unblock host", by, func(tx *store.Tx) error {
		b, err := tx.HostBlock(ctx, which)
		if err != nil {
			return err
		}
		tx.Record(event.HostsChanged{Host: b.Host})
		if err := tx.WaiveHost(ctx, b.Host); err != nil {
			return err
		}
		if err := record.Measures(ctx, tx, by, record.Hosts, record.HostChange(b, social.HostBlock{})); err != nil {
			return err
		}
		return tx.EndHostBlock(ctx, which)
	})
}

// Published is what everybody may know: the hosts that are kept away from, and
// why, by name.
func (s *Service) Published(ctx context.Context) ([]social.HostBlock, error) {
	var all, out []social.HostBlock
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.AllHostBlocks(ctx)
		return err
	})
	for _, b := range all {
		if b.Severity != social.HostNoop {
			b.Private = ""
			out = append(out, b)
		}
	}
	return out, err
}
