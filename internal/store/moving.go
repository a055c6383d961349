package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// What people here keep about somebody who moved.

// BlockersHere returns up to limit of ours who block an account, by the ids of
// their blocks.
func (v *View) BlockersHere(ctx context.Context, of social.AccountID, after int64, limit int) ([]Edge, error) {
	return rows(ctx, v, scanEdge, `SELECT b.id, b.owner_id, 0 FROM blocks b JOIN accounts a ON a.id = b.owner_id
		WHERE b.target_id = $1 AND b.id > $2 AND a.host = '' ORDER BY b.id LIMIT $3`, of, after, limit)
}

// MutersHere is the same of those who mute it.
func (v *View) MutersHere(ctx context.Context, of social.AccountID, after int64, limit int) ([]Edge, error) {
	return rows(ctx, v, scanEdge, `SELECT m.id, m.owner_id, m.until_ms FROM mutes m JOIN accounts a ON a.id = m.owner_id
		WHERE m.target_id = $1 AND m.id > $2 AND a.host = '' ORDER BY m.id LIMIT $3`, of, after, limit)
}

// NotersHere returns up to limit of ours who keep a note on an account, by
// their own ids.
func (v *View) NotersHere(ctx context.Context, of social.AccountID, after int64, limit int) ([]Edge, error) {
	return rows(ctx, v, scanEdge, `SELECT owner_id, owner_id, 0 FROM notes WHERE target_id = $1 AND owner_id > $2 ORDER BY owner_id LIMIT $3`, of, after, limit)
}

// Note returns owner's private note on target, or empty.
func (v *View) Note(ctx context.Context, owner, target social.AccountID) (string, error) {
	note, _, err := v.noteAndPraise(ctx, owner, target)
	return note, err
}

// CopyMember puts an account on all of owner's lists that another is on and
// that have fewer than limit members, and returns those where it is new.
func (tx *Tx) CopyMember(ctx context.Context, owner, of, member social.AccountID, limit int) ([]social.ListID, error) {
	return list[social.ListID](ctx, &tx.View, `INSERT INTO list_members (list_id, account_id)
		SELECT l.id, a.id FROM lists l JOIN list_members m ON m.list_id = l.id AND m.account_id = $2 JOIN accounts a ON a.id = $3
		WHERE l.owner_id = $1 AND (SELECT COUNT(*) FROM list_members c WHERE c.list_id = l.id) < $4
		ON CONFLICT DO NOTHING RETURNING list_id`, owner, of, member, limit)
}

const followsElsewhere = ` FROM follows f JOIN accounts o ON o.id = f.owner_id AND o.host = '' AND o.standing = 'good'
	JOIN contacts c ON c.account_id = f.target_id WHERE (f.owner_id = $1 OR $1 = 0)`

// FollowsElsewhere returns up to limit of what one of ours (zero is everybody)
// follows, or asked to, on other servers, by the ids of the follows.
func (v *View) FollowsElsewhere(ctx context.Context, owner social.AccountID, after social.FollowID, limit int) ([]social.Follow, error) {
	return rows(ctx, v, func(r row) (f social.Follow, err error) { return f, r.Scan(&f.ID, &f.Owner, &f.Target) },
		`SELECT f.id, f.owner_id, f.target_id`+followsElsewhere+` AND f.id > $2 ORDER BY f.id LIMIT $3`, owner, after, limit)
}

// CountFollowsElsewhere counts them.
func (v *View) CountFollowsElsewhere(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*)`+followsElsewhere, owner)
}
