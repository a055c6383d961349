package badges

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Job looks for accounts that are like one that was confirmed, or came to be of the
// staff. Its argument is the account's id.
const Job = "badges.alike"

const (
	lookTimeout = 10 * time.Minute
	lookTries   = 10
	lookAtOnce  = 500 // accounts in one transaction
)

// Follower looks whether somebody who joins, or calls themselves otherwise, can be
// mistaken for who is guarded.
func (s *Service) Follower() work.Follower {
	return work.Follower{Name: "badges", Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.Joined:
			return s.look(ctx, tx, f.Account)
		case event.ProfileChanged:
			return s.look(ctx, tx, f.Account)
		case event.BadgesChanged:
			if f.Guarded {
				return lookFor(ctx, tx, f.Account)
			}
		case event.AccessChanged:
			if f.Account == 0 || f.Token != 0 {
				return nil
			}
			if u, err := tx.User(ctx, f.Account); err != nil || !u.Role.AtLeast(social.Moderator) {
				return errs.Absent(err)
			}
			return lookFor(ctx, tx, f.Account)
		}
		return nil
	}}
}

func lookFor(ctx context.Context, tx *store.Tx, who social.AccountID) error {
	return tx.AddJob(ctx, Job, who, tx.Now, strconv.FormatInt(int64(who), 10))
}

// look holds one account against all who are guarded.
func (s *Service) look(ctx context.Context, tx *store.Tx, who social.AccountID) error {
	a, err := tx.Account(ctx, who)
	if err != nil || !a.Local() || a.Standing != social.Good {
		return errs.Absent(err)
	}
	others, err := likeOf(ctx, &tx.View, a)
	for _, g := range others {
		if err := s.found(ctx, tx, a, g); err != nil {
			return err
		}
	}
	return err
}

// likeOf are those who are guarded and whom a can be mistaken for: nobody, if a's own
// name is guarded.
func likeOf(ctx context.Context, v *store.View, a social.Account) (out []social.GuardedName, err error) {
	all, err := v.GuardedNames(ctx)
	for _, g := range all {
		if g.Covers(a) {
			return nil, err
		}
		if g.Meets(a) {
			out = append(out, g)
		}
	}
	return out, err
}

// found brings a before the staff, once for each whom it is like, and once more for
// its display name if that was not it: what they decided about it stands.
func (s *Service) found(ctx context.Context, tx *store.Tx, a social.Account, g social.GuardedName) error {
	isNew, err := tx.AddLikeness(ctx, a.ID, g.Account, g.Meets(social.Account{ID: a.ID, DisplayName: a.DisplayName}))
	if err != nil || !isNew {
		return err
	}
	return s.report(ctx, tx, a.ID, fmt.Sprintf("The name of @%s (%q) can be mistaken for that of @%s (%q), who is confirmed or looks after the house. Two people may have one name: look whether this one passes for the other.",
		a.Username, a.DisplayName, g.Username, g.DisplayName))
}

// Worker looks through everybody who lives here, some at a time.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: Job, AtOnce: 1, Timeout: lookTimeout, Tries: lookTries, Do: func(ctx context.Context, args []byte) error {
		var who social.AccountID
		if err := json.Unmarshal(args, &who); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name an account.", err)
		}
		after := social.AccountID(0)
		for more := true; more; {
			next := after
			if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
				next, err = s.lookThrough(ctx, tx, who, after)
				return err
			}); err != nil {
				return fmt.Errorf("look for who is like somebody: %w", err)
			}
			after, more = next, next != 0
		}
		return nil
	}}
}

// lookThrough holds the next few against who; last is zero at the end.
func (s *Service) lookThrough(ctx context.Context, tx *store.Tx, who, after social.AccountID) (last social.AccountID, err error) {
	all, err := tx.GuardedNames(ctx)
	if err != nil {
		return 0, err
	}
	guarded := map[social.AccountID]social.GuardedName{}
	for _, g := range all {
		guarded[g.Account] = g
	}
	them := guarded[who]
	if them.Account == 0 { // no more
		return 0, nil
	}
	some, err := tx.LocalAccounts(ctx, after, lookAtOnce)
	for _, a := range some {
		if last = a.ID; guarded[a.ID].Covers(a) || a.Standing != social.Good || !them.Meets(a) {
			continue
		}
		if err := s.found(ctx, tx, a, them); err != nil {
			return 0, err
		}
	}
	return last, err
}

// Like are those who are guarded and whom somebody can be mistaken for. It is for
// moderators.
func (s *Service) Like(ctx context.Context, by social.Actor, a social.Account) (out []social.GuardedName, err error) {
	if err := by.MustBe(social.Moderator); err != nil || !a.Local() {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error { out, err = likeOf(ctx, v, a); return err })
	return out, err
}
