package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const heldNameColumns = `id, username, note, created_ms, linked_ms, expires_ms,
	EXISTS (SELECT 1 FROM accounts WHERE accounts.username_key = held_names.name_key AND accounts.host = '' AND accounts.standing = 'pending')`

func scanHeldName(r row) (h social.HeldName, err error) {
	var created, linked, expires int64
	err = r.Scan(&h.ID, &h.Username, &h.Note, &created, &linked, &expires, &h.Claimed)
	h.CreatedAt, h.LinkedAt, h.ExpiresAt = moment(created), moment(linked), moment(expires)
	return h, err
}

// HeldNames returns the names that are kept for somebody, the newest first.
func (v *View) HeldNames(ctx context.Context) ([]social.HeldName, error) {
	return rows(ctx, v, scanHeldName, `SELECT `+heldNameColumns+` FROM held_names ORDER BY id DESC LIMIT $1`, social.MaxHeldNames)
}

var noHeldName = errs.New(errs.NotFound, "No such name is held.")

// HeldNamed returns the name that is held so, in any case, or NotFound.
func (v *View) HeldNamed(ctx context.Context, username string) (social.HeldName, error) {
	return one(ctx, v, noHeldName, scanHeldName, `SELECT `+heldNameColumns+` FROM held_names WHERE name_key = $1`, social.UsernameKey(username))
}

// HeldName returns the name that is held, or NotFound.
func (v *View) HeldName(ctx context.Context, which social.HeldNameID) (social.HeldName, error) {
	return one(ctx, v, noHeldName, scanHeldName, `SELECT `+heldNameColumns+` FROM held_names WHERE id = $1`, which)
}

// HeldByLink returns the name that a link is for which has not ended, or NotFound.
func (v *View) HeldByLink(ctx context.Context, hash string, now time.Time) (social.HeldName, error) {
	return one(ctx, v, noHeldName, scanHeldName, `SELECT `+heldNameColumns+` FROM held_names WHERE hash = $1 AND hash <> '' AND expires_ms > $2`, hash, millis(now))
}

// NameHeld returns the name that is held and is username, or looks like it, or
// NotFound. Except is one that does not count.
func (v *View) NameHeld(ctx context.Context, username string, except social.HeldNameID) (social.HeldName, error) {
	return one(ctx, v, noHeldName, scanHeldName, `SELECT `+heldNameColumns+` FROM held_names
		WHERE id <> $3 AND (name_key = $1 OR look_key = $2 AND look_key <> '') ORDER BY id LIMIT 1`, social.UsernameKey(username), social.LookKey(username), except)
}

// HoldNames keeps everybody else from keeping a name and from joining until the commit.
func (tx *Tx) HoldNames(ctx context.Context) error {
	_, err := list[int64](ctx, &tx.View, `SELECT id FROM names_turn`+tx.d.forUpdate)
	return err
}

// NoNewHeldNames keeps names from coming to be kept until the commit. Many may join at once.
func (tx *Tx) NoNewHeldNames(ctx context.Context) error {
	_, err := list[int64](ctx, &tx.View, `SELECT id FROM names_turn`+tx.d.forShare)
	return err
}

// AddHeldName keeps a name. One that is kept already is a Conflict.
func (tx *Tx) AddHeldName(ctx context.Context, h social.HeldName) error {
	n, err := tx.exec(ctx, `INSERT INTO held_names (id, username, name_key, look_key, note, created_ms) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		h.ID, h.Username, social.UsernameKey(h.Username), social.LookKey(h.Username), h.Note, millis(h.CreatedAt))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "This name is held already.")
	}
	return err
}

// LinkHeldName stores the hash of the link that claims a name, in place of the one
// before; an empty one ends it.
func (tx *Tx) LinkHeldName(ctx context.Context, which social.HeldNameID, hash string, made, ends time.Time) error {
	n, err := tx.exec(ctx, `UPDATE held_names SET hash = $2, linked_ms = $3, expires_ms = $4 WHERE id = $1`, which, hash, millis(made), millis(ends))
	if err == nil && n == 0 {
		err = noHeldName
	}
	return err
}

// EndHeldName keeps a name no more, and returns it; NotFound if it was not kept.
func (tx *Tx) EndHeldName(ctx context.Context, which social.HeldNameID) (social.HeldName, error) {
	return one(ctx, &tx.View, noHeldName, scanHeldName, `DELETE FROM held_names WHERE id = $1 RETURNING `+heldNameColumns, which)
}

// TakeHeldName ends the link of a name for who has it, and returns the name; NotFound
// if that gives none. Of several who take it at once, one gets it. The name is kept
// until whoever took it has joined: see JoinHeldName.
func (tx *Tx) TakeHeldName(ctx context.Context, hash string) (social.HeldName, error) {
	return one(ctx, &tx.View, noHeldName, scanHeldName, `UPDATE held_names SET hash = '', linked_ms = 0, expires_ms = 0 WHERE hash = $1 AND hash <> '' AND expires_ms > $2 RETURNING `+heldNameColumns, hash, millis(tx.Now))
}

// JoinHeldName keeps a name no more which its own account has now.
func (tx *Tx) JoinHeldName(ctx context.Context, username string) error {
	_, err := tx.exec(ctx, `DELETE FROM held_names WHERE name_key = $1`, social.UsernameKey(username))
	return err
}

// LikeNamed visits the accounts of ours whose username or display name looks like a
// name, some at a time from after on, and returns the last that was looked at; zero
// when there are no more.
func (v *View) LikeNamed(ctx context.Context, key string, after social.AccountID, limit int) (found []social.Account, last social.AccountID, err error) {
	some, err := v.LocalAccounts(ctx, after, limit)
	for _, a := range some {
		if last = a.ID; key != "" && (social.LookKey(a.Username) == key || social.LookKey(a.DisplayName) == key) {
			found = append(found, a)
		}
	}
	return found, last, err
}
