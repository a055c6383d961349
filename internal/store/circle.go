package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Listed returns those of lists that who is on, or has.
func (v *View) Listed(ctx context.Context, who social.AccountID, lists []social.ListID) ([]social.ListID, error) {
	return list[social.ListID](ctx, v, `SELECT id FROM lists WHERE id `+v.d.idList(1)+` AND (owner_id = $2
		OR EXISTS (SELECT 1 FROM list_members m WHERE m.list_id = lists.id AND m.account_id = $2))`, asJSON(lists), who)
}

// StillWithin returns those whom a post of a circle is for now, besides its author: of
// those who answer within one, some may have nothing to do with each other.
func (v *View) StillWithin(ctx context.Context, p social.Post) ([]social.AccountID, error) {
	if len(p.Audience) == 0 {
		return nil, nil
	}
	return list[social.AccountID](ctx, v, `SELECT id FROM accounts a WHERE id `+v.d.idList(1)+` AND (CAST($2 AS BIGINT) = 0
		OR EXISTS (SELECT 1 FROM list_members m WHERE m.list_id = $2 AND m.account_id = a.id)
		OR EXISTS (SELECT 1 FROM lists l WHERE l.id = $2 AND l.owner_id = a.id))
		AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.owner_id = $3 AND b.target_id = a.id)
		AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.owner_id = a.id AND b.target_id = $3)
		AND NOT EXISTS (SELECT 1 FROM shut_hosts s WHERE s.owner_id = $3 AND s.host = a.host) ORDER BY id`, asJSON(p.Audience), p.Circle, p.Author)
}

// SetAudience stores whom a post of a circle is for.
func (tx *Tx) SetAudience(ctx context.Context, which social.PostID, all []social.AccountID) error {
	_, err := tx.exec(ctx, `UPDATE posts SET audience = $2 WHERE id = $1`, which, asJSON(all))
	return err
}

// inside is what must be known of a reader to show them a post that stays here,
// or one of a circle: whether they live here, and whether they are of it.
func (v *View) inside(ctx context.Context, reader social.AccountID, p social.Post) (here, circle bool, err error) {
	if p.LocalOnly && reader != 0 {
		a, err := v.Account(ctx, reader)
		if errs.Absent(err) != nil {
			return false, false, err
		}
		here = err == nil && a.Local()
	}
	if p.Visibility != social.Circle || !p.ForCircle(reader, true) {
		return here, false, nil
	}
	on, err := v.Listed(ctx, reader, []social.ListID{p.Circle})
	return here, p.ForCircle(reader, len(on) > 0), err
}
