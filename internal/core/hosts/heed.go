package hosts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Apply has the rules be as a list says that somebody has looked at: what it
// said at a moment, its ProposedAt. If that breaks off in the middle, a job goes
// on with it.
func (s *Service) Apply(ctx context.Context, by social.Actor, which social.HostListID, seen time.Time) error {
	return s.begin(ctx, "apply list of hosts", by, which, func(l *social.HostList) error {
		switch {
		case l.Stage == social.HostListEnding || l.ProposedAt.IsZero():
			return errs.New(errs.Conflict, "Nothing of this list waits.")
		case !l.ProposedAt.Equal(seen):
			return errs.New(errs.Conflict, "The list says something else since. Look at it again.")
		}
		l.Stage = social.HostListApplying
		return nil
	})
}

// Unsubscribe takes back what stands because of a list alone, and forgets it.
func (s *Service) Unsubscribe(ctx context.Context, by social.Actor, which social.HostListID) error {
	return s.begin(ctx, "end list of hosts", by, which, func(l *social.HostList) error {
		l.Stage = social.HostListEnding
		return nil
	})
}

func (s *Service) begin(ctx context.Context, what string, by social.Actor, which social.HostListID, to func(*social.HostList) error) error {
	if err := s.write(ctx, what, by, func(tx *store.Tx) error {
		l, err := tx.HostList(ctx, which)
		if err != nil {
			return err
		}
		if err := to(&l); err != nil {
			return err
		}
		return tx.SetHostList(ctx, l)
	}); err != nil {
		return err
	}
	return s.carryOn(ctx, which)
}

// errOther is the error of a list with which something else is under way since.
var errOther = errs.New(errs.Conflict, "Something else is done with this list at the moment. Look again.")

// carryOn does what is under way with a list, in steps of which each holds by
// itself.
func (s *Service) carryOn(ctx context.Context, which social.HostListID) error {
	var l social.HostList
	var change social.HostListChange
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if l, err = v.HostList(ctx, which); err != nil {
			return err
		}
		heeded, err := v.HostLines(ctx, which)
		if err != nil {
			return err
		}
		var said []social.HostBlock
		if l.Stage == social.HostListApplying {
			if said, err = v.HostProposal(ctx, which); err != nil {
				return err
			}
		}
		change = social.CompareHosts(blocksOf(heeded), said)
		return nil
	}); err != nil {
		return err
	}
	if l.Stage != social.HostListApplying && l.Stage != social.HostListEnding {
		return nil
	}
	for _, some := range change.Parts(atOnce) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.store.Write(ctx, func(tx *store.Tx) error { return step(ctx, tx, l, some) }); err != nil {
			return s.stuck(ctx, l, err)
		}
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return finish(ctx, tx, l) })
}

// stuck has a list wait for a person that cannot be applied.
func (s *Service) stuck(ctx context.Context, l social.HostList, why error) error {
	if errs.KindOf(why) == errs.Invalid {
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			now, err := same(ctx, tx, l)
			if err != nil {
				return err
			}
			now.Stage, now.Failure = social.HostListWaiting, errs.Public(why)
			return tx.SetHostList(ctx, now)
		}); err != nil {
			return err
		}
	}
	return fmt.Errorf("heed list of hosts: %w", why)
}

// same is nil while the same is under way with a list as before.
func same(ctx context.Context, tx *store.Tx, l social.HostList) (now social.HostList, err error) {
	now, err = tx.HostList(ctx, l.ID)
	if err == nil && (now.Stage != l.Stage || !now.ProposedAt.Equal(l.ProposedAt)) {
		err = errOther
	}
	return now, err
}

func step(ctx context.Context, tx *store.Tx, l social.HostList, c social.HostListChange) error {
	if _, err := same(ctx, tx, l); err != nil {
		return err
	}
	e, err := effect(ctx, &tx.View, l.ID, c)
	if err != nil {
		return err
	}
	for _, b := range append(c.Added, c.Changed...) {
		if err := tx.SetHostLine(ctx, l.ID, b); err != nil {
			return err
		}
	}
	for _, b := range c.Dropped {
		if err := tx.EndHostLine(ctx, l.ID, b.Host); err != nil {
			return err
		}
	}
	return e.write(ctx, tx, l)
}

func finish(ctx context.Context, tx *store.Tx, l social.HostList) error {
	now, err := same(ctx, tx, l)
	switch {
	case errs.KindOf(err) == errs.NotFound && err != nil: // somebody else has finished
		return nil
	case err != nil:
		return err
	case l.Stage == social.HostListEnding:
		return tx.EndHostList(ctx, l.ID)
	}
	now.Stage, now.AppliedAt = social.HostListIdle, tx.Now
	if err := tx.SetHostList(ctx, now); err != nil {
		return err
	}
	return tx.SetHostProposal(ctx, l.ID, nil)
}

// effects are what becomes of the blocks themselves.
type effects struct {
	was  map[string]social.HostBlock
	set  []social.HostBlock // with a zero id if they are new
	end  []social.HostBlock
	free []string // of which no list says anything any more
}

func (e effects) apply(r *social.HostRules) *social.HostRules {
	var gone []string
	for _, b := range e.end {
		gone = append(gone, b.Host)
	}
	return r.With(e.set...).Without(gone...)
}

// effect finds out what a change of a list makes of the blocks. What was
// decided by hand stays as it is.
func effect(ctx context.Context, v *store.View, which social.HostListID, c social.HostListChange) (e effects, err error) {
	says := map[string]social.HostBlock{}
	var hosts []string
	for _, b := range append(append(c.Added[:len(c.Added):len(c.Added)], c.Changed...), c.Dropped...) {
		hosts = append(hosts, b.Host)
		says[b.Host] = b
	}
	for _, b := range c.Dropped {
		delete(says, b.Host)
	}
	blocks, waived, err := v.HostsOf(ctx, hosts)
	if err != nil {
		return e, err
	}
	e.was = blocks
	lines, err := v.HostLinesOf(ctx, hosts)
	if err != nil {
		return e, err
	}
	of := map[string][]social.HostLine{}
	for _, l := range lines {
		if l.List != which {
			of[l.Block.Host] = append(of[l.Block.Host], l)
		}
	}
	for _, host := range hosts {
		if b, ok := says[host]; ok {
			of[host] = append(of[host], social.HostLine{List: which, Block: b})
		}
		was, known := blocks[host]
		if len(of[host]) == 0 {
			e.free = append(e.free, host)
		}
		e.decide(was, known, waived[host], of[host])
	}
	return e, nil
}

func (e *effects) decide(was social.HostBlock, known, waived bool, lines []social.HostLine) {
	switch {
	case known && !was.Listed: // by hand
	case len(lines) == 0 || waived:
		if known {
			e.end = append(e.end, was)
		}
	default:
		b := social.Strongest(lines)
		b.ID, b.CreatedAt, b.Listed = was.ID, was.CreatedAt, true
		if !known || !was.SaysWhat(b) {
			e.set = append(e.set, b)
		}
	}
}

func (e effects) write(ctx context.Context, tx *store.Tx, l social.HostList) error {
	var changed []evidence.Changed
	room, err := room(ctx, tx, false)
	if err != nil {
		return err
	}
	for _, b := range e.set {
		changed = append(changed, record.HostChange(e.was[b.Host], b))
		if b.ID != 0 {
			err = tx.SetHostBlock(ctx, b)
		} else if room--; room < 0 {
			err = errMany
		} else {
			b.ID, b.CreatedAt = social.HostID(id.New(tx.Now)), tx.Now
			err = tx.AddHostBlock(ctx, b)
		}
		if err != nil {
			return err
		}
	}
	for _, b := range e.end {
		changed = append(changed, record.HostChange(b, social.HostBlock{}))
		if err := tx.EndHostBlock(ctx, b.ID); err != nil {
			return err
		}
	}
	for _, host := range e.free {
		if err := tx.EndHostWaiver(ctx, host); err != nil {
			return err
		}
	}
	if len(e.set)+len(e.end) == 0 {
		return nil
	}
	tx.Record(event.HostsChanged{}) // more than one
	return record.MeasuresOf(tx, "list "+l.URL, record.Hosts, changed...)
}

// ListJob is the kind of the jobs in which lists that others keep are asked
// for.
const ListJob = "host-list"

const (
	listTimeout = 5 * time.Minute
	listTries   = 3
)

// Tidy has lists that are due be asked for, and what broke off go on.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.HostListsDue(ctx, tx.Now)
		for _, which := range due {
			if err := tx.AddJob(ctx, ListJob, which, tx.Now, fmt.Sprint(which)); err != nil {
				return err
			}
		}
		return err
	})
}

// Worker asks for lists.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: ListJob, AtOnce: 1, Timeout: listTimeout, Tries: listTries, Do: func(ctx context.Context, args []byte) error {
		var which social.HostListID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a list.", err)
		}
		if err := s.carryOn(ctx, which); err != nil && !errors.Is(err, errOther) {
			return err
		}
		var l social.HostList
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			l, err = v.HostList(ctx, which)
			return err
		}); err != nil {
			return err
		}
		if l.NextCheck.After(s.store.Now()) {
			return nil
		}
		return s.check(ctx, which)
	}}
}
