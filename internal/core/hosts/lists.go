package hosts

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Lists that others keep: what they say is heeded where nobody here decided
// otherwise, and goes with them. A block that was made by hand, a host that was
// taken off by hand, and this house itself are none of their business.

// Lists is all lists that are heeded.
func (s *Service) Lists(ctx context.Context, by social.Actor) (all []social.HostList, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		all, err = v.HostLists(ctx)
		return err
	})
	return all, err
}

// List is one of them, or NotFound.
func (s *Service) List(ctx context.Context, by social.Actor, which social.HostListID) (l social.HostList, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		l, err = v.HostList(ctx, which)
		return err
	})
	return l, err
}

// Subscribe has a list be heeded: it is asked for at once, and nothing of it is
// applied before somebody has looked at it and called Apply. With auto, what
// changes there later is applied without that, unless it is a lot.
func (s *Service) Subscribe(ctx context.Context, by social.Actor, address string, auto bool) (l social.HostList, err error) {
	if l.URL, err = social.CleanListURL(address); err != nil {
		return l, err
	}
	if err := by.MustBe(social.Admin); err != nil {
		return l, err
	}
	said, err := s.ask(ctx, l.URL)
	if err != nil {
		return l, err
	}
	err = s.write(ctx, "heed list of hosts", by, func(tx *store.Tx) error {
		all, err := tx.HostLists(ctx)
		if err != nil {
			return err
		}
		if len(all) >= social.MaxHostLists {
			return errs.Newf(errs.Invalid, "Validation failed: At most %d lists can be heeded.", social.MaxHostLists)
		}
		l.ID, l.Auto, l.CreatedAt = social.HostListID(id.New(tx.Now)), auto, tx.Now
		if err := tx.AddHostList(ctx, l); err != nil {
			return err
		}
		l.CheckedAt, l.NextCheck, l.Stage = tx.Now, tx.Now.Add(social.HostListEvery), social.HostListWaiting
		if err := tx.SetHostList(ctx, l); err != nil {
			return err
		}
		return tx.SetHostProposal(ctx, l.ID, said)
	})
	return l, err
}

// SetAuto says whether what changes is applied without asking.
func (s *Service) SetAuto(ctx context.Context, by social.Actor, which social.HostListID, auto bool) error {
	return s.write(ctx, "change list of hosts", by, func(tx *store.Tx) error {
		l, err := tx.HostList(ctx, which)
		if err != nil {
			return err
		}
		l.Auto = auto
		return tx.SetHostList(ctx, l)
	})
}

// A ListPreview is what applying a list would do, or ending it.
type ListPreview struct {
	social.HostListChange
	// Rules is how many blocks that makes, changes or takes back: the others
	// stand by hand, or because of another list.
	Rules  int
	Sudden bool // it is so much that it is not applied without asking
	Cut    social.HostCut
	Back   social.HostCut // what would be shown again
}

// PreviewApply is what would become of the rules if what the list says now were
// applied.
func (s *Service) PreviewApply(ctx context.Context, by social.Actor, which social.HostListID) (p ListPreview, err error) {
	err = s.read(ctx, by, func(v *store.View) error {
		said, err := v.HostProposal(ctx, which)
		if err != nil || said == nil {
			return err
		}
		p, err = previewList(ctx, v, which, said)
		return err
	})
	return p, err
}

// PreviewUnsubscribe is what would become of them without the list.
func (s *Service) PreviewUnsubscribe(ctx context.Context, by social.Actor, which social.HostListID) (p ListPreview, err error) {
	err = s.read(ctx, by, func(v *store.View) error {
		if _, err := v.HostList(ctx, which); err != nil {
			return err
		}
		p, err = previewList(ctx, v, which, nil)
		return err
	})
	return p, err
}

func previewList(ctx context.Context, v *store.View, which social.HostListID, said []social.HostBlock) (p ListPreview, err error) {
	heeded, err := v.HostLines(ctx, which)
	if err != nil {
		return p, err
	}
	p.HostListChange = social.CompareHosts(blocksOf(heeded), said)
	p.Sudden = p.HostListChange.Sudden(len(heeded))
	c, err := effect(ctx, v, which, p.HostListChange)
	if err != nil {
		return p, err
	}
	p.Rules = len(c.set) + len(c.end)
	if p.Cut, err = cut(ctx, v, c.apply); err != nil {
		return p, err
	}
	p.Back, err = back(ctx, v, c.apply)
	return p, err
}

// back counts what would be kept less far away from after a change.
func back(ctx context.Context, v *store.View, change func(*social.HostRules) *social.HostRules) (c social.HostCut, err error) {
	was, err := v.HostRules(ctx)
	if err != nil {
		return c, err
	}
	known, err := v.KnownHosts(ctx)
	if err != nil {
		return c, err
	}
	if there := was.StricterAt(change(was), known); len(there) > 0 {
		c, err = v.HostCut(ctx, there)
		c.Known, c.Hosts = len(there), there[:min(len(there), social.MaxCutHosts)]
	}
	return c, err
}

func blocksOf(lines []social.HostLine) map[string]social.HostBlock {
	out := make(map[string]social.HostBlock, len(lines))
	for _, l := range lines {
		out[l.Block.Host] = l.Block
	}
	return out
}

// Provenance is because of which lists blocks stand, by host. Hosts of which
// no list says anything are not in it.
func (s *Service) Provenance(ctx context.Context, by social.Actor, blocks []social.HostBlock) (out map[string][]social.HostLine, err error) {
	var hosts []string
	for _, b := range blocks {
		hosts = append(hosts, b.Host)
	}
	out = map[string][]social.HostLine{}
	err = s.read(ctx, by, func(v *store.View) error {
		all, err := v.HostLinesOf(ctx, hosts)
		for _, l := range all {
			out[l.Block.Host] = append(out[l.Block.Host], l)
		}
		return err
	})
	return out, err
}

// ask fetches a list and reads what of it can be heeded.
func (s *Service) ask(ctx context.Context, address string) (said []social.HostBlock, err error) {
	if s.Fetch == nil {
		return nil, errs.New(errs.Unavailable, "Nobody is asked from here.")
	}
	ctx, stop := context.WithTimeout(ctx, askTimeout)
	defer stop()
	body, err := s.Fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	lines, err := Read(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		b, err := s.checked(l.Block)
		if l.Why == "" && err == nil {
			b.Private = ""
			said = append(said, b)
		}
	}
	if len(said) == 0 {
		return nil, errs.New(errs.Invalid, "The list names no host.")
	}
	return said, nil
}

// askTimeout is how long a list may take to come.
const askTimeout = 30 * time.Second

// Check asks for a list now. What it says waits, or is applied; that it cannot
// be had, or read, is kept with it and changes nothing else.
func (s *Service) Check(ctx context.Context, by social.Actor, which social.HostListID) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	return s.check(ctx, which)
}

func (s *Service) check(ctx context.Context, which social.HostListID) error {
	l, err := s.turn(ctx, which)
	if err != nil {
		return err
	}
	said, failed := s.ask(ctx, l.URL)
	if failed != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	apply := false
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		if l, err = tx.HostList(ctx, which); err != nil || l.Stage == social.HostListEnding || l.Stage == social.HostListApplying {
			return err
		}
		l.CheckedAt, l.Failure = tx.Now, ""
		if failed != nil {
			l.Failure = errs.Public(failed)
			return tx.SetHostList(ctx, l)
		}
		heeded, err := tx.HostLines(ctx, which)
		if err != nil {
			return err
		}
		change := social.CompareHosts(blocksOf(heeded), said)
		switch apply = l.Auto && !l.AppliedAt.IsZero() && !change.Sudden(len(heeded)); {
		case change.All() == 0:
			l.Stage, said, apply = social.HostListIdle, nil, false
		case apply:
			l.Stage = social.HostListApplying
		default:
			l.Stage = social.HostListWaiting
		}
		if err := tx.SetHostList(ctx, l); err != nil {
			return err
		}
		return tx.SetHostProposal(ctx, which, said)
	}); err != nil {
		return fmt.Errorf("keep list of hosts: %w", err)
	}
	if !apply {
		return nil
	}
	return s.carryOn(ctx, which)
}

// turn puts the next time that a list is asked for off, before it is: so it is
// not asked twice.
func (s *Service) turn(ctx context.Context, which social.HostListID) (l social.HostList, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if l, err = tx.HostList(ctx, which); err != nil {
			return err
		}
		l.NextCheck = tx.Now.Add(social.HostListEvery)
		return tx.SetHostList(ctx, l)
	})
	return l, err
}
