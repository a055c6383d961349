package auth

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Self is what we know of by, without the password's hash.
func (s *Service) Self(ctx context.Context, by social.Actor) (u social.User, err error) {
	if !by.SignedIn() {
		return u, by.MustAct()
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		u, err = v.User(ctx, by.Account)
		return err
	})
	u.Password = ""
	return u, err
}

// SetPrefs stores by's defaults, but for how pages look: that is SetLook's.
func (s *Service) SetPrefs(ctx context.Context, by social.Actor, p social.Prefs) error {
	if p.Visibility != "" {
		if _, err := social.ParseVisibility(string(p.Visibility)); err != nil {
			return err
		}
		if p.Visibility == social.Circle {
			return errs.New(errs.Invalid, "A list is chosen for each post. Choose another audience as your default.")
		}
	}
	if _, err := social.ParseQuotePolicy(string(p.Quotes)); err != nil {
		return err
	}
	if _, err := social.ParseReplyPolicy(string(p.Replies)); err != nil {
		return err
	}
	if p.Language != "" && !localeForm.MatchString(p.Language) {
		return errs.New(errs.Invalid, "A language is given by its code, such as en or pt-BR.")
	}
	if _, err := social.ParseReplyOrder(string(p.Order)); err != nil {
		return err
	}
	switch p.Alt {
	case social.AltAsked, social.AltRequired, social.AltFree:
	default:
		return errs.New(errs.Invalid, "Pictures without a description are asked about, required to have one, or free.")
	}
	return s.change(ctx, "set preferences", by, func(tx *store.Tx, u *social.User) error {
		p.Look, p.ShowRole = u.Prefs.Look, u.Prefs.ShowRole
		turned := p.NoViews != u.Prefs.NoViews
		if u.Prefs = p; !turned {
			return nil
		}
		tx.Record(event.AccessChanged{Account: u.Account}) // who they are is remembered with it
		if !p.NoViews {
			return nil
		}
		return tx.ForgetViews(ctx, u.Account)
	})
}

// SetLook stores how by wants the pages to look.
func (s *Service) SetLook(ctx context.Context, by social.Actor, l social.Look) error {
	if err := l.Check(); err != nil {
		return err
	}
	return s.change(ctx, "set look", by, func(_ *store.Tx, u *social.User) error {
		u.Prefs.Look = l
		return nil
	})
}

// SetLocale stores the language by wants to be spoken to in; empty for none.
func (s *Service) SetLocale(ctx context.Context, by social.Actor, locale string) error {
	if locale != "" && !localeForm.MatchString(locale) {
		return errs.New(errs.Invalid, "A language is given by its code, such as en or pt-BR.")
	}
	return s.change(ctx, "set locale", by, func(_ *store.Tx, u *social.User) error {
		u.Locale = locale
		return nil
	})
}

// change runs do on what we know of by, whom nobody else changes meanwhile,
// and stores it.
func (s *Service) change(ctx context.Context, what string, by social.Actor, do func(tx *store.Tx, u *social.User) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := do(tx, &u); err != nil {
			return err
		}
		return tx.SetUser(ctx, u)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
