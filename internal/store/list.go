package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const listColumns = `id, owner_id, title, replies, exclusive, feed`

func scanList(r row) (l social.List, err error) {
	return l, r.Scan(&l.ID, &l.Owner, &l.Title, &l.Replies, &l.Exclusive, &l.Feed)
}

var noList = errs.New(errs.NotFound, "Record not found")

// AddList stores a new list.
func (tx *Tx) AddList(ctx context.Context, l social.List) error {
	_, err := tx.exec(ctx, `INSERT INTO lists (id, owner_id, title, replies, exclusive) VALUES ($1, $2, $3, $4, $5)`,
		l.ID, l.Owner, l.Title, l.Replies, l.Exclusive)
	return err
}

// SetList stores a list's title and ways.
func (tx *Tx) SetList(ctx context.Context, l social.List) error {
	_, err := tx.exec(ctx, `UPDATE lists SET title = $2, replies = $3, exclusive = $4 WHERE id = $1`, l.ID, l.Title, l.Replies, l.Exclusive)
	return err
}

// SetListFeed stores the secret in the address of a list's feed; empty for none.
func (tx *Tx) SetListFeed(ctx context.Context, id social.ListID, secret string) error {
	_, err := tx.exec(ctx, `UPDATE lists SET feed = $2 WHERE id = $1`, id, secret)
	return err
}

// ListByFeed returns the list with a secret, or NotFound.
func (v *View) ListByFeed(ctx context.Context, secret string) (social.List, error) {
	return one(ctx, v, noList, scanList, `SELECT `+listColumns+` FROM lists WHERE feed = $1 AND feed <> ''`, secret)
}

// DeleteList removes a list.
func (tx *Tx) DeleteList(ctx context.Context, id social.ListID) error {
	_, err := tx.exec(ctx, `DELETE FROM lists WHERE id = $1`, id)
	return err
}

// List returns owner's list, or NotFound.
func (v *View) List(ctx context.Context, owner social.AccountID, id social.ListID) (social.List, error) {
	return one(ctx, v, noList, scanList, `SELECT `+listColumns+` FROM lists WHERE id = $1 AND owner_id = $2`, id, owner)
}

// Lists returns owner's lists, oldest first.
func (v *View) Lists(ctx context.Context, owner social.AccountID) ([]social.List, error) {
	return rows(ctx, v, scanList, `SELECT `+listColumns+` FROM lists WHERE owner_id = $1 ORDER BY id LIMIT 1000`, owner)
}

// ListsWith returns those of owner's lists that hold member.
func (v *View) ListsWith(ctx context.Context, owner, member social.AccountID) ([]social.List, error) {
	return rows(ctx, v, scanList, `SELECT `+listColumns+` FROM lists
		WHERE owner_id = $1 AND id IN (SELECT list_id FROM list_members WHERE account_id = $2) ORDER BY id LIMIT 1000`, owner, member)
}

// AddMember puts an account on a list and tells whether it is new there.
func (tx *Tx) AddMember(ctx context.Context, l social.ListID, member social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO list_members (list_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, l, member)
	return n > 0, err
}

// EndMember takes an account off a list.
func (tx *Tx) EndMember(ctx context.Context, l social.ListID, member social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM list_members WHERE list_id = $1 AND account_id = $2`, l, member)
	return err
}

// EndMembership takes an account off all of owner's lists and returns those
// that it was on.
func (tx *Tx) EndMembership(ctx context.Context, owner, member social.AccountID) ([]social.ListID, error) {
	return list[social.ListID](ctx, &tx.View, `DELETE FROM list_members WHERE account_id = $2
		AND list_id IN (SELECT id FROM lists WHERE owner_id = $1) RETURNING list_id`, owner, member)
}

// Members returns a page of a list's members, by their ids.
func (v *View) Members(ctx context.Context, l social.ListID, p social.Page) ([]social.AccountID, error) {
	before, after := bounds(p)
	return list[social.AccountID](ctx, v, `SELECT account_id FROM list_members
		WHERE account_id < $1 AND account_id > $2 AND list_id = $4`+order(p, "account_id"), before, after, p.Limit, l)
}
