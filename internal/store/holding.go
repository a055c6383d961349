package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const holdingColumns = `post_id, owner_id, root_id, parent_id, author_id, state, why, at_ms, by_id, decided_ms, asked, stamp`

func scanHolding(r row) (h social.Holding, err error) {
	var at, decided int64
	err = r.Scan(&h.Post, &h.Owner, &h.Root, &h.Parent, &h.Author, &h.State, &h.Why, &at, &h.By, &decided, &h.Asked, &h.Stamp)
	h.At, h.Decided = moment(at), moment(decided)
	return h, err
}

// NoHolding is the answer for a reply that nobody holds.
var NoHolding = errs.New(errs.NotFound, "Record not found")

// Holding is what is known of a reply that was held once, or NoHolding.
func (v *View) Holding(ctx context.Context, which social.PostID) (social.Holding, error) {
	return one(ctx, v, NoHolding, scanHolding, `SELECT `+holdingColumns+` FROM holdings WHERE post_id = $1`, which)
}

// HoldingsOf returns what is known of those of some posts that were held once.
func (v *View) HoldingsOf(ctx context.Context, which []social.PostID) ([]social.Holding, error) {
	return rows(ctx, v, scanHolding, `SELECT `+holdingColumns+` FROM holdings WHERE post_id `+v.d.idList(1), asJSON(which))
}

// Holdings returns a page of what the rules of an owner hold in a state, of one
// author if that is not zero.
func (v *View) Holdings(ctx context.Context, owner social.AccountID, state social.HeldState, author social.AccountID, p social.Page) ([]social.Holding, error) {
	before, after := bounds(p)
	args := []any{before, after, p.Limit, owner, state}
	where := ``
	if author != 0 {
		where, args = ` AND author_id = $6`, append(args, author)
	}
	return rows(ctx, v, scanHolding, `SELECT `+holdingColumns+` FROM holdings WHERE post_id < $1 AND post_id > $2 AND owner_id = $4 AND state = $5`+where+order(p, "post_id"), args...)
}

// HeldUnder counts what is held beneath some posts, of what everybody may hear of who
// sees those: that somebody told their list or their followers is not told here.
func (v *View) HeldUnder(ctx context.Context, parents []social.PostID) ([]social.HeldCount, error) {
	return rows(ctx, v, func(r row) (c social.HeldCount, err error) {
		return c, r.Scan(&c.Parent, &c.Owner, &c.State, &c.N)
	}, `SELECT h.parent_id, h.owner_id, h.state, COUNT(*) FROM holdings h JOIN posts p ON p.id = h.post_id JOIN posts up ON up.id = h.parent_id
		WHERE h.parent_id `+v.d.idList(1)+` AND h.state <> '' AND (p.visibility IN ('public', 'unlisted') OR p.visibility = up.visibility)
		GROUP BY h.parent_id, h.owner_id, h.state ORDER BY h.parent_id, h.owner_id, h.state`, asJSON(parents))
}

// HeldAbove returns up to limit posts that wait because what they answer does.
func (v *View) HeldAbove(ctx context.Context, parent social.PostID, limit int) ([]social.Holding, error) {
	return rows(ctx, v, scanHolding, `SELECT `+holdingColumns+` FROM holdings WHERE parent_id = $1 AND state = $2 AND why = $3 ORDER BY post_id LIMIT $4`, parent, social.HeldPending, social.WhyAbove, limit)
}

// HoldingsStamped returns up to limit replies with a consent at an address.
func (v *View) HoldingsStamped(ctx context.Context, uri string, limit int) ([]social.Holding, error) {
	return rows(ctx, v, scanHolding, `SELECT `+holdingColumns+` FROM holdings WHERE stamp = $1 AND stamp <> '' ORDER BY post_id LIMIT $2`, uri, limit)
}

// SetHolding keeps what is known of a reply that is held, or was, and how its
// post is shown. The counts are the caller's.
func (tx *Tx) SetHolding(ctx context.Context, h social.Holding) error {
	if _, err := tx.exec(ctx, `INSERT INTO holdings (`+holdingColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (post_id) DO UPDATE SET owner_id = excluded.owner_id, root_id = excluded.root_id, parent_id = excluded.parent_id, state = excluded.state,
		why = excluded.why, at_ms = excluded.at_ms, by_id = excluded.by_id, decided_ms = excluded.decided_ms, asked = excluded.asked, stamp = excluded.stamp`,
		h.Post, h.Owner, h.Root, h.Parent, h.Author, h.State, h.Why, millis(h.At), h.By, millis(h.Decided), h.Asked, h.Stamp); err != nil {
		return err
	}
	by := h.Owner
	if h.State == social.HeldNot {
		by = 0
	}
	_, err := tx.exec(ctx, `UPDATE posts SET held = $2, held_by = $3 WHERE id = $1`, h.Post, h.State, by)
	return err
}

// EndHoldings forgets up to limit of what is known of replies that somebody held.
func (tx *Tx) EndHoldings(ctx context.Context, owner social.AccountID, limit int) (int, error) {
	n, err := tx.exec(ctx, `DELETE FROM holdings WHERE post_id IN (SELECT post_id FROM holdings WHERE owner_id = $1 ORDER BY state, post_id LIMIT $2)`, owner, limit)
	return int(n), err
}

// SetReplyPolicy stores who may reply to a post.
func (tx *Tx) SetReplyPolicy(ctx context.Context, id social.PostID, policy social.ReplyPolicy) error {
	_, err := tx.exec(ctx, `UPDATE posts SET reply_policy = $2 WHERE id = $1`, id, policy)
	return err
}
