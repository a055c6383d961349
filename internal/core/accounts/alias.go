package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Elsewhere asks other servers about their people.
type Elsewhere interface {
	// Whom is who is meant by "@name@host" or the address of a profile, as their
	// server says now; zero if such a text names nobody elsewhere.
	Whom(ctx context.Context, by social.Actor, typed string) (social.AccountID, error)
}

var errWhom = errs.New(errs.Invalid, "Name the account as @name@example.org, or by the address of its profile.")

// Whom is who by means by what they typed: "@ada", "@zoe@far.example", or the
// address of a profile or actor. Who lives elsewhere is asked for anew: they
// may have changed a moment ago what this is about.
func (s *Service) Whom(ctx context.Context, by social.Actor, typed string) (a social.Account, err error) {
	if typed = strings.TrimSpace(typed); typed == "" || len(typed) > social.MaxAddress {
		return a, errWhom
	}
	who, err := s.ourOwn(ctx, typed)
	if err == nil && who == 0 && s.Elsewhere != nil {
		who, err = s.Elsewhere.Whom(ctx, by, typed)
	}
	if err == nil && who == 0 {
		err = errWhom
	}
	if err == nil {
		err = s.store.Read(ctx, func(v *store.View) error { a, err = v.Account(ctx, who); return err })
	}
	if err != nil {
		return a, fmt.Errorf("whom: %w", err)
	}
	return a, nil
}

// ourOwn is who of ours a text names; zero if it names none of ours.
func (s *Service) ourOwn(ctx context.Context, typed string) (social.AccountID, error) {
	if _, ours := s.config.parse(typed); ours {
		return s.Lookup(ctx, typed)
	}
	name, host, _ := strings.Cut(strings.TrimPrefix(typed, "@"), "@")
	if strings.ContainsAny(name, "/:") || host != "" && !s.config.own(strings.ToLower(host)) {
		return 0, nil
	}
	var a social.Account
	err := s.store.Read(ctx, func(v *store.View) (err error) { a, err = v.AccountNamed(ctx, name, ""); return err })
	return a.ID, err
}

// AddAlias lets somebody move to by: an account as Whom takes it.
func (s *Service) AddAlias(ctx context.Context, by social.Actor, typed string) (social.Account, error) {
	other, err := s.Whom(ctx, by, typed)
	if err != nil {
		return other, err
	}
	if other.ID == by.Account {
		return other, errs.New(errs.Invalid, "This is the account itself. Name the other one.")
	}
	return other, s.store.WriteFor(ctx, by, "add alias", func(tx *store.Tx) error {
		a, err := tx.Account(ctx, by.Account)
		switch {
		case err != nil || slices.Contains(a.Aliases, s.URI(other)):
			return err
		case len(a.Aliases) >= social.MaxAliases:
			return errs.Newf(errs.Invalid, "An account is known as at most %d others. Remove one first.", social.MaxAliases)
		}
		return setAliases(ctx, tx, by.Account, append(a.Aliases, s.URI(other)))
	})
}

// DropAlias takes that back, by the address of the other. One that is none
// changes nothing. Who has moved here already stays.
func (s *Service) DropAlias(ctx context.Context, by social.Actor, uri string) error {
	return s.store.WriteFor(ctx, by, "drop alias", func(tx *store.Tx) error {
		a, err := tx.Account(ctx, by.Account)
		if err != nil || !slices.Contains(a.Aliases, uri) {
			return err
		}
		return setAliases(ctx, tx, by.Account, slices.DeleteFunc(a.Aliases, func(u string) bool { return u == uri }))
	})
}

// KnownAs is SetAliases for what somebody typed. Who is an alias already is not
// asked for again: their server may be gone.
func (s *Service) KnownAs(ctx context.Context, by social.Actor, typed []string) error {
	if len(typed) > social.MaxAliases {
		return errs.Newf(errs.Invalid, "An account is known as at most %d others.", social.MaxAliases)
	}
	home, err := s.Home(ctx, by)
	if err != nil {
		return err
	}
	uris := slices.Clone(typed)
	for i, t := range uris {
		if slices.ContainsFunc(home.Aliases, func(a Alias) bool { return a.URI == t }) {
			continue
		}
		other, err := s.Whom(ctx, by, t)
		if err != nil {
			return err
		}
		uris[i] = s.URI(other)
	}
	return s.SetAliases(ctx, by, uris)
}

// MoveTo is Move to an account as Whom takes it.
func (s *Service) MoveTo(ctx context.Context, by social.Actor, typed string) (social.Account, error) {
	to, err := s.Whom(ctx, by, typed)
	if err != nil {
		return to, err
	}
	return to, s.Move(ctx, by, to.ID)
}

// An Alias is another account of somebody's.
type Alias struct {
	URI     string
	Account social.AccountID // zero if it is not known here
}

// A Home is where somebody lives, lived, and may go.
type Home struct {
	Account social.Account
	Aliases []Alias
}

// Home is by's.
func (s *Service) Home(ctx context.Context, by social.Actor) (h Home, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if h.Account, err = v.Account(ctx, by.Account); err != nil {
			return err
		}
		h.Aliases = nil
		for _, uri := range h.Account.Aliases {
			a, err := s.lookUp(ctx, v, uri)
			if err != nil && errs.KindOf(err) != errs.NotFound {
				return err
			}
			h.Aliases = append(h.Aliases, Alias{URI: uri, Account: a.ID})
		}
		return nil
	})
	return h, err
}
