package store

import (
	"context"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Factors returns how somebody shows who they are besides their password; with
// nothing in it if there is no such thing.
func (v *View) Factors(ctx context.Context, who social.AccountID) (social.Factors, error) {
	f, err := one(ctx, v, errNone, func(r row) (f social.Factors, err error) {
		var since int64
		err = r.Scan(&f.Handle, &f.Secret, &since, &f.Step)
		f.Since = moment(since)
		return f, err
	}, `SELECT handle, secret, since_ms, step FROM factors WHERE account_id = $1`, who)
	if err != nil && !errors.Is(err, errNone) {
		return f, err
	}
	f.Account = who
	if f.Keys, err = rows(ctx, v, scanPasskey, `SELECT `+passkeyColumns+` FROM passkeys WHERE account_id = $1 ORDER BY id LIMIT 100`, who); err != nil {
		return f, err
	}
	f.Codes, err = value[int](ctx, v, `SELECT COUNT(*) FROM recovery_codes WHERE account_id = $1`, who)
	return f, err
}

// HasFactor reports whether somebody has a second factor.
func (v *View) HasFactor(ctx context.Context, who social.AccountID) (bool, error) {
	n, err := value[int](ctx, v, `SELECT (SELECT COUNT(*) FROM factors WHERE account_id = $1 AND secret <> '') + (SELECT COUNT(*) FROM passkeys WHERE account_id = $1)`, who)
	return n > 0, err
}

// FactorHandle is by what who's passkeys know them: handle, unless they have one.
func (tx *Tx) FactorHandle(ctx context.Context, who social.AccountID, handle string) (string, error) {
	if _, err := tx.exec(ctx, `INSERT INTO factors (account_id, handle) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING`, who, handle); err != nil {
		return "", err
	}
	return value[string](ctx, &tx.View, `SELECT handle FROM factors WHERE account_id = $1`, who)
}

// SetFactorApp stores the sealed secret of who's app, and the step of the code that
// showed that they have it; an empty one forgets it. They have a handle already.
func (tx *Tx) SetFactorApp(ctx context.Context, who social.AccountID, secret string, step int64) error {
	_, err := tx.exec(ctx, `UPDATE factors SET secret = $2, since_ms = $3, step = $4 WHERE account_id = $1`, who, secret, millis(tx.Now), step)
	return err
}

// FactorSecrets are sealed secrets of apps that make codes, some at a time, after
// somebody's.
func (v *View) FactorSecrets(ctx context.Context, after social.AccountID, limit int) (all []social.Factors, err error) {
	return rows(ctx, v, func(r row) (f social.Factors, err error) { return f, r.Scan(&f.Account, &f.Secret) },
		`SELECT account_id, secret FROM factors WHERE secret <> '' AND account_id > $1 ORDER BY account_id LIMIT $2`, after, limit)
}

// SealFactorAnew stores a secret in place of the same one as it was sealed before, if
// that is still there.
func (tx *Tx) SealFactorAnew(ctx context.Context, who social.AccountID, before, secret string) error {
	_, err := tx.exec(ctx, `UPDATE factors SET secret = $3 WHERE account_id = $1 AND secret = $2`, who, before, secret)
	return err
}

// TakeFactorStep notes that the code of a step was taken, and tells whether it may
// be: none that is not later than the last one.
func (tx *Tx) TakeFactorStep(ctx context.Context, who social.AccountID, step int64) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE factors SET step = $2 WHERE account_id = $1 AND secret <> '' AND step < $2`, who, step)
	return n > 0, err
}

// DropFactors forgets all that who shows besides the password.
func (tx *Tx) DropFactors(ctx context.Context, who social.AccountID) error {
	for _, table := range []string{"factors", "passkeys", "recovery_codes"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE account_id = $1`, who); err != nil {
			return err
		}
	}
	return tx.EndCeremonies(ctx, who)
}

const passkeyColumns = `id, account_id, credential, name, info, created_ms, used_ms`

func scanPasskey(r row) (k social.Passkey, err error) {
	var created, used int64
	err = r.Scan(&k.ID, &k.Account, &k.Credential, &k.Name, &k.Info, &created, &used)
	k.CreatedAt, k.UsedAt = moment(created), moment(used)
	return k, err
}

// AddPasskey stores one; that somebody has it already is a Conflict.
func (tx *Tx) AddPasskey(ctx context.Context, k social.Passkey) error {
	n, err := tx.exec(ctx, `INSERT INTO passkeys (id, account_id, credential, name, info, created_ms, used_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		k.ID, k.Account, k.Credential, k.Name, k.Info, millis(k.CreatedAt), millis(k.UsedAt))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "This passkey is known here already.")
	}
	return err
}

// FactorOwner is who is known by a handle to their passkeys, or NotFound.
func (v *View) FactorOwner(ctx context.Context, handle string) (social.AccountID, error) {
	return one(ctx, v, noUser, func(r row) (id social.AccountID, err error) { return id, r.Scan(&id) }, `SELECT account_id FROM factors WHERE handle = $1`, handle)
}

// UsePasskey notes that one was used, and what it is checked with from now on.
func (tx *Tx) UsePasskey(ctx context.Context, id social.PasskeyID, info string) error {
	_, err := tx.exec(ctx, `UPDATE passkeys SET info = $2, used_ms = $3 WHERE id = $1`, id, info, millis(tx.Now))
	return err
}

// NamePasskey gives one of who's another name.
func (tx *Tx) NamePasskey(ctx context.Context, who social.AccountID, id social.PasskeyID, name string) error {
	_, err := tx.exec(ctx, `UPDATE passkeys SET name = $3 WHERE account_id = $1 AND id = $2`, who, id, name)
	return err
}

// DropPasskey forgets one of who's.
func (tx *Tx) DropPasskey(ctx context.Context, who social.AccountID, id social.PasskeyID) error {
	_, err := tx.exec(ctx, `DELETE FROM passkeys WHERE account_id = $1 AND id = $2`, who, id)
	return err
}

// SetRecoveryCodes stores the hashes of who's codes, in place of those there were.
func (tx *Tx) SetRecoveryCodes(ctx context.Context, who social.AccountID, hashes []string) error {
	if _, err := tx.exec(ctx, `DELETE FROM recovery_codes WHERE account_id = $1`, who); err != nil {
		return err
	}
	for _, hash := range hashes {
		if _, err := tx.exec(ctx, `INSERT INTO recovery_codes (account_id, hash) VALUES ($1, $2)`, who, hash); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode uses the code with a hash up, and tells whether there was one.
func (tx *Tx) UseRecoveryCode(ctx context.Context, who social.AccountID, hash string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM recovery_codes WHERE account_id = $1 AND hash = $2`, who, hash)
	return n > 0, err
}

// A Ceremony is something that was begun and is ended within minutes: to sign in,
// or to set something up. It is known by the hash of a secret.
type Ceremony struct {
	Kind    string
	Account social.AccountID // zero if that is not known yet
	Data    string
	Until   time.Time
}

// AddCeremony stores one.
func (tx *Tx) AddCeremony(ctx context.Context, hash string, c Ceremony) error {
	_, err := tx.exec(ctx, `INSERT INTO ceremonies (hash, kind, account_id, data, until_ms) VALUES ($1, $2, $3, $4, $5)`, hash, c.Kind, c.Account, c.Data, millis(c.Until))
	return err
}

// Ceremony returns the one of a kind that a secret's hash stands for and that may
// still be ended, or NotFound.
func (v *View) Ceremony(ctx context.Context, hash, kind string, now time.Time) (Ceremony, error) {
	return one(ctx, v, noCeremony, func(r row) (c Ceremony, err error) {
		var until int64
		err = r.Scan(&c.Kind, &c.Account, &c.Data, &until)
		c.Until = moment(until)
		return c, err
	}, `SELECT kind, account_id, data, until_ms FROM ceremonies WHERE hash = $1 AND kind = $2 AND until_ms > $3`, hash, kind, millis(now))
}

var noCeremony = errs.New(errs.NotFound, "This took too long, or it was done already. Please begin again.")

// SetCeremony stores what is known of one now.
func (tx *Tx) SetCeremony(ctx context.Context, hash, data string) error {
	_, err := tx.exec(ctx, `UPDATE ceremonies SET data = $2 WHERE hash = $1`, hash, data)
	return err
}

// EndCeremony ends one, and tells whether it was still there: of several who end it
// at once, one does.
func (tx *Tx) EndCeremony(ctx context.Context, hash string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM ceremonies WHERE hash = $1`, hash)
	return n > 0, err
}

// EndCeremonies ends all of who's.
func (tx *Tx) EndCeremonies(ctx context.Context, who social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM ceremonies WHERE account_id = $1`, who)
	return err
}

// TrimCeremonies forgets those that can be ended no more.
func (tx *Tx) TrimCeremonies(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM ceremonies WHERE until_ms <= $1`, millis(tx.Now))
	return err
}
