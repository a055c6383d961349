package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What the links in letters are for, and how long they work.
const (
	confirmPurpose = "confirm"
	confirmLife    = 7 * 24 * time.Hour
	resetPurpose   = "reset"
	resetLife      = 6 * time.Hour
)

// mailToken makes the secret of a link; the earlier one for the same purpose
// stops working.
func mailToken(ctx context.Context, tx *store.Tx, who social.AccountID, purpose, email string, life time.Duration) (string, error) {
	secret, hash := newSecret()
	return secret, tx.AddMailToken(ctx, hash, store.MailToken{Account: who, Purpose: purpose, Email: email, Expires: tx.Now.Add(life)})
}

func (s *Service) askToConfirm(ctx context.Context, tx *store.Tx, a social.Account, email string) error {
	secret, err := mailToken(ctx, tx, a.ID, confirmPurpose, email, confirmLife)
	if err != nil {
		return err
	}
	return s.confirmLetter(ctx, tx, a, email, secret)
}

// Confirm takes it that an address is somebody's, who has the link that was
// sent there, and returns the account. It is no sign-in: mail programs open
// links too, and so the link may be opened again until it expires.
func (s *Service) Confirm(ctx context.Context, secret string) (a social.Account, err error) {
	if err := s.store.Read(ctx, func(v *store.View) error { // a link that is none is told apart from one that is for later
		_, err := v.MailToken(ctx, hashOf(secret), confirmPurpose, s.store.Now())
		return err
	}); err != nil {
		return social.Account{}, fmt.Errorf("confirm: %w", err)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.MailToken(ctx, hashOf(secret), confirmPurpose, tx.Now)
		if err != nil {
			return err
		}
		u, err := tx.HoldUser(ctx, t.Account)
		if err != nil {
			return err
		}
		if !u.Confirmed || u.Email != t.Email {
			if err := tx.EndMailTokens(ctx, u.Account, resetPurpose); err != nil { // those went to the old address
				return err
			}
			u.Email = t.Email
			if err := confirmed(ctx, tx, u); err != nil {
				return err
			}
		}
		a, err = tx.Account(ctx, t.Account)
		return err
	})
	if err != nil {
		return social.Account{}, fmt.Errorf("confirm: %w", err)
	}
	s.forget(a.ID)
	return a, nil
}

// confirmed stores u, whose address is now known to be theirs.
func confirmed(ctx context.Context, tx *store.Tx, u social.User) error {
	first := !u.Confirmed
	u.Confirmed = true
	if err := tx.SetUser(ctx, u); err != nil {
		return conflict(err, "email", emailTaken)
	}
	if !first {
		return nil
	}
	return joined(ctx, tx, u)
}

// joined records that u, of whom something is now known, may use the account
// or waits for approval.
func joined(ctx context.Context, tx *store.Tx, u social.User) error {
	tx.Record(event.Joined{Account: u.Account, Waiting: !u.Approved})
	a, err := tx.HoldAccount(ctx, u.Account)
	if err != nil || a.Standing != social.Pending || u.On(social.Good) != social.Good {
		return err
	}
	tx.Record(event.ProfileChanged{Account: u.Account})
	if err := tx.JoinHeldName(ctx, a.Username); err != nil {
		return err
	}
	return tx.SetStanding(ctx, u.Account, social.Good)
}

// ResendConfirmation sends the letter to confirm an address again, if there
// is somebody who has not. The answer does not tell.
func (s *Service) ResendConfirmation(ctx context.Context, email string) error {
	return s.toAddress(ctx, "resend confirmation", email, confirmRule, func(tx *store.Tx, u social.User, a social.Account) error {
		if u.Confirmed {
			return nil
		}
		return s.askToConfirm(ctx, tx, a, u.Email)
	})
}

// ForgotPassword sends a link to choose a new password, if there is an
// account with this address. The answer does not tell.
func (s *Service) ForgotPassword(ctx context.Context, email string) error {
	return s.toAddress(ctx, "forgot password", email, forgotRule, func(tx *store.Tx, u social.User, a social.Account) error {
		secret, err := mailToken(ctx, tx, u.Account, resetPurpose, u.Email, resetLife)
		if err != nil {
			return err
		}
		return s.resetLetter(ctx, tx, a, u.Email, secret)
	})
}

// toAddress writes to who has an address, unless letters were asked for too
// often. Nobody having it is fine.
func (s *Service) toAddress(ctx context.Context, what, email string, rule limit.Rule, write func(tx *store.Tx, u social.User, a social.Account) error) error {
	email = strings.TrimSpace(email)
	if !validEmail(email) {
		return errs.New(errs.Invalid, "This is not an e-mail address. It looks like ada@example.org.")
	}
	if err := s.take(rule, strings.ToLower(email), "This was asked for several times already: look into your mail, also where spam is kept."); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByEmail(ctx, email)
		if errs.KindOf(err) == errs.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := tx.Account(ctx, u.Account)
		if err != nil {
			return err
		}
		return write(tx, u, a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// ResetPassword gives the account that a link was sent to a new password, and
// returns it. All its sessions and tokens end. That the link was read also
// confirms the address.
func (s *Service) ResetPassword(ctx context.Context, secret, password string) (a social.Account, err error) {
	var ps Problems
	if ps.password("password", password); len(ps) > 0 {
		return a, ps
	}
	look := func(v *store.View, now time.Time) (store.MailToken, error) {
		return v.MailToken(ctx, hashOf(secret), resetPurpose, now)
	}
	if err := s.store.Read(ctx, func(v *store.View) error { // before the dear part
		_, err := look(v, s.store.Now())
		return err
	}); err != nil {
		return a, fmt.Errorf("reset password: %w", err)
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return a, fmt.Errorf("reset password: %w", err)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		t, err := look(&tx.View, tx.Now)
		if err != nil {
			return err
		}
		u, err := tx.HoldUser(ctx, t.Account)
		if err != nil {
			return err
		}
		if t, err = look(&tx.View, tx.Now); err != nil { // somebody with the same link may have been faster
			return err
		}
		u.Password = hash
		if err := confirmed(ctx, tx, u); err != nil {
			return err
		}
		if a, err = tx.Account(ctx, u.Account); err != nil {
			return err
		}
		return s.newPassword(ctx, tx, a, u, 0)
	})
	if err != nil {
		return social.Account{}, fmt.Errorf("reset password: %w", err)
	}
	s.forget(a.ID)
	return a, nil
}

// newPassword ends what the old password let in, but for the session keep,
// and what was about to be changed with it, and tells the person.
func (s *Service) newPassword(ctx context.Context, tx *store.Tx, a social.Account, u social.User, keep social.SessionID) error {
	for _, purpose := range []string{resetPurpose, confirmPurpose} {
		if err := tx.EndMailTokens(ctx, u.Account, purpose); err != nil {
			return err
		}
	}
	if err := tx.EndCeremonies(ctx, u.Account); err != nil {
		return err
	}
	if err := tx.EndSessions(ctx, u.Account, 0, keep); err != nil {
		return err
	}
	if err := tx.EndTokensOf(ctx, u.Account); err != nil {
		return err
	}
	tx.Record(event.AccessChanged{Account: u.Account})
	return s.passwordLetter(ctx, tx, a, u.Email)
}

// again makes sure that by, who asks for something that cannot be undone, has
// their password; field is where it was asked for.
func (s *Service) again(ctx context.Context, by social.Actor, field, password string) (social.User, error) {
	var u social.User
	if !by.SignedIn() {
		return u, by.MustAct()
	}
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		u, err = v.User(ctx, by.Account)
		return err
	}); err != nil {
		return u, err
	}
	ok, err := s.guess(ctx, passwordRule, guessed(u), u, password, "There were too many attempts with a wrong password.")
	if err == nil && !ok {
		err = Problems{{field, Wrong, "This is not your password."}}
	}
	return u, err
}

// Really makes sure that it is by who asks for something that others are told
// of: they give their password again.
func (s *Service) Really(ctx context.Context, by social.Actor, password string) error {
	_, err := s.again(ctx, by, "password", password)
	return err
}

// ChangePassword gives by a new password. All other sessions and all tokens
// end.
func (s *Service) ChangePassword(ctx context.Context, by social.Actor, old, new string) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	var ps Problems
	if ps.password("password", new); len(ps) > 0 {
		return ps
	}
	was, err := s.again(ctx, by, "current_password", old)
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, new)
	if err != nil {
		return err
	}
	err = s.change(ctx, "change password", by, func(tx *store.Tx, u *social.User) error {
		if u.Password != was.Password {
			return errLogin
		}
		u.Password = hash
		a, err := tx.Account(ctx, by.Account)
		if err != nil {
			return err
		}
		return s.newPassword(ctx, tx, a, *u, by.Session)
	})
	s.forget(by.Account)
	return err
}

// ChangeEmail sends a link to by's new address, which takes effect when the
// link is opened, and tells the old one. Somebody who has not confirmed an
// address yet can correct it this way.
func (s *Service) ChangeEmail(ctx context.Context, by social.Actor, password, email string) error {
	email = strings.TrimSpace(email)
	var ps Problems
	if ps.email(email); len(ps) > 0 {
		return ps
	}
	was, err := s.again(ctx, by, "password", password)
	if err != nil {
		return err
	}
	if email == was.Email && was.Confirmed {
		return nil
	}
	return s.moveEmail(ctx, by, was, email)
}

// CorrectEmail has the letter to confirm an address go to another one. Forbidden
// for who has confirmed theirs: they change it with their password.
func (s *Service) CorrectEmail(ctx context.Context, by social.Actor, email string) error {
	email = strings.TrimSpace(email)
	var ps Problems
	if ps.email(email); len(ps) > 0 {
		return ps
	}
	if !by.SignedIn() {
		return by.MustAct()
	}
	var was social.User
	if err := s.store.Read(ctx, func(v *store.View) (err error) { was, err = v.User(ctx, by.Account); return err }); err != nil {
		return err
	}
	if was.Confirmed {
		return errs.New(errs.Forbidden, "Your address is confirmed already. You can change it in your settings.")
	}
	return s.moveEmail(ctx, by, was, email)
}

// moveEmail sends a link to the new address of by, who was as was says.
func (s *Service) moveEmail(ctx context.Context, by social.Actor, was social.User, email string) error {
	if err := s.take(confirmRule, strings.ToLower(email), "Letters to this address were asked for several times already: look into your mail, also where spam is kept."); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := unchanged(ctx, tx, was); err != nil {
			return err
		}
		if other, err := tx.UserByEmail(ctx, email); err == nil && other.Account != by.Account {
			return Problems{{"email", Taken, emailTaken}}
		} else if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		if said, err := s.config.Screen.JudgeMail(ctx, &tx.View, email); err != nil {
			return err
		} else if said.Refused != nil {
			return Problems{{"email", Blocked, errs.Public(said.Refused)}}
		}
		a, err := tx.Account(ctx, by.Account)
		if err != nil {
			return err
		}
		secret, err := mailToken(ctx, tx, a.ID, confirmPurpose, email, confirmLife)
		if err != nil {
			return err
		}
		if err := s.changeLetter(ctx, tx, a, email, secret); err != nil || !was.Confirmed {
			return err
		}
		return s.movedLetter(ctx, tx, a, was.Email, email)
	})
	if err != nil {
		return fmt.Errorf("change e-mail address: %w", err)
	}
	return nil
}
