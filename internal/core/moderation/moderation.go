// Package moderation is what those who look after the house do about
// accounts: what they are told by reports, what they decide, and how the
// accounts stand after. Who may come in at all is the business of auth.
package moderation

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service does it.
type Service struct {
	store *store.Store
	view  *view.View
	guess guess
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// Limits of the lists.
const (
	MaxPage     = 200
	DefaultPage = 100
)

// A Dossier is an account as the staff sees it.
type Dossier struct {
	*view.Face
	User      social.User // zero for one that does not live here, or is leaving
	InvitedBy social.AccountID
}

// Ours reports whether somebody can sign in as d.
func (d Dossier) Ours() bool { return d.User.Account != 0 }

// Accounts is a page of the accounts that by looks for. That by is shown their
// addresses is written down, once a day. It is for moderators.
func (s *Service) Accounts(ctx context.Context, by social.Actor, f social.AccountFilter, p social.Page) (out view.Slice[Dossier], err error) {
	return s.found(ctx, by, f, p, func() error { return record.Looked(ctx, s.store, by, listsAddresses("accounts")) })
}

// People is Accounts without their addresses, so that nothing is written down. They
// cannot be looked for by their addresses either.
func (s *Service) People(ctx context.Context, by social.Actor, f social.AccountFilter, p social.Page) (out view.Slice[Dossier], err error) {
	f.Email = ""
	out, err = s.found(ctx, by, f, p, func() error { return nil })
	for i := range out.Items {
		out.Items[i].User.Email = ""
	}
	return out, err
}

// found are the accounts that by looks for, if looked can be told before they are shown.
func (s *Service) found(ctx context.Context, by social.Actor, f social.AccountFilter, p social.Page, looked func() error) (out view.Slice[Dossier], err error) {
	if err := by.MustModerate(); err != nil {
		return out, err
	}
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		ids, err = v.FilterAccounts(ctx, f, p)
		return err
	}); err != nil {
		return out, fmt.Errorf("look for accounts: %w", err)
	}
	if len(ids) == 0 {
		return out, nil
	}
	if err := looked(); err != nil {
		return out, err
	}
	page := view.Ends(ids, p, func(id social.AccountID) int64 { return int64(id) })
	out.Newest, out.Oldest = page.Newest, page.Oldest
	all, err := s.dossiers(ctx, page.Items)
	for _, id := range page.Items {
		if d, ok := all[id]; ok {
			out.Items = append(out.Items, d)
		}
	}
	return out, err
}

// Account is one account, or NotFound. It is for moderators.
func (s *Service) Account(ctx context.Context, by social.Actor, who social.AccountID) (Dossier, error) {
	if err := by.MustModerate(); err != nil {
		return Dossier{}, err
	}
	all, err := s.dossiers(ctx, []social.AccountID{who})
	if err != nil {
		return Dossier{}, err
	}
	d, ok := all[who]
	if !ok {
		return Dossier{}, store.NoPost
	}
	return d, nil
}

// Named is the account called username, in any case, on host (empty for ours),
// also one that was not let in yet, or NotFound. It is for moderators.
func (s *Service) Named(ctx context.Context, by social.Actor, username, host string) (Dossier, error) {
	if err := by.MustModerate(); err != nil {
		return Dossier{}, err
	}
	var a social.Account
	if err := s.store.Read(ctx, func(v *store.View) (err error) { a, err = v.AccountNamed(ctx, username, host); return err }); err != nil {
		return Dossier{}, err
	}
	return s.Account(ctx, by, a.ID)
}

// dossiers loads accounts and what we know of them, in a fixed number of
// queries.
func (s *Service) dossiers(ctx context.Context, ids []social.AccountID) (map[social.AccountID]Dossier, error) {
	faces, err := s.view.Faces(ctx, ids)
	if err != nil {
		return nil, err
	}
	users, invited := map[social.AccountID]social.User{}, map[social.InviteID]social.AccountID{}
	if err := s.store.Read(ctx, func(v *store.View) error {
		all, err := v.Users(ctx, ids)
		if err != nil {
			return err
		}
		var with []social.InviteID
		for _, u := range all {
			u.Password = ""
			users[u.Account] = u
			if u.Invite != 0 {
				with = append(with, u.Invite)
			}
		}
		if len(with) > 0 {
			invited, err = v.Inviters(ctx, with)
		}
		return err
	}); err != nil {
		return nil, fmt.Errorf("load accounts for the staff: %w", err)
	}
	out := make(map[social.AccountID]Dossier, len(faces))
	for _, f := range faces {
		u := users[f.ID]
		out[f.ID] = Dossier{Face: f, User: u, InvitedBy: invited[u.Invite]}
	}
	return out, nil
}
