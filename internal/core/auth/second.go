package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// stepLife is how long there is for the second step.
	stepLife = 10 * time.Minute
	// alarmEvery is how often somebody is told that others know their password.
	alarmEvery = 24 * time.Hour
)

// codeRule bounds how often codes of an app are guessed: of a million, three are
// right at a time. Recovery codes and passkeys cannot be guessed, and so nobody
// who guesses keeps the owner from these.
var (
	codeRule  = limit.Rule{Name: "code of an app", Burst: 10, Per: time.Hour}
	alarmRule = limit.Rule{Name: "letter that codes are guessed", Burst: 1, Per: alarmEvery}
)

// Entered is what a right password opens: a session or, for who has a second
// factor, the step to it.
type Entered struct{ Session, Step string }

// enterOr begins a session for u, or the second step if they have a second factor.
func enterOr(ctx context.Context, tx *store.Tx, u social.User, agent string) (in Entered, err error) {
	has, err := tx.HasFactor(ctx, u.Account)
	if err != nil {
		return in, err
	}
	if !has {
		in.Session, err = startSession(ctx, tx, u.Account, agent)
		return in, err
	}
	step, hash := newSecret()
	return Entered{Step: step}, tx.AddCeremony(ctx, hash, store.Ceremony{Kind: stepCeremony, Account: u.Account, Until: tx.Now.Add(stepLife)})
}

// A Step is what somebody may show who has shown their password.
type Step struct{ App, Passkeys, Codes bool }

// Step is what is asked for who has the secret of a step; NotFound once that is over.
func (s *Service) Step(ctx context.Context, step string) (is Step, err error) {
	_, f, err := s.stepped(ctx, step)
	return Step{App: f.App(), Passkeys: len(f.Keys) > 0, Codes: f.Codes > 0}, err
}

func (s *Service) stepped(ctx context.Context, step string) (c store.Ceremony, f social.Factors, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if c, err = v.Ceremony(ctx, hashOf(step), stepCeremony, s.store.Now()); err != nil {
			return err
		}
		f, err = v.Factors(ctx, c.Account)
		return err
	})
	if err != nil {
		err = fmt.Errorf("second step: %w", err)
	}
	return c, f, err
}

// Shown is what somebody shows besides the password: one of both.
type Shown struct {
	Code    string // of an app, or a recovery code
	Passkey string // what the browser answers, as JSON
}

var errCode = errs.New(errs.Unauthenticated, "This code is not right, or it was used before. Wait until the app shows another one; a recovery code works once.")

// FinishStep begins a session for who has shown their password, and shows something
// else now. Each code of an app counts once, and so does each recovery code. After
// some wrong codes on one account those of apps are Limited; recovery codes and
// passkeys never are.
func (s *Service) FinishStep(ctx context.Context, step string, shown Shown, agent string) (session string, a social.Account, err error) {
	c, f, err := s.stepped(ctx, step)
	if err != nil {
		return "", a, err
	}
	use, err := s.use(ctx, c, f, shown)
	if err != nil {
		return "", a, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, c.Account)
		if err != nil {
			return err
		}
		if was, err := tx.EndCeremony(ctx, hashOf(step)); err != nil || !was {
			return gone(err)
		}
		if err := mayEnter(ctx, tx, u); err != nil {
			return err
		}
		if a, err = tx.Account(ctx, c.Account); err != nil {
			return err
		}
		if err := use.note(tx, u, a); err != nil {
			return err
		}
		session, err = startSession(ctx, tx, c.Account, agent)
		return err
	})
	if err != nil {
		return "", social.Account{}, fmt.Errorf("second step: %w", err)
	}
	if use.right != nil {
		use.right()
	}
	return session, a, nil
}

func gone(err error) error {
	if err == nil {
		err = errs.New(errs.NotFound, "This took too long, or it was done already. Please sign in again.")
	}
	return err
}

// used is what was shown and is right, unless note says that it was shown before.
type used struct {
	note  func(tx *store.Tx, u social.User, a social.Account) error
	right func() // once it is sure; nil for nothing
}

// use finds out what was shown.
func (s *Service) use(ctx context.Context, c store.Ceremony, f social.Factors, shown Shown) (used, error) {
	code := bare(shown.Code)
	switch {
	case shown.Passkey != "":
		key, err := s.asserted(f, c.Data, shown.Passkey)
		return used{note: func(tx *store.Tx, _ social.User, _ social.Account) error { return tx.UsePasskey(ctx, key.ID, key.Info) }}, err
	case len(code) == codeDigits && strings.Trim(code, "0123456789") == "" && f.App():
		return s.useCode(ctx, f, code)
	}
	return used{note: func(tx *store.Tx, u social.User, a social.Account) error {
		is, err := tx.UseRecoveryCode(ctx, f.Account, hashOf(code))
		if err == nil && !is {
			err = errCode
		}
		if err != nil {
			return err
		}
		return s.factorLetter(ctx, tx, a, u.Email, "A recovery code was used", fmt.Sprintf(
			"somebody, we hope you, signed in to your account with your password and a\nrecovery code. %s", left(f.Codes-1)))
	}}, nil
}

// left says how many codes there are still.
func left(n int) string {
	switch {
	case n <= 0:
		return "It was the last one: make new ones in your settings, under Second step."
	case n == 1:
		return "One is left: make new ones in your settings, under Second step."
	}
	return fmt.Sprintf("%d are left.", n)
}

// useCode looks at a code of an app.
func (s *Service) useCode(ctx context.Context, f social.Factors, code string) (is used, err error) {
	var u social.User
	if err := s.store.Read(ctx, func(v *store.View) error { u, err = v.User(ctx, f.Account); return err }); err != nil {
		return is, err
	}
	secret, err := s.unsealed(f.Account, f.Secret)
	if err != nil {
		return is, err
	}
	key := guessed(u)
	if err := s.take(codeRule, key, "There were too many wrong codes. A passkey or a recovery code works at once."); err != nil { // before the answer, so that many at once are counted
		return is, s.guesses(ctx, u, err)
	}
	step, ok := stepOf(secret, code, s.store.Now())
	if !ok {
		return is, errCode
	}
	return used{
		note: func(tx *store.Tx, _ social.User, _ social.Account) error {
			taken, err := tx.TakeFactorStep(ctx, f.Account, step)
			if err == nil && !taken {
				err = errCode
			}
			return err
		},
		right: func() { s.config.Limiter.Undo(codeRule, key) },
	}, nil
}

// guesses tells u that somebody who knows their password guesses codes, once a day at
// most, and gives why back.
func (s *Service) guesses(ctx context.Context, u social.User, why error) error {
	if !s.config.Limiter.Take(alarmRule, guessed(u)).OK {
		return why
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, u.Account)
		if err != nil {
			return err
		}
		return s.factorLetter(ctx, tx, a, u.Email, "Somebody guesses codes of your app", "somebody entered your password, which was right, and then many codes that were\nwrong. They did not get in.")
	})
	if err != nil {
		return fmt.Errorf("tell of guessed codes: %w", err)
	}
	return why
}
