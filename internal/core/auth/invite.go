package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// MaxInvites is how many invites one account keeps, used up ones included.
const MaxInvites = 100

// codeLength is that of an invitation's code: 96 bits, short enough to read out.
const codeLength = 16

// Invite makes an invitation that lets maxUses people in (zero is any number)
// for a while (zero is for good).
func (s *Service) Invite(ctx context.Context, by social.Actor, maxUses int, while time.Duration) (social.Invite, error) {
	if err := by.MustAct(); err != nil {
		return social.Invite{}, err
	}
	if maxUses < 0 || while < 0 {
		return social.Invite{}, errs.New(errs.Invalid, "An invitation is for some people and some time, or without a limit.")
	}
	var i social.Invite
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldUser(ctx, by.Account); err != nil { // counting and adding is for one at a time
			return err
		}
		all, err := tx.Invites(ctx, by.Account)
		if err != nil {
			return err
		}
		if len(all) >= MaxInvites {
			return errs.Newf(errs.Invalid, "You have %d invitations. Delete one to make another.", MaxInvites)
		}
		code, _ := newSecret()
		i = social.Invite{ID: social.InviteID(id.New(tx.Now)), Code: code[:codeLength], Owner: by.Account, MaxUses: maxUses, CreatedAt: tx.Now}
		if while > 0 {
			i.ExpiresAt = tx.Now.Add(while)
		}
		return tx.AddInvite(ctx, i)
	})
	if err != nil {
		return social.Invite{}, fmt.Errorf("invite: %w", err)
	}
	return i, nil
}

// Invites returns by's invitations, newest first.
func (s *Service) Invites(ctx context.Context, by social.Actor) (all []social.Invite, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err = v.Invites(ctx, by.Account)
		return err
	})
	return all, err
}

// EndInvite makes an invitation of by's invalid. None is fine.
func (s *Service) EndInvite(ctx context.Context, by social.Actor, which social.InviteID) error {
	if !by.SignedIn() {
		return by.MustAct()
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.EndInvite(ctx, by.Account, which) })
}

// invitation is the invite with a code, if it is good and whose it is may
// still bring people; otherwise ps says that it is not.
func invitation(ctx context.Context, v *store.View, code string, now time.Time, ps *Problems) (social.InviteID, error) {
	i, err := v.Invite(ctx, code, now)
	if err == nil {
		host, err := v.Account(ctx, i.Owner)
		if err != nil || host.Standing == social.Good {
			return i.ID, err
		}
		ps.add("invite", Wrong, "This invitation is no longer valid. Ask for another one.")
		return 0, nil
	}
	if errs.KindOf(err) == errs.Invalid {
		ps.add("invite", Wrong, errs.Public(err))
		return 0, nil
	}
	return 0, err
}
