package moderation

import (
	"context"
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Decide does d.Action about d.Account in the name of by, and records who did
// it, when and why. Letter has its owner written to, whom notices reach no
// longer if they cannot sign in. The reports that led to it are resolved: of a
// warning only d.Report, else all that are open. What the account is already
// changes nothing, and is not recorded again.
//
// Nobody decides about somebody of the same or a higher role, and nobody locks
// the only owner out.
func (s *Service) Decide(ctx context.Context, by social.Actor, d social.Decision, letter bool) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	d.By, d.Text = by.Account, strings.TrimSpace(text.Clean(d.Text))
	if err := d.Check(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error { return decide(ctx, tx, by, d, letter) })
	if err != nil {
		return fmt.Errorf("%s: %w", d.Action, err)
	}
	return nil
}

func decide(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision, letter bool) error {
	a, u, err := held(ctx, tx, by, d)
	if err != nil {
		return err
	}
	if err := resolve(ctx, tx, &d); err != nil {
		return err
	}
	a, u, changed := d.Action.Apply(a, u)
	if !changed {
		return nil
	}
	if err := tx.SetModerated(ctx, a); err != nil {
		return err
	}
	if u.Account != 0 {
		if err := tx.SetUser(ctx, u); err != nil {
			return err
		}
	}
	d.ID = social.DecisionID(id.New(tx.Now))
	if err := tx.AddDecision(ctx, d); err != nil {
		return err
	}
	tx.Record(event.AccessChanged{Account: a.ID})
	tx.Record(event.Decided{Decision: d.ID, Account: a.ID, By: d.By, Action: d.Action, Letter: letter && d.Action.Sanction()})
	return nil
}

// held is the account that d is about and what we know of it, if by may
// decide about it.
func held(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision) (a social.Account, u social.User, err error) {
	u, err = tx.HoldUser(ctx, d.Account)
	if absent(err) != nil {
		return a, u, err
	}
	if a, err = tx.HoldAccount(ctx, d.Account); err != nil {
		return a, u, store.NoPost // the same words for all that is not there
	}
	role := social.Member
	switch {
	case u.Account != 0:
		role = u.Role
	case a.Local():
		return a, u, errs.New(errs.Conflict, "This account is being deleted.")
	case d.Action.Local():
		return a, u, errs.New(errs.Invalid, "Nobody signs in here with an account that lives elsewhere: suspend or limit it.")
	}
	if err := by.MayJudge(role); err != nil {
		return a, u, err
	}
	if d.Action.Grave() && role == social.Owner {
		err = spareOwner(ctx, tx)
	}
	return a, u, err
}

// spareOwner keeps a house from being left without an owner: it would belong
// to whoever opens its next set-up link.
func spareOwner(ctx context.Context, tx *store.Tx) error {
	owners, err := tx.Owners(ctx, 2)
	if err == nil && len(owners) < 2 {
		err = errs.New(errs.Forbidden, "This is the only owner of the house. Make another account an owner first.")
	}
	return err
}

// resolve closes the reports that led to d, and notes what they were about.
func resolve(ctx context.Context, tx *store.Tx, d *social.Decision) error {
	if d.Report != 0 {
		r, err := tx.HoldReport(ctx, d.Report)
		if err == nil && r.Target != d.Account {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		d.Posts = r.Posts
	}
	only := d.Report
	switch {
	case d.Action == social.Warn && only == 0, !d.Action.Sanction():
		return nil
	case d.Action != social.Warn:
		only = 0
	}
	return tx.CloseReports(ctx, d.Account, d.By, only)
}

// Decisions is the last of what was decided about an account. It is for
// moderators.
func (s *Service) Decisions(ctx context.Context, by social.Actor, about social.AccountID, p social.Page) (all []social.Decision, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.Decisions(ctx, about, p); return err })
	return all, err
}
