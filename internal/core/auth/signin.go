package auth

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// sessionLife is how long a session lasts that is not used.
	sessionLife = 180 * 24 * time.Hour
	maxAgent    = 300 // characters kept of what a browser calls itself
)

var errLogin = errs.New(errs.Unauthenticated, "The e-mail address, the username or the password is not right.")

// SignIn begins a session for who has this login, an e-mail address or a
// username, and password; or the second step to one, for who has a second
// factor. What is wrong is not told; after some wrong attempts
// on one account the error is Limited, until its password is changed or time
// has passed. People who may not act yet can sign in; who is suspended or
// disabled is told so, and is Forbidden.
func (s *Service) SignIn(ctx context.Context, login, password, agent string) (Entered, social.Account, error) {
	u, err := s.prove(ctx, login, password)
	if err != nil {
		return Entered{}, social.Account{}, err
	}
	var in Entered
	var a social.Account
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := unchanged(ctx, tx, u); err != nil {
			return err
		}
		if a, err = tx.Account(ctx, u.Account); err != nil {
			return err
		}
		in, err = enterOr(ctx, tx, u, agent)
		return err
	})
	if err != nil {
		return Entered{}, social.Account{}, fmt.Errorf("sign in: %w", err)
	}
	return in, a, nil
}

// prove is the user who has this login and password.
func (s *Service) prove(ctx context.Context, login, password string) (social.User, error) {
	login = plain(strings.TrimPrefix(strings.TrimSpace(login), "@"), MaxEmail)
	var u social.User
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		u, err = userCalled(ctx, v, login)
		return err
	})
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return u, err
	}
	key := "nobody " + strings.ToLower(login)
	if err == nil {
		key = guessed(u)
	}
	ok, err := s.guess(ctx, signInRule, key, u, password,
		"There were too many attempts to sign in to this account. Ask for a new password by e-mail, which works at once.")
	if err == nil && !ok {
		err = errLogin
	}
	return u, err
}

// guessed is what attempts on u are counted by. A new password starts anew:
// who was locked out by somebody's guesses gets back in with it.
func guessed(u social.User) string { return strconv.FormatInt(int64(u.Account), 10) + " " + u.Password }

func userCalled(ctx context.Context, v *store.View, login string) (social.User, error) {
	if strings.Contains(login, "@") {
		return v.UserByEmail(ctx, login)
	}
	a, err := v.AccountNamed(ctx, login, "")
	if err != nil {
		return social.User{}, err
	}
	return v.User(ctx, a.ID)
}

// unchanged makes sure that the password that was shown is still u's, and
// stays so until the commit, and that u may come in.
func unchanged(ctx context.Context, tx *store.Tx, u social.User) error {
	now, err := tx.HoldUser(ctx, u.Account)
	if err == nil && now.Password != u.Password || errs.KindOf(err) == errs.NotFound {
		return errLogin
	}
	if err != nil {
		return err
	}
	return mayEnter(ctx, tx, now)
}

func mayEnter(ctx context.Context, tx *store.Tx, u social.User) error {
	a, err := tx.Account(ctx, u.Account)
	if err != nil {
		return err
	}
	return shut(u.On(a.Standing))
}

// StartSession begins a session for somebody who has shown in another way who
// they are.
func (s *Service) StartSession(ctx context.Context, who social.AccountID, agent string) (secret string, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, who)
		if err != nil {
			return err
		}
		if err := mayEnter(ctx, tx, u); err != nil {
			return err
		}
		secret, err = startSession(ctx, tx, who, agent)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("start session: %w", err)
	}
	return secret, nil
}

func startSession(ctx context.Context, tx *store.Tx, who social.AccountID, agent string) (string, error) {
	secret, hash := newSecret()
	return secret, tx.AddSession(ctx, social.Session{ID: social.SessionID(id.New(tx.Now)), Account: who, Agent: plain(agent, maxAgent),
		CreatedAt: tx.Now, UsedAt: tx.Now}, hash)
}

// SignOut ends the session by asks with.
func (s *Service) SignOut(ctx context.Context, by social.Actor) error {
	if by.Session == 0 {
		return nil
	}
	return s.EndSession(ctx, by, by.Session)
}

// Sessions returns by's sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, by social.Actor) (all []social.Session, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err = v.Sessions(ctx, by.Account)
		return err
	})
	return all, err
}

// EndSession ends one of by's sessions or, if which is zero, all but the one
// by asks with. None is fine.
func (s *Service) EndSession(ctx context.Context, by social.Actor, which social.SessionID) error {
	return s.end(ctx, by, func(tx *store.Tx) error { return tx.EndSessions(ctx, by.Account, which, by.Session) })
}

// Tokens returns what apps may act for by, the newest first.
func (s *Service) Tokens(ctx context.Context, by social.Actor) (all []social.Token, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err = v.Tokens(ctx, by.Account)
		return err
	})
	return all, err
}

// EndToken ends one of by's tokens. None is fine.
func (s *Service) EndToken(ctx context.Context, by social.Actor, which social.TokenID) error {
	return s.end(ctx, by, func(tx *store.Tx) error {
		t, err := tx.Token(ctx, which)
		if errs.KindOf(err) == errs.Unauthenticated || err == nil && t.Account != by.Account {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.EndToken(ctx, which)
	})
}

// end ends something that lets somebody in as by. It needs no good standing.
func (s *Service) end(ctx context.Context, by social.Actor, do func(tx *store.Tx) error) error {
	if !by.SignedIn() {
		return by.MustAct()
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		tx.Record(event.AccessChanged{Account: by.Account})
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("end access: %w", err)
	}
	s.forget(by.Account)
	return nil
}
