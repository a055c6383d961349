package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const relayColumns = `id, kind, inbox, host, actor, state, since_ms, by_id, created_ms`

func scanRelay(r row) (x social.Relay, err error) {
	var since, created int64
	err = r.Scan(&x.ID, &x.Kind, &x.Inbox, &x.Host, &x.Actor, &x.State, &since, &x.By, &created)
	x.Since, x.CreatedAt = moment(since), moment(created)
	return x, err
}

// Relays returns all relays, the oldest first.
func (v *View) Relays(ctx context.Context) ([]social.Relay, error) {
	return rows(ctx, v, scanRelay, `SELECT `+relayColumns+` FROM relays ORDER BY id LIMIT $1`, social.MaxRelays)
}

// Relay returns one by its id, or NotFound.
func (v *View) Relay(ctx context.Context, id social.RelayID) (social.Relay, error) {
	return one(ctx, v, noRecord, scanRelay, `SELECT `+relayColumns+` FROM relays WHERE id = $1`, id)
}

// HoldRelay is Relay, and keeps others from changing it until the commit.
func (tx *Tx) HoldRelay(ctx context.Context, id social.RelayID) (social.Relay, error) {
	return one(ctx, &tx.View, noRecord, scanRelay, `SELECT `+relayColumns+` FROM relays WHERE id = $1`+tx.d.forUpdate, id)
}

// CountRelays counts them.
func (v *View) CountRelays(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM relays`)
}

var relayThere = errs.New(errs.Conflict, "This relay is on the list already.")

// AddRelay stores a new one. A second one with the same inbox is a Conflict.
func (tx *Tx) AddRelay(ctx context.Context, r social.Relay) error {
	n, err := tx.exec(ctx, `INSERT INTO relays (`+relayColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		r.ID, r.Kind, r.Inbox, r.Host, r.Actor, r.State, millis(r.Since), r.By, millis(r.CreatedAt))
	if err == nil && n == 0 {
		return relayThere
	}
	return err
}

// SetRelay stores what came of asking, and who answered.
func (tx *Tx) SetRelay(ctx context.Context, r social.Relay) error {
	_, err := tx.exec(ctx, `UPDATE relays SET actor = $2, state = $3, since_ms = $4 WHERE id = $1`, r.ID, r.Actor, r.State, millis(r.Since))
	return err
}

// EndRelay removes one.
func (tx *Tx) EndRelay(ctx context.Context, id social.RelayID) error {
	_, err := tx.exec(ctx, `DELETE FROM relays WHERE id = $1`, id)
	return err
}
