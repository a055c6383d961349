package accounts

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// SetAliases keeps the addresses of what else is by's: accounts elsewhere that
// may move here, and of which this one may be said to be.
func (s *Service) SetAliases(ctx context.Context, by social.Actor, uris []string) error {
	if len(uris) > social.MaxAliases {
		return errs.Newf(errs.Invalid, "An account is known as at most %d others.", social.MaxAliases)
	}
	for i, u := range uris {
		if !social.Address(u) || u == s.config.Base.ActorURI(by.Account) || slices.Contains(uris[:i], u) {
			return errs.New(errs.Invalid, "Name each of your other accounts once, by its address.")
		}
	}
	return s.store.WriteFor(ctx, by, "set aliases", func(tx *store.Tx) error { return setAliases(ctx, tx, by.Account, uris) })
}

func setAliases(ctx context.Context, tx *store.Tx, who social.AccountID, uris []string) error {
	tx.Record(event.ProfileChanged{Account: who})
	return tx.SetAliases(ctx, who, uris)
}

// Move tells everybody that by, who is one of ours, lives at target now.
// Target must say that it is by, too.
func (s *Service) Move(ctx context.Context, by social.Actor, target social.AccountID) error {
	return s.store.WriteFor(ctx, by, "move", func(tx *store.Tx) error {
		a, err := tx.Account(ctx, by.Account)
		switch {
		case err != nil:
			return err
		case !a.Local():
			return errs.New(errs.Invalid, "Only who lives here moves away from here.")
		case tx.Now.Before(a.MovesAgain()):
			return errs.Newf(errs.Invalid, "You have moved lately. An account moves once in %d days; you can again on %s.",
				int(social.MoveRest.Hours()/24), a.MovesAgain().UTC().Format("2 January 2006"))
		}
		return s.move(ctx, tx, a, target)
	})
}

// Stay takes back that by, who is one of ours, lives elsewhere. Who followed
// them there still does.
func (s *Service) Stay(ctx context.Context, by social.Actor) error {
	return s.store.WriteFor(ctx, by, "stay", func(tx *store.Tx) error {
		a, err := tx.Account(ctx, by.Account)
		if err != nil || a.MovedTo == 0 {
			return err
		}
		a.MovedTo = 0
		tx.Record(event.ProfileChanged{Account: a.ID})
		return tx.SetMoved(ctx, a)
	})
}

// Moved is Move for by from another server. Who told of it before is not
// believed again for a while: everybody here would be sent back and forth.
func (s *Service) Moved(ctx context.Context, by social.Actor, target social.AccountID) error {
	return s.store.WriteFor(ctx, by, "take a move", func(tx *store.Tx) error {
		a, err := tx.Account(ctx, by.Account)
		switch {
		case err != nil:
			return err
		case a.Local():
			return errs.New(errs.Invalid, "Who lives here moves by asking here.")
		case a.MovedTo == target && !a.MovedAt.IsZero():
			return nil // told before
		case tx.Now.Sub(a.MovedAt) < social.ForeignMoveRest:
			return errs.New(errs.Invalid, "This account has moved lately.")
		}
		return s.move(ctx, tx, a, target)
	})
}

// move is what both do, when a may move.
func (s *Service) move(ctx context.Context, tx *store.Tx, a social.Account, target social.AccountID) error {
	to, err := tx.Account(ctx, target)
	switch {
	case err != nil:
		return err
	case to.ID == a.ID || to.Standing != social.Good:
		return errs.New(errs.Invalid, "Nobody can move to this account.")
	case to.MovedTo != 0:
		return errs.New(errs.Invalid, "The other account has moved away itself. Name the account where it lives now.")
	case !s.isAlso(to, a):
		return errs.Newf(errs.Invalid, "The other account does not say yet that it is yours. Sign in there, add @%s to its aliases (%s), and try again here.", s.handle(a), s.URI(a))
	}
	a.MovedTo, a.MovedAt = to.ID, tx.Now
	if err := tx.SetMoved(ctx, a); err != nil {
		return err
	}
	tx.Record(event.Moved{Account: a.ID, Target: to.ID})
	return tx.FollowAlong(ctx, store.Moving{From: a.ID, To: to.ID})
}

// URI is an account's ActivityPub id, ours or a remote one's.
func (s *Service) URI(a social.Account) string {
	if a.Local() {
		return s.config.Base.ActorURI(a.ID)
	}
	return a.URI
}

// handle is what people everywhere call an account.
func (s *Service) handle(a social.Account) string {
	if a.Local() {
		return a.Username + "@" + s.config.HandleHost
	}
	return a.Acct()
}

// isAlso reports whether an account says that it is another, too.
func (s *Service) isAlso(one, other social.Account) bool {
	if !other.Local() {
		return slices.Contains(one.Aliases, other.URI)
	}
	return slices.ContainsFunc(one.Aliases, func(u string) bool {
		p, ours := s.config.parse(u)
		return ours && p.Account == other.ID && p.Part == ""
	})
}
