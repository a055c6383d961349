package auth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// maxActors is how many actors are remembered, for sessions and for
	// tokens; then all are forgotten.
	maxActors = 10_000
	// actorLife is how long one is remembered, and so how often at most we
	// write down that a session or token is in use.
	actorLife = time.Hour
)

// actors remembers who a secret stands for. What was loaded before somebody
// was forgotten cannot come in after: drops are counted.
type actors struct {
	mu    sync.RWMutex
	drops uint64
	m     map[string]remembered // by the secret's hash
}

type remembered struct {
	social.Actor
	until time.Time
}

func newActors() *actors { return &actors{m: map[string]remembered{}} }

// get also gives what to put with, should there be nothing.
func (c *actors) get(hash string, now time.Time) (a social.Actor, found bool, stamp uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	r, ok := c.m[hash]
	return r.Actor, ok && now.Before(r.until), c.drops
}

func (c *actors) put(hash string, r remembered, stamp uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops != stamp {
		return
	}
	if len(c.m) >= maxActors {
		clear(c.m)
	}
	c.m[hash] = r
}

// drop forgets an account's secrets; zero is everybody's.
func (c *actors) drop(who social.AccountID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for hash, r := range c.m {
		if who == 0 || r.Account == who {
			delete(c.m, hash)
		}
	}
}

// dropToken forgets the secret of one token.
func (c *actors) dropToken(which social.TokenID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for hash, r := range c.m {
		if r.Token == which {
			delete(c.m, hash)
		}
	}
}

// shut is why somebody who stands like this cannot come in, or nil. The
// secrets stay: they work again when the staff takes it back.
func shut(s social.Standing) error {
	switch s {
	case social.Disabled:
		return errs.New(errs.Forbidden, "Your login is currently disabled")
	case social.Suspended:
		return errs.New(errs.Forbidden, "Your account is suspended.")
	}
	return nil
}

var (
	errSession = errs.New(errs.Unauthenticated, "You are signed out. Please sign in again.")
	errMoved   = errs.New(errs.Unauthenticated, "This network has another address now. Please sign in there again.")
	errToken   = errs.New(errs.Unauthenticated, "The access token is invalid")
)

// BySession is who a session's secret stands for; it is Unauthenticated if
// the session has ended, and Forbidden while the account is suspended or
// disabled. Scopes are nil: the web may do everything, unless they lack the
// second factor that the house asks of them.
func (s *Service) BySession(ctx context.Context, secret string) (social.Actor, error) {
	return s.actor(ctx, s.sessions, secret, s.loadSession)
}

// ByToken is who a token's secret stands for; it is Unauthenticated if the
// token has ended, and Forbidden while the account is suspended, disabled or
// leaving, or lacks the second factor that the house asks for. A token of an app for itself
// has no account.
func (s *Service) ByToken(ctx context.Context, secret string) (social.Actor, error) {
	return s.actor(ctx, s.tokens, secret, s.loadToken)
}

func (s *Service) actor(ctx context.Context, c *actors, secret string, load func(ctx context.Context, hash string) (social.Actor, error)) (social.Actor, error) {
	hash, now := hashOf(secret), s.store.Now()
	a, found, stamp := c.get(hash, now)
	if !found {
		var err error
		if a, err = load(ctx, hash); err != nil {
			return social.Anyone, err
		}
		c.put(hash, remembered{a, now.Add(actorLife)}, stamp)
	}
	if err := shut(a.Standing); err != nil {
		return social.Anyone, err
	}
	if (a.Lacks || a.Standing == social.Leaving) && a.Token != 0 {
		return social.Anyone, a.MustAct()
	}
	return a, nil
}

func (s *Service) loadSession(ctx context.Context, hash string) (by social.Actor, err error) {
	var one social.Session
	err = s.store.Read(ctx, func(v *store.View) error {
		if one, err = v.SessionByHash(ctx, hash); err != nil {
			return err
		}
		if by, err = v.Actor(ctx, one.Account); err != nil {
			return err
		}
		by.Lacks, err = lacks(ctx, v, by)
		return err
	})
	if errs.KindOf(err) == errs.NotFound || err == nil && s.store.Now().Sub(one.UsedAt) > sessionLife {
		return by, errSession
	}
	if err != nil {
		return by, fmt.Errorf("load session: %w", err)
	}
	by.Session = one.ID
	s.touch(ctx, one.UsedAt, func(tx *store.Tx) error { return tx.TouchSession(ctx, one.ID) })
	return by, nil
}

func (s *Service) loadToken(ctx context.Context, hash string) (by social.Actor, err error) {
	var one social.Token
	err = s.store.Read(ctx, func(v *store.View) error {
		if one, err = v.TokenByHash(ctx, hash); err != nil || one.Account == 0 {
			return err
		}
		if by, err = v.Actor(ctx, one.Account); err != nil {
			return err
		}
		by.Lacks, err = lacks(ctx, v, by)
		return err
	})
	if err == nil && one.CreatedAt.Before(s.config.Since) {
		return by, errMoved
	}
	if k := errs.KindOf(err); k == errs.NotFound || k == errs.Unauthenticated {
		return by, errToken
	}
	if err != nil {
		return by, fmt.Errorf("load token: %w", err)
	}
	by.Token, by.App, by.Scopes = one.ID, one.App, one.Scopes
	s.touch(ctx, one.UsedAt, func(tx *store.Tx) error { return tx.TouchToken(ctx, one.ID) })
	return by, nil
}

// touch writes down a use, if the last one is long ago. That it cannot be
// written keeps nobody from reading: the next load tries again.
func (s *Service) touch(ctx context.Context, last time.Time, write func(tx *store.Tx) error) {
	if s.store.Now().Sub(last) >= actorLife && s.store.Gate() == nil {
		_ = s.store.Write(ctx, write)
	}
}
