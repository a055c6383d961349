package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const appColumns = `id, client_id, secret_hash, name, website, redirects, scopes, created_ms`

func scanApp(r row) (a social.App, err error) {
	var redirects, scopes string
	var created int64
	if err := r.Scan(&a.ID, &a.ClientID, &a.SecretHash, &a.Name, &a.Website, &redirects, &scopes, &created); err != nil {
		return a, err
	}
	a.Scopes, a.CreatedAt = social.ParseScopes(scopes), moment(created)
	return a, json.Unmarshal([]byte(redirects), &a.Redirects)
}

var noApp = errs.New(errs.NotFound, "There is no such app.")

// AddApp registers an app, unless there is one with its client id.
func (tx *Tx) AddApp(ctx context.Context, a social.App) error {
	_, err := tx.exec(ctx, `INSERT INTO apps (id, client_id, secret_hash, name, website, redirects, scopes, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (client_id) DO NOTHING`, a.ID, a.ClientID, a.SecretHash, a.Name, a.Website, asJSON(a.Redirects), a.Scopes.String(), millis(a.CreatedAt))
	return err
}

// App returns an app, or NotFound.
func (v *View) App(ctx context.Context, id social.AppID) (social.App, error) {
	return one(ctx, v, noApp, scanApp, `SELECT `+appColumns+` FROM apps WHERE id = $1`, id)
}

// AppByClient returns the app with a client id, or NotFound.
func (v *View) AppByClient(ctx context.Context, client string) (social.App, error) {
	return one(ctx, v, noApp, scanApp, `SELECT `+appColumns+` FROM apps WHERE client_id = $1`, client)
}

const tokenColumns = `t.id, t.app_id, COALESCE(t.account_id, 0), t.scopes, t.created_ms, t.used_ms, a.name`

func scanToken(r row) (t social.Token, err error) {
	var scopes string
	var created, used int64
	err = r.Scan(&t.ID, &t.App, &t.Account, &scopes, &created, &used, &t.AppName)
	t.Scopes, t.CreatedAt, t.UsedAt = social.ParseScopes(scopes), moment(created), moment(used)
	return t, err
}

var noToken = errs.New(errs.Unauthenticated, "The access token is invalid")

// AddToken stores a token by the hash of its secret, and by that of the code
// it was got with, if any.
func (tx *Tx) AddToken(ctx context.Context, t social.Token, hash, codeHash string) error {
	var account any
	if t.Account != 0 {
		account = t.Account
	}
	_, err := tx.exec(ctx, `INSERT INTO tokens (id, hash, app_id, account_id, scopes, code_hash, created_ms, used_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, t.ID, hash, t.App, account, t.Scopes.String(), nullable(codeHash), millis(t.CreatedAt), millis(t.CreatedAt))
	return err
}

// TokenByHash returns the token with a secret, or Unauthenticated.
func (v *View) TokenByHash(ctx context.Context, hash string) (social.Token, error) {
	return one(ctx, v, noToken, scanToken, `SELECT `+tokenColumns+` FROM tokens t JOIN apps a ON a.id = t.app_id WHERE t.hash = $1`, hash)
}

// Token returns the token with the given id, or Unauthenticated.
func (v *View) Token(ctx context.Context, id social.TokenID) (social.Token, error) {
	return one(ctx, v, noToken, scanToken, `SELECT `+tokenColumns+` FROM tokens t JOIN apps a ON a.id = t.app_id WHERE t.id = $1`, id)
}

// Tokens returns an account's tokens, newest first.
func (v *View) Tokens(ctx context.Context, who social.AccountID) ([]social.Token, error) {
	return rows(ctx, v, scanToken, `SELECT `+tokenColumns+` FROM tokens t JOIN apps a ON a.id = t.app_id
		WHERE t.account_id = $1 ORDER BY t.id DESC LIMIT 500`, who)
}

// TouchToken notes that a token was used.
func (tx *Tx) TouchToken(ctx context.Context, id social.TokenID) error {
	_, err := tx.exec(ctx, `UPDATE tokens SET used_ms = $2 WHERE id = $1`, id, millis(tx.Now))
	return err
}

// EndToken ends one token.
func (tx *Tx) EndToken(ctx context.Context, id social.TokenID) error {
	_, err := tx.exec(ctx, `DELETE FROM tokens WHERE id = $1`, id)
	return err
}

// EndTokensOf ends all tokens of an account, and the codes to get more with.
func (tx *Tx) EndTokensOf(ctx context.Context, who social.AccountID) error {
	if _, err := tx.exec(ctx, `DELETE FROM codes WHERE account_id = $1`, who); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM tokens WHERE account_id = $1`, who)
	return err
}

// AddCode stores an authorization code by its hash, and forgets old ones.
func (tx *Tx) AddCode(ctx context.Context, c social.Code, hash string, forget time.Time) error {
	if _, err := tx.exec(ctx, `DELETE FROM codes WHERE created_ms < $1`, millis(forget)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO codes (hash, app_id, account_id, redirect, scopes, challenge, used, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)`, hash, c.App, c.Account, c.Redirect, c.Scopes.String(), c.Challenge, millis(c.CreatedAt))
	return err
}

// UseCode returns the code with a hash, as it was before, and marks it used.
// There may be none.
func (tx *Tx) UseCode(ctx context.Context, hash string) (c social.Code, found bool, err error) {
	c, err = one(ctx, &tx.View, errNone, func(r row) (c social.Code, err error) {
		var scopes string
		var created int64
		err = r.Scan(&c.App, &c.Account, &c.Redirect, &scopes, &c.Challenge, &c.Used, &created)
		c.Scopes, c.CreatedAt = social.ParseScopes(scopes), moment(created)
		return c, err
	}, `SELECT app_id, account_id, redirect, scopes, challenge, used, created_ms FROM codes WHERE hash = $1`+tx.d.forUpdate, hash)
	if errors.Is(err, errNone) {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	_, err = tx.exec(ctx, `UPDATE codes SET used = TRUE WHERE hash = $1`, hash)
	return c, true, err
}

// EndTokensByCode ends the tokens that were got with a code.
func (tx *Tx) EndTokensByCode(ctx context.Context, codeHash string) error {
	_, err := tx.exec(ctx, `DELETE FROM tokens WHERE code_hash = $1`, codeHash)
	return err
}

// Apps returns those of ids that exist, in no order.
func (v *View) Apps(ctx context.Context, ids []social.AppID) ([]social.App, error) {
	return rows(ctx, v, scanApp, `SELECT `+appColumns+` FROM apps WHERE id `+v.d.idList(1), asJSON(ids))
}

// TrimApps forgets apps registered before a moment that nobody uses.
func (tx *Tx) TrimApps(ctx context.Context, before time.Time, limit int) error {
	_, err := tx.exec(ctx, `DELETE FROM apps WHERE id IN (SELECT id FROM apps a WHERE created_ms < $1
		AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.app_id = a.id) AND NOT EXISTS (SELECT 1 FROM codes c WHERE c.app_id = a.id) LIMIT $2)`, millis(before), limit)
	return err
}
