package store

import (
	"context"
	"encoding/json"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const pushColumns = `id, COALESCE(token_id, 0), COALESCE(session_id, 0), account_id, endpoint, app_key, secret, standard, alerts, policy, refusals, lost_ms`

func scanPush(r row) (s social.PushSubscription, err error) {
	var key, secret, alerts string
	var lost int64
	if err := r.Scan(&s.ID, &s.Token, &s.Session, &s.Account, &s.Endpoint, &key, &secret, &s.Standard, &alerts, &s.Policy, &s.Refusals, &lost); err != nil {
		return s, err
	}
	s.Key, s.Secret, s.LostAt = social.ParseKey(key), social.ParseKey(secret), moment(lost)
	return s, json.Unmarshal([]byte(alerts), &s.Alerts)
}

var noPush = errs.New(errs.NotFound, "Record not found")

// AddPush stores a subscription in place of the one its token or session has, and
// tells whether its id was free. A browser is told what one session is told: who
// used it before hears of nothing there any more.
func (tx *Tx) AddPush(ctx context.Context, s social.PushSubscription) (bool, error) {
	if err := tx.EndPushOf(ctx, s.Token, s.Session); err != nil {
		return false, err
	}
	if s.Session != 0 {
		if _, err := tx.exec(ctx, `DELETE FROM push_subscriptions WHERE endpoint = $1 AND session_id IS NOT NULL`, s.Endpoint); err != nil {
			return false, err
		}
	}
	n, err := tx.exec(ctx, `INSERT INTO push_subscriptions (id, token_id, session_id, account_id, endpoint, app_key, secret, standard, alerts, policy, refusals, lost_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0) ON CONFLICT (id) DO NOTHING`,
		s.ID, idOrNone(s.Token), idOrNone(s.Session), s.Account, s.Endpoint, social.FormatKey(s.Key), social.FormatKey(s.Secret), s.Standard, asJSON(s.Alerts), s.Policy)
	return n > 0, err
}

// idOrNone keeps an id that names nothing out of a column that may be empty.
func idOrNone[T ~int64](id T) any {
	if id == 0 {
		return nil
	}
	return id
}

// SetPush stores of what a subscription tells.
func (tx *Tx) SetPush(ctx context.Context, s social.PushSubscription) error {
	_, err := tx.exec(ctx, `UPDATE push_subscriptions SET alerts = $2, policy = $3 WHERE id = $1`, s.ID, asJSON(s.Alerts), s.Policy)
	return err
}

// SetPushHealth stores how a subscription's endpoint is doing.
func (tx *Tx) SetPushHealth(ctx context.Context, s social.PushSubscription) error {
	_, err := tx.exec(ctx, `UPDATE push_subscriptions SET refusals = $2, lost_ms = $3 WHERE id = $1`, s.ID, s.Refusals, millis(s.LostAt))
	return err
}

// EndPush removes a subscription.
func (tx *Tx) EndPush(ctx context.Context, id social.PushID) error {
	_, err := tx.exec(ctx, `DELETE FROM push_subscriptions WHERE id = $1`, id)
	return err
}

// EndPushOf removes the subscription of a token or a session, if it has one.
func (tx *Tx) EndPushOf(ctx context.Context, token social.TokenID, session social.SessionID) error {
	_, err := tx.exec(ctx, `DELETE FROM push_subscriptions WHERE token_id = $1 OR session_id = $2`, token, session)
	return err
}

// Push returns a subscription, or NotFound.
func (v *View) Push(ctx context.Context, id social.PushID) (social.PushSubscription, error) {
	return one(ctx, v, noPush, scanPush, `SELECT `+pushColumns+` FROM push_subscriptions WHERE id = $1`, id)
}

// PushOf returns the subscription of a token or a session, or NotFound.
func (v *View) PushOf(ctx context.Context, token social.TokenID, session social.SessionID) (social.PushSubscription, error) {
	return one(ctx, v, noPush, scanPush, `SELECT `+pushColumns+` FROM push_subscriptions WHERE token_id = $1 OR session_id = $2`, token, session)
}

// Pushes returns an account's subscriptions, up to limit.
func (v *View) Pushes(ctx context.Context, who social.AccountID, limit int) ([]social.PushSubscription, error) {
	return rows(ctx, v, scanPush, `SELECT `+pushColumns+` FROM push_subscriptions WHERE account_id = $1 ORDER BY id LIMIT $2`, who, limit)
}

// FirstSetting stores a setting unless there is one, and reads the one there
// is then into to: of several hosts that start at once, all get the same.
func (tx *Tx) FirstSetting(ctx context.Context, name string, to any) error {
	if _, err := tx.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, asJSON(to)); err != nil {
		return err
	}
	return tx.Setting(ctx, name, to)
}
