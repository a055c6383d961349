package relations

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// SynchronizeJob is the kind of the job that asks another server which of ours
// follow one of its accounts.
const SynchronizeJob = store.SynchronizeJob

// A Synchronizing is what another server says of them: the list is at an
// address, and all of it makes a muster.
type Synchronizing = store.Synchronizing

// ReadSynchronizing reads the arguments of such a job.
func ReadSynchronizing(args []byte) (m Synchronizing, err error) {
	if err := json.Unmarshal(args, &m); err != nil {
		return m, errs.Wrap(errs.Invalid, "This job does not name a list of followers.", err)
	}
	return m, nil
}

// Compare takes what the server of m.Account says of who of ours follow it. If
// that is not what is known here, the list is asked for, now and then.
func (s *Service) Compare(ctx context.Context, m Synchronizing) error {
	same, err := s.same(ctx, m)
	if err != nil || same {
		return err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.ClaimSynchronizing(ctx, m.Account, tx.Now.Add(social.MusterEvery))
		if err != nil || !due {
			return err
		}
		return tx.AddJob(ctx, SynchronizeJob, m, tx.Now, strconv.FormatInt(int64(m.Account), 10))
	}); err != nil {
		return fmt.Errorf("compare followers: %w", err)
	}
	return nil
}

// same reports whether there is nothing to do about m: both say the same, or
// there are too many to be compared.
func (s *Service) same(ctx context.Context, m Synchronizing) (bool, error) {
	all, err := s.FollowersHere(ctx, m.Account)
	if err != nil || len(all) > social.MaxMuster {
		return true, err
	}
	return s.muster(all).String() == m.Muster, nil
}

func (s *Service) muster(all []social.AccountID) (m social.Muster) {
	for _, who := range all {
		m.Put(s.view.ActorURI(who))
	}
	return m
}

// FollowersHere is who of ours follow an account, and one more than
// social.MaxMuster if there are more.
func (s *Service) FollowersHere(ctx context.Context, of social.AccountID) (out []social.AccountID, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.FollowersHere(ctx, of, 0, social.MaxMuster+1)
		for _, f := range all {
			out = append(out, f.Owner)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("followers here: %w", err)
	}
	return out, nil
}

var errMuster = errs.New(errs.Invalid, "This is not the list of followers that was told of.")

// Synchronize makes who of ours follow m.Account be who its server says that
// they are, as far as that is its business: theirs, by name, has to make the
// muster of m. Who followed before theirs was read, and is not in it, follows
// no more; who asked is accepted. Those who are said to follow and never asked
// are given back, up to social.MaxUnfollowed: nobody follows because another
// server says so.
func (s *Service) Synchronize(ctx context.Context, m Synchronizing, before []social.AccountID, theirs []string) (strangers []social.AccountID, err error) {
	listed := map[social.AccountID]bool{}
	for _, uri := range theirs {
		p, ours := s.view.ParseURI(uri)
		if !ours || p.Account == 0 || p.Part != "" || listed[p.Account] {
			return nil, errMuster
		}
		listed[p.Account] = true
	}
	if len(theirs) > social.MaxMuster || social.MusterOf(theirs).String() != m.Muster {
		return nil, errMuster
	}
	follows := map[social.AccountID]bool{}
	for _, who := range before {
		if follows[who] = true; !listed[who] {
			if _, err := s.agree(ctx, m.Account, who, false); err != nil {
				return nil, err
			}
		}
	}
	for _, uri := range theirs {
		p, _ := s.view.ParseURI(uri)
		if follows[p.Account] {
			continue
		}
		unknown, err := s.agree(ctx, m.Account, p.Account, true)
		if err != nil {
			return nil, err
		}
		if unknown && len(strangers) < social.MaxUnfollowed {
			strangers = append(strangers, p.Account)
		}
	}
	return strangers, nil
}

// agree ends or accepts the follow of one of ours. It is unknown if they are
// said to follow, and do not even ask to.
func (s *Service) agree(ctx context.Context, target, owner social.AccountID, follows bool) (unknown bool, err error) {
	by := social.Actor{Account: target, Standing: social.Good, Role: social.Member, Remote: true}
	err = s.between(ctx, "synchronize follow", by, owner, func(tx *store.Tx, them social.Account, rel social.Relation) error {
		unknown = follows && them.Local() && !rel.FollowedBy && !rel.RequestedBy
		switch {
		case !them.Local():
			return nil
		case follows && rel.RequestedBy:
			return accept(ctx, tx, owner, target)
		case !follows && rel.FollowedBy:
			return end(ctx, tx, by, owner, target)
		}
		return nil
	})
	if errs.KindOf(err) == errs.NotFound && err != nil { // who is said to follow is not here
		return false, nil
	}
	return unknown, err
}
