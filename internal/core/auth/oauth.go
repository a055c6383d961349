package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	codeLife = 10 * time.Minute
	// codeMemory is how long a code is known after that, to see when it comes
	// a second time.
	codeMemory = 24 * time.Hour
	// challengeLength is that of a SHA-256 in base64url.
	// https://www.rfc-editor.org/rfc/rfc7636#section-4.2
	challengeLength = 43
)

// Errors in the words that apps' authors know.
var (
	errGrant    = errs.New(errs.Invalid, "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.")
	errRedirect = errs.New(errs.Invalid, "The redirect URI included is not valid.")
	errPKCE     = errs.New(errs.Invalid, "The code challenge must be the base64url of a SHA-256, and its method S256.")
)

// A Grant is what somebody allows an app.
type Grant struct {
	App       social.App
	Redirect  string // where the code is taken: exactly one that is registered
	Scopes    social.Scopes
	Challenge string // PKCE, S256; empty if the app sent none
}

// Authorize makes a code with which an app gets a token for by, once and
// within minutes.
func (s *Service) Authorize(ctx context.Context, by social.Actor, g Grant) (code string, err error) {
	if err := by.MustAct(); err != nil {
		return "", err
	}
	if !slices.Contains(g.App.Redirects, g.Redirect) {
		return "", errRedirect
	}
	if g.Challenge != "" && len(g.Challenge) != challengeLength {
		return "", errPKCE
	}
	scopes, err := granted(g.Scopes, g.App)
	if err != nil {
		return "", err
	}
	code, hash := newSecret()
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		c := social.Code{App: g.App.ID, Account: by.Account, Redirect: g.Redirect, Scopes: scopes, Challenge: plain(g.Challenge, challengeLength), CreatedAt: tx.Now}
		return tx.AddCode(ctx, c, hash, tx.Now.Add(-codeMemory))
	})
	if err != nil {
		return "", fmt.Errorf("authorize: %w", err)
	}
	return code, nil
}

// Exchange gives app the token for a code. A code that comes a second time
// also ends the token that was got with it.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
func (s *Service) Exchange(ctx context.Context, app social.App, code, redirect, verifier string) (secret string, t social.Token, err error) {
	hash := hashOf(code)
	var refused error
	var again social.AccountID
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		c, found, err := tx.UseCode(ctx, hash)
		if err != nil {
			return err
		}
		refused = nil
		switch {
		case found && c.Used:
			refused, again = errGrant, c.Account
			tx.Record(event.AccessChanged{Account: c.Account})
			return tx.EndTokensByCode(ctx, hash)
		case !found, c.App != app.ID, c.Redirect != redirect, tx.Now.Sub(c.CreatedAt) > codeLife, !verified(c.Challenge, verifier):
			refused = errGrant // the code is used up all the same
			return nil
		}
		secret, t, err = addToken(ctx, tx, app, c.Account, c.Scopes, hash)
		return err
	})
	if again != 0 {
		s.forget(again)
	}
	if err == nil {
		err = refused
	}
	if err != nil {
		return "", social.Token{}, fmt.Errorf("exchange code: %w", err)
	}
	return secret, t, nil
}

// verified checks PKCE. A verifier without a challenge is refused: somebody
// may have taken the challenge out on the way.
// https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1
func verified(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return same(challenge, base64.RawURLEncoding.EncodeToString(sum[:]))
}

func addToken(ctx context.Context, tx *store.Tx, app social.App, who social.AccountID, scopes social.Scopes, codeHash string) (string, social.Token, error) {
	secret, hash := newSecret()
	t := social.Token{ID: social.TokenID(id.New(tx.Now)), App: app.ID, Account: who, Scopes: scopes, CreatedAt: tx.Now, UsedAt: tx.Now, AppName: app.Name}
	return secret, t, tx.AddToken(ctx, t, hash, codeHash)
}

// AppToken gives app a token for itself.
func (s *Service) AppToken(ctx context.Context, app social.App, asked social.Scopes) (string, social.Token, error) {
	return s.token(ctx, "app token", app, 0, asked, func(*store.Tx) error { return nil })
}

// PasswordToken gives app a token for who has this login and password, as
// SignIn has them: for scripts that have no browser. Who has a second factor
// has to come with a browser: Forbidden.
func (s *Service) PasswordToken(ctx context.Context, app social.App, login, password string, asked social.Scopes) (string, social.Token, error) {
	u, err := s.prove(ctx, login, password)
	if err != nil {
		return "", social.Token{}, err
	}
	return s.token(ctx, "password token", app, u.Account, asked, func(tx *store.Tx) error {
		if err := unchanged(ctx, tx, u); err != nil {
			return err
		}
		has, err := tx.HasFactor(ctx, u.Account)
		if err == nil && has {
			err = errs.New(errs.Forbidden, "A second step is asked for: let the app in with a browser.")
		}
		return err
	})
}

// token gives app a token, if in the transaction may says that it is all right.
func (s *Service) token(ctx context.Context, what string, app social.App, who social.AccountID, asked social.Scopes, may func(tx *store.Tx) error) (secret string, t social.Token, err error) {
	scopes, err := granted(asked, app)
	if err != nil {
		return "", t, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := may(tx); err != nil {
			return err
		}
		secret, t, err = addToken(ctx, tx, app, who, scopes, "")
		return err
	})
	if err != nil {
		return "", social.Token{}, fmt.Errorf("%s: %w", what, err)
	}
	return secret, t, nil
}

// TokenOfApp gives the app by asks through, which has just signed somebody up,
// a token for them, with the scopes it has itself. It is for accounts that are
// not confirmed yet only.
func (s *Service) TokenOfApp(ctx context.Context, by social.Actor, who social.AccountID) (string, social.Token, error) {
	app, err := s.App(ctx, by.App)
	if err != nil {
		return "", social.Token{}, err
	}
	return s.token(ctx, "token after sign-up", app, who, by.Scopes, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, who)
		if err == nil && u.Confirmed {
			err = errs.New(errs.Forbidden, "Ask this person to sign in.")
		}
		return err
	})
}

// commandLine is the client id of the app whose tokens the command line
// makes. It has no secret and no redirect, so nobody else can use it.
const commandLine = "plaza-command-line"

// TokenFor gives the command line a token for one of ours.
func (s *Service) TokenFor(ctx context.Context, who social.AccountID, scopes social.Scopes) (secret string, err error) {
	if !known(scopes) || len(scopes) == 0 {
		return "", errScope
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldUser(ctx, who); err != nil {
			return err
		}
		app, err := tx.AppByClient(ctx, commandLine)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			if err := tx.AddApp(ctx, social.App{ID: social.AppID(id.New(tx.Now)), ClientID: commandLine, Name: "Command line", Scopes: Scopes, CreatedAt: tx.Now}); err != nil {
				return err
			}
			app, err = tx.AppByClient(ctx, commandLine) // that of whoever was first
		}
		if err != nil {
			return err
		}
		secret, _, err = addToken(ctx, tx, app, who, scopes, "")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("token for account: %w", err)
	}
	return secret, nil
}

// Revoke ends a token of app's own. One that is not known is fine; another
// app's is Forbidden. https://www.rfc-editor.org/rfc/rfc7009#section-2.2
func (s *Service) Revoke(ctx context.Context, app social.App, token string) error {
	var t social.Token
	err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
		t, err = tx.TokenByHash(ctx, hashOf(token))
		if errs.KindOf(err) == errs.Unauthenticated {
			return nil
		}
		if err != nil {
			return err
		}
		if t.App != app.ID {
			return errs.New(errs.Forbidden, "You are not authorized to revoke this token")
		}
		tx.Record(event.AccessChanged{Account: t.Account, Token: t.ID})
		return tx.EndToken(ctx, t.ID)
	})
	if err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	if t.ID != 0 {
		s.accessChanged(event.AccessChanged{Account: t.Account, Token: t.ID})
	}
	return nil
}
