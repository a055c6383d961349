package accounts

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// meetTries is how often somebody is met who is met elsewhere at once.
const meetTries = 3

// Meet keeps what another server says of one of its accounts, new or not: the
// row, how it is reached and what it signs with. Who is known to be gone is
// NotFound. A name that another account of the host had is taken from it: its
// server gave the name away.
func (s *Service) Meet(ctx context.Context, who social.Stranger) (a social.Account, err error) {
	if err := who.Check(); err != nil {
		return a, err
	}
	if _, ours := s.config.parse(who.Account.URI); ours || s.config.own(who.Account.Host) || social.SameHost(who.Account.URI, string(s.config.Base)) || s.config.Others.Hold(who.Account.URI) {
		return a, errs.New(errs.Invalid, "Who lives here is not from elsewhere.")
	}
	who = who.Trimmed()
	for range meetTries {
		if err = s.store.Write(ctx, func(tx *store.Tx) error {
			a, err = s.meet(ctx, tx, who)
			return err
		}); errs.KindOf(err) != errs.Conflict {
			break
		}
	}
	if err != nil {
		return a, fmt.Errorf("meet account: %w", err)
	}
	return a, nil
}

func (s *Service) meet(ctx context.Context, tx *store.Tx, who social.Stranger) (a social.Account, err error) {
	if gone, err := tx.Gone(ctx, who.Account.URI); err != nil || gone {
		return a, cmp.Or(err, errGone)
	}
	was, err := tx.AccountByURI(ctx, who.Account.URI)
	known := err == nil
	if !known && errs.KindOf(err) != errs.NotFound {
		return a, err
	}
	if known {
		if was, err = tx.HoldAccount(ctx, was.ID); err != nil {
			return a, err
		}
	}
	if err := takeName(ctx, tx, who.Account); err != nil {
		return a, err
	}
	if a, err = s.stranger(ctx, tx, who, was); err != nil {
		return a, err
	}
	switch {
	case !known:
		err = tx.AddAccount(ctx, a)
	case !alike(a, was):
		a.ChangedAt = tx.Now
		tx.Record(event.ProfileChanged{Account: a.ID})
		err = tx.SetStranger(ctx, a)
	}
	if err != nil {
		return a, err
	}
	return a, reach(ctx, tx, a.ID, who)
}

var errGone = errs.New(errs.NotFound, "This account is gone.")

// alike reports whether an account says of itself what it said before.
func alike(a, was social.Account) bool {
	for _, x := range []*social.Account{&a, &was} { // no list is an empty one
		x.Fields, x.Aliases, x.Wishes.Credits = append([]social.Field{}, x.Fields...), append([]string{}, x.Aliases...), append([]string{}, x.Wishes.Credits...)
	}
	return reflect.DeepEqual(a, was)
}

// reach keeps how an account is reached, what it signs with, and its emojis.
func reach(ctx context.Context, tx *store.Tx, which social.AccountID, who social.Stranger) error {
	who.Contact.Account, who.Contact.FetchedAt = which, tx.Now
	if err := tx.SetContact(ctx, who.Contact); err != nil {
		return err
	}
	keys := slices.Clone(who.Keys)
	for i := range keys {
		keys[i].FetchedAt = tx.Now
	}
	if err := tx.SetPublicKeys(ctx, which, keys); err != nil {
		return err
	}
	return tx.SetForeignEmojis(ctx, who.Emojis, social.MaxHostEmojis)
}

// takeName has whoever else has the name of an account lose it.
func takeName(ctx context.Context, tx *store.Tx, a social.Account) error {
	other, err := tx.AccountNamed(ctx, a.Username, a.Host)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil
	}
	if err != nil || other.URI == a.URI {
		return err
	}
	tx.Record(event.ProfileChanged{Account: other.ID})
	return tx.LoseName(ctx, other)
}

// stranger is the account with what its server says of it now. How it stands
// here, and what was counted here, stays.
func (s *Service) stranger(ctx context.Context, tx *store.Tx, who social.Stranger, was social.Account) (social.Account, error) {
	a := was
	if was.ID == 0 {
		a = social.Account{ID: social.AccountID(id.New(tx.Now)), URI: who.Account.URI, Standing: social.Good, CreatedAt: who.Account.CreatedAt, ChangedAt: tx.Now}
		if at := a.CreatedAt; at.IsZero() || at.Before(social.Earliest) || at.After(tx.Now) {
			a.CreatedAt = tx.Now
		}
	}
	n := who.Account
	a.Username, a.Host, a.Page, a.Kind, a.DisplayName, a.Bio, a.Fields = n.Username, n.Host, n.Page, n.Kind, n.DisplayName, n.Bio, n.Fields
	a.Avatar, a.AvatarAlt, a.Header, a.HeaderAlt, a.Locked, a.Aliases = n.Avatar, n.AvatarAlt, n.Header, n.HeaderAlt, n.Locked, n.Aliases
	a.Discoverable, a.Indexable, a.HideFollows, a.Wishes = n.Discoverable, n.Indexable, n.HideFollows, n.Wishes
	if a.Kind == "" {
		a.Kind = social.Person
	}
	if who.MovedTo == "" {
		a.MovedTo = 0
		return a, nil
	}
	to, err := s.lookUp(ctx, &tx.View, who.MovedTo)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return a, nil // it is told when it is known
	}
	if err == nil && s.isAlso(to, a) {
		a.MovedTo = to.ID
	}
	return a, err
}

// Depart deletes an account of another server, with all it left here, and
// keeps it from coming back by a message that was late. Who is not here is
// only remembered as gone. It is for who was asked: the account itself, or
// its server, which does not know it any more.
func (s *Service) Depart(ctx context.Context, uri string) error {
	if _, ours := s.config.parse(uri); ours || !social.Address(uri) {
		return errs.New(errs.Invalid, "Who lives here does not leave like this.")
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetGone(ctx, uri); err != nil {
			return err
		}
		a, err := tx.AccountByURI(ctx, uri)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return nil
		}
		if err != nil || a.Local() {
			return err
		}
		if err := tx.SetStanding(ctx, a.ID, social.Suspended); err != nil {
			return err
		}
		tx.Record(event.AccessChanged{Account: a.ID})
		return tx.LeaveAccount(ctx, a.ID)
	})
	if err != nil {
		return fmt.Errorf("depart: %w", err)
	}
	return nil
}

// Lookup is which account an ActivityPub id names, ours or a remote one, or
// NotFound.
func (s *Service) Lookup(ctx context.Context, uri string) (social.AccountID, error) {
	var a social.Account
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		a, err = s.lookUp(ctx, v, uri)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look an account up: %w", err)
	}
	return a.ID, nil
}

func (s *Service) lookUp(ctx context.Context, v *store.View, uri string) (social.Account, error) {
	place, ours := s.config.parse(uri)
	if !ours {
		return v.AccountByURI(ctx, uri)
	}
	a, err := social.Account{}, error(store.NoPost)
	switch {
	case place.Part != "" || place.Post != 0:
	case place.Account != 0:
		a, err = v.Account(ctx, place.Account)
	case place.Name != "":
		a, err = v.AccountNamed(ctx, place.Name, "")
	}
	if err == nil && !a.Local() {
		err = store.NoPost
	}
	return a, err
}
