package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const userColumns = `account_id, email, password, role, confirmed, approved, reason, locale, invite_id, prefs, created_ms, disabled, leaves_ms`

func scanUser(r row) (u social.User, err error) {
	var prefs string
	var created, leaves int64
	if err := r.Scan(&u.Account, &u.Email, &u.Password, &u.Role, &u.Confirmed, &u.Approved, &u.Reason, &u.Locale, &u.Invite, &prefs, &created, &u.Disabled, &leaves); err != nil {
		return u, err
	}
	u.CreatedAt, u.LeavesAt = moment(created), moment(leaves)
	return u, json.Unmarshal([]byte(prefs), &u.Prefs)
}

var noUser = errs.New(errs.NotFound, "There is no such account.")

// emailKey is the form under which addresses are compared.
func emailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// AddUser stores what we know of a new account. An address that somebody
// else has is a Conflict.
func (tx *Tx) AddUser(ctx context.Context, u social.User) error {
	n, err := tx.exec(ctx, `INSERT INTO users (account_id, email, email_key, password, role, confirmed, approved, reason, locale, invite_id, prefs, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
		u.Account, u.Email, emailKey(u.Email), u.Password, u.Role, u.Confirmed, u.Approved, u.Reason, u.Locale, u.Invite, asJSON(u.Prefs), millis(u.CreatedAt))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "This e-mail address is taken.")
	}
	return err
}

// SetUser stores u's new state. An address that somebody else has is a
// Conflict.
func (tx *Tx) SetUser(ctx context.Context, u social.User) error {
	_, err := tx.exec(ctx, `UPDATE users SET email = $2, email_key = $3, password = $4, role = $5, confirmed = $6, approved = $7,
		reason = $8, locale = $9, prefs = $10, disabled = $11, leaves_ms = $12 WHERE account_id = $1`,
		u.Account, u.Email, emailKey(u.Email), u.Password, u.Role, u.Confirmed, u.Approved, u.Reason, u.Locale, asJSON(u.Prefs), u.Disabled, millis(u.LeavesAt))
	if err != nil && isUnique(err) {
		return errs.New(errs.Conflict, "This e-mail address is taken.")
	}
	return err
}

// User returns what we know of one of ours, or NotFound.
func (v *View) User(ctx context.Context, id social.AccountID) (social.User, error) {
	return one(ctx, v, noUser, scanUser, `SELECT `+userColumns+` FROM users WHERE account_id = $1`, id)
}

// Actor is somebody of ours, as they stand now, or NotFound.
func (v *View) Actor(ctx context.Context, who social.AccountID) (social.Actor, error) {
	a, err := v.Account(ctx, who)
	if err != nil {
		return social.Anyone, err
	}
	u, err := v.User(ctx, who)
	return social.Actor{Account: who, Standing: u.On(a.Standing), Role: u.Role, Uncounted: u.Prefs.NoViews}, err
}

// Users returns what we know of those of ids that are ours, in no order.
func (v *View) Users(ctx context.Context, ids []social.AccountID) ([]social.User, error) {
	return rows(ctx, v, scanUser, `SELECT `+userColumns+` FROM users WHERE account_id `+v.d.idList(1), asJSON(ids))
}

// HoldUser is User for somebody who is about to change it: until the commit
// nobody else does.
func (tx *Tx) HoldUser(ctx context.Context, id social.AccountID) (social.User, error) {
	return one(ctx, &tx.View, noUser, scanUser, `SELECT `+userColumns+` FROM users WHERE account_id = $1`+tx.d.forUpdate, id)
}

// DropUser forgets what we know of one of ours: nobody can sign in as them
// any more, and their address is free again.
func (tx *Tx) DropUser(ctx context.Context, id social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM users WHERE account_id = $1`, id)
	return err
}

// UserByEmail returns the user with an address, or NotFound.
func (v *View) UserByEmail(ctx context.Context, email string) (social.User, error) {
	return one(ctx, v, noUser, scanUser, `SELECT `+userColumns+` FROM users WHERE email_key = $1`, emailKey(email))
}

// Staff returns the accounts that may do at least what a moderator may.
func (v *View) Staff(ctx context.Context) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT account_id FROM users WHERE role <> 'user' ORDER BY account_id LIMIT 1000`)
}

// Owner returns the first owner, or NotFound if the house has none.
func (v *View) Owner(ctx context.Context) (social.AccountID, error) {
	return one(ctx, v, noUser, func(r row) (id social.AccountID, err error) { return id, r.Scan(&id) },
		`SELECT account_id FROM users WHERE role = 'owner' ORDER BY account_id LIMIT 1`)
}

// Owners returns up to limit owners who are not about to leave, and keeps
// others from leaving meanwhile.
func (tx *Tx) Owners(ctx context.Context, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, &tx.View, `SELECT account_id FROM users WHERE role = 'owner' AND leaves_ms = 0 ORDER BY account_id LIMIT $1`+tx.d.forUpdate, limit)
}

// UsersLeaving returns up to limit people who asked to be deleted, and whose
// time to take that back is over.
func (v *View) UsersLeaving(ctx context.Context, now time.Time, limit int) ([]social.User, error) {
	return rows(ctx, v, scanUser, `SELECT `+userColumns+` FROM users WHERE leaves_ms > 0 AND leaves_ms <= $1 ORDER BY leaves_ms LIMIT $2`, millis(now), limit)
}

// Waiting returns those who ask to be let in, in the order they came.
func (v *View) Waiting(ctx context.Context, p social.Page) ([]social.User, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanUser, `SELECT `+userColumns+` FROM users
		WHERE account_id < $1 AND account_id > $2 AND confirmed AND NOT approved`+order(p, "account_id"), before, after, p.Limit)
}

// Counts counts people who may use the house, those who were here since a
// moment, and what they posted.
func (v *View) Counts(ctx context.Context, since time.Time) (social.Counts, error) {
	return one(ctx, v, errNone, func(r row) (c social.Counts, err error) { return c, r.Scan(&c.Users, &c.Active, &c.Posts) }, `SELECT
		(SELECT COUNT(*) FROM users WHERE confirmed AND approved),
		(SELECT COUNT(*) FROM users u WHERE confirmed AND approved AND (
			EXISTS (SELECT 1 FROM sessions s WHERE s.account_id = u.account_id AND s.used_ms >= $1) OR
			EXISTS (SELECT 1 FROM tokens t WHERE t.account_id = u.account_id AND t.used_ms >= $1))),
		CAST((SELECT COALESCE(SUM(posts), 0) FROM accounts WHERE host = '') AS BIGINT)`, millis(since))
}

const sessionColumns = `id, account_id, agent, created_ms, used_ms`

func scanSession(r row) (s social.Session, err error) {
	var created, used int64
	err = r.Scan(&s.ID, &s.Account, &s.Agent, &created, &used)
	s.CreatedAt, s.UsedAt = moment(created), moment(used)
	return s, err
}

var noSession = errs.New(errs.NotFound, "There is no such session.")

// AddSession stores that a browser is signed in; hash is of its secret.
func (tx *Tx) AddSession(ctx context.Context, s social.Session, hash string) error {
	_, err := tx.exec(ctx, `INSERT INTO sessions (id, account_id, hash, agent, created_ms, used_ms) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Account, hash, s.Agent, millis(s.CreatedAt), millis(s.UsedAt))
	return err
}

// SessionByHash returns the session with a secret, or NotFound.
func (v *View) SessionByHash(ctx context.Context, hash string) (social.Session, error) {
	return one(ctx, v, noSession, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, hash)
}

// Session returns the session with the given id, or NotFound.
func (v *View) Session(ctx context.Context, id social.SessionID) (social.Session, error) {
	return one(ctx, v, noSession, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`, id)
}

// Sessions returns an account's sessions, the last used first.
func (v *View) Sessions(ctx context.Context, who social.AccountID) ([]social.Session, error) {
	return rows(ctx, v, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE account_id = $1 ORDER BY used_ms DESC LIMIT 200`, who)
}

// SignedIn counts the browsers and the apps in which somebody is signed in.
func (v *View) SignedIn(ctx context.Context, who social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT (SELECT COUNT(*) FROM sessions WHERE account_id = $1) + (SELECT COUNT(*) FROM tokens WHERE account_id = $1)`, who)
}

// TouchSession notes that a session was used.
func (tx *Tx) TouchSession(ctx context.Context, id social.SessionID) error {
	_, err := tx.exec(ctx, `UPDATE sessions SET used_ms = $2 WHERE id = $1`, id, millis(tx.Now))
	return err
}

// EndSessions ends who's session id or, if it is zero, all but keep.
func (tx *Tx) EndSessions(ctx context.Context, who social.AccountID, id, keep social.SessionID) error {
	_, err := tx.exec(ctx, `DELETE FROM sessions WHERE account_id = $1 AND (id = $2 OR $2 = 0 AND id <> $3)`, who, id, keep)
	return err
}

// EndAllSecrets ends what everybody has in a browser, and in links that came by
// mail.
func (tx *Tx) EndAllSecrets(ctx context.Context) error {
	if _, err := tx.exec(ctx, `DELETE FROM sessions`); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM mail_tokens`)
	return err
}

// TrimSessions forgets sessions not used since a moment.
func (tx *Tx) TrimSessions(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM sessions WHERE used_ms < $1`, millis(before))
	return err
}

// A MailToken is the secret in a link we mailed.
type MailToken struct {
	Account social.AccountID
	Purpose string
	Email   string // the address it was sent to
	Expires time.Time
}

var noMailToken = errs.New(errs.NotFound, "This link is no longer valid. Ask for a new one.")

// AddMailToken stores a secret's hash; an earlier one for the same purpose
// stops working.
func (tx *Tx) AddMailToken(ctx context.Context, hash string, t MailToken) error {
	if _, err := tx.exec(ctx, `DELETE FROM mail_tokens WHERE account_id = $1 AND purpose = $2 OR expires_ms < $3`, t.Account, t.Purpose, millis(tx.Now)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO mail_tokens (hash, account_id, purpose, email, expires_ms) VALUES ($1, $2, $3, $4, $5)`,
		hash, t.Account, t.Purpose, t.Email, millis(t.Expires))
	return err
}

// MailToken returns what a mailed secret is for, if it has not expired.
func (v *View) MailToken(ctx context.Context, hash, purpose string, now time.Time) (MailToken, error) {
	return one(ctx, v, noMailToken, func(r row) (t MailToken, err error) {
		var expires int64
		err = r.Scan(&t.Account, &t.Purpose, &t.Email, &expires)
		t.Expires = moment(expires)
		return t, err
	}, `SELECT account_id, purpose, email, expires_ms FROM mail_tokens WHERE hash = $1 AND purpose = $2 AND expires_ms > $3`, hash, purpose, millis(now))
}

// MailTokenFor is MailToken for a purpose that begins so, in plain letters.
func (v *View) MailTokenFor(ctx context.Context, hash, begins string, now time.Time) (MailToken, error) {
	return one(ctx, v, noMailToken, func(r row) (t MailToken, err error) {
		err = r.Scan(&t.Account, &t.Purpose)
		return t, err
	}, `SELECT account_id, purpose FROM mail_tokens WHERE hash = $1 AND purpose LIKE $2 AND expires_ms > $3`, hash, begins+"%", millis(now))
}

// EndMailTokens makes who's links for a purpose invalid.
func (tx *Tx) EndMailTokens(ctx context.Context, who social.AccountID, purpose string) error {
	_, err := tx.exec(ctx, `DELETE FROM mail_tokens WHERE account_id = $1 AND purpose = $2`, who, purpose)
	return err
}

const inviteColumns = `id, code, owner_id, max_uses, uses, expires_ms, created_ms`

func scanInvite(r row) (i social.Invite, err error) {
	var expires, created int64
	err = r.Scan(&i.ID, &i.Code, &i.Owner, &i.MaxUses, &i.Uses, &expires, &created)
	i.ExpiresAt, i.CreatedAt = moment(expires), moment(created)
	return i, err
}

var noInvite = errs.New(errs.Invalid, "This invitation is not valid, or it has been used up.")

// AddInvite stores an invite.
func (tx *Tx) AddInvite(ctx context.Context, i social.Invite) error {
	_, err := tx.exec(ctx, `INSERT INTO invites (id, code, owner_id, max_uses, uses, expires_ms, created_ms) VALUES ($1, $2, $3, $4, 0, $5, $6)`,
		i.ID, i.Code, i.Owner, i.MaxUses, millis(i.ExpiresAt), millis(i.CreatedAt))
	return err
}

// Invites returns an account's invites, newest first.
func (v *View) Invites(ctx context.Context, owner social.AccountID) ([]social.Invite, error) {
	return rows(ctx, v, scanInvite, `SELECT `+inviteColumns+` FROM invites WHERE owner_id = $1 ORDER BY id DESC LIMIT 100`, owner)
}

// EndInvite makes an invite of owner's invalid.
func (tx *Tx) EndInvite(ctx context.Context, owner social.AccountID, id social.InviteID) error {
	_, err := tx.exec(ctx, `DELETE FROM invites WHERE owner_id = $1 AND id = $2`, owner, id)
	return err
}

// Invite returns the invite with a code that is still good, or Invalid.
func (v *View) Invite(ctx context.Context, code string, now time.Time) (social.Invite, error) {
	return one(ctx, v, noInvite, scanInvite, `SELECT `+inviteColumns+` FROM invites
		WHERE code = $1 AND (max_uses = 0 OR uses < max_uses) AND (expires_ms = 0 OR expires_ms > $2)`, code, millis(now))
}

// Inviters returns who made invites, by the invite.
func (v *View) Inviters(ctx context.Context, ids []social.InviteID) (map[social.InviteID]social.AccountID, error) {
	all, err := rows(ctx, v, scanInvite, `SELECT `+inviteColumns+` FROM invites WHERE id `+v.d.idList(1), asJSON(ids))
	out := map[social.InviteID]social.AccountID{}
	for _, i := range all {
		out[i.ID] = i.Owner
	}
	return out, err
}

// UseInvite counts one use of a code that is still good, and Invalid otherwise.
func (tx *Tx) UseInvite(ctx context.Context, code string) (social.Invite, error) {
	return one(ctx, &tx.View, noInvite, scanInvite, `UPDATE invites SET uses = uses + 1
		WHERE code = $1 AND (max_uses = 0 OR uses < max_uses) AND (expires_ms = 0 OR expires_ms > $2) RETURNING `+inviteColumns, code, millis(tx.Now))
}

// Setting reads the setting called name into to, and leaves it as it is if
// there is none.
func (v *View) Setting(ctx context.Context, name string, to any) error {
	s, err := value[string](ctx, v, `SELECT value FROM settings WHERE name = $1`, name)
	if errors.Is(err, errNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(s), to)
}

// SetSetting stores a setting.
func (tx *Tx) SetSetting(ctx context.Context, name string, v any) error {
	_, err := tx.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, asJSON(v))
	return err
}

// DropSetting forgets a setting.
func (tx *Tx) DropSetting(ctx context.Context, name string) error {
	_, err := tx.exec(ctx, `DELETE FROM settings WHERE name = $1`, name)
	return err
}

// TakeSetting reads the setting called name into to and forgets it, and tells
// whether there was one. Of several who take it at once, one gets it.
func (tx *Tx) TakeSetting(ctx context.Context, name string, to any) (bool, error) {
	s, err := value[string](ctx, &tx.View, `DELETE FROM settings WHERE name = $1 RETURNING value`, name)
	if errors.Is(err, errNone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal([]byte(s), to)
}

// house is the name under which the owner's settings are kept.
const house = "house"

// House returns what the owner has decided, or the defaults.
func (v *View) House(ctx context.Context) (social.Settings, error) {
	s := social.DefaultSettings
	return s, v.Setting(ctx, house, &s)
}

// SetHouse stores what the owner has decided.
func (tx *Tx) SetHouse(ctx context.Context, s social.Settings) error {
	return tx.SetSetting(ctx, house, s)
}

// Unconfirmed returns accounts that were made before a moment, whose address
// was never confirmed.
func (v *View) Unconfirmed(ctx context.Context, before time.Time, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT account_id FROM users WHERE NOT confirmed AND created_ms < $1 ORDER BY account_id LIMIT $2`, millis(before), limit)
}
