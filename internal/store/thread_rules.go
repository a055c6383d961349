package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// ReplyRules are what has replies to owner wait; none if owner made none.
func (v *View) ReplyRules(ctx context.Context, owner social.AccountID) (social.ReplyRules, error) {
	r, err := one(ctx, v, errNone, func(r row) (x social.ReplyRules, err error) {
		var words, languages string
		if err := r.Scan(&x.Owner, &words, &languages, &x.MinDays, &x.Strangers, &x.Limited); err != nil {
			return x, err
		}
		return x, errors.Join(json.Unmarshal([]byte(words), &x.Words), json.Unmarshal([]byte(languages), &x.Languages))
	}, `SELECT owner_id, words, languages, min_days, strangers, limited FROM reply_rules WHERE owner_id = $1`, owner)
	if errors.Is(err, errNone) {
		return social.ReplyRules{Owner: owner}, nil
	}
	return r, err
}

// SetReplyRules stores them in place of those before.
func (tx *Tx) SetReplyRules(ctx context.Context, r social.ReplyRules) error {
	if r.Empty() {
		_, err := tx.exec(ctx, `DELETE FROM reply_rules WHERE owner_id = $1`, r.Owner)
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO reply_rules (owner_id, words, languages, min_days, strangers, limited) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (owner_id) DO UPDATE SET words = excluded.words, languages = excluded.languages, min_days = excluded.min_days,
		strangers = excluded.strangers, limited = excluded.limited`, r.Owner, asJSON(r.Words), asJSON(r.Languages), r.MinDays, r.Strangers, r.Limited)
	return err
}

// FollowedByFollowed reports whether somebody whom owner follows follows other.
func (v *View) FollowedByFollowed(ctx context.Context, owner, other social.AccountID) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM follows f JOIN follows mine ON mine.target_id = f.owner_id AND mine.owner_id = $1 AND mine.accepted
		WHERE f.target_id = $2 AND f.accepted LIMIT 1) x`, owner, other)
	return n > 0, err
}

const keeperColumns = `owner_id, keeper_id, accepted, at_ms`

func scanKeeper(r row) (k social.Keeper, err error) {
	var at int64
	err = r.Scan(&k.Owner, &k.Keeper, &k.Accepted, &at)
	k.At = moment(at)
	return k, err
}

// KeepersOf is who keeps owner's threads, and who was asked to, the first first.
func (v *View) KeepersOf(ctx context.Context, owner social.AccountID) ([]social.Keeper, error) {
	return rows(ctx, v, scanKeeper, `SELECT `+keeperColumns+` FROM keepers WHERE owner_id = $1 ORDER BY at_ms, keeper_id LIMIT $2`, owner, social.MaxKeepers)
}

// KeptBy is whose threads somebody keeps, and who asked them to, the last first.
func (v *View) KeptBy(ctx context.Context, keeper social.AccountID, limit int) ([]social.Keeper, error) {
	return rows(ctx, v, scanKeeper, `SELECT `+keeperColumns+` FROM keepers WHERE keeper_id = $1 ORDER BY at_ms DESC, owner_id LIMIT $2`, keeper, limit)
}

// Keeps reports whether keeper keeps owner's threads.
func (v *View) Keeps(ctx context.Context, owner, keeper social.AccountID) (bool, error) {
	if owner == 0 || keeper == 0 {
		return false, nil
	}
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM keepers WHERE owner_id = $1 AND keeper_id = $2 AND accepted`, owner, keeper)
	return n > 0, err
}

// AskKeeper stores that somebody is asked, unless they were.
func (tx *Tx) AskKeeper(ctx context.Context, owner, keeper social.AccountID) error {
	_, err := tx.exec(ctx, `INSERT INTO keepers (owner_id, keeper_id, accepted, at_ms) VALUES ($1, $2, FALSE, $3) ON CONFLICT DO NOTHING`, owner, keeper, millis(tx.Now))
	return err
}

// AcceptKeeper stores that somebody who was asked agreed, and tells whether they were.
func (tx *Tx) AcceptKeeper(ctx context.Context, owner, keeper social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE keepers SET accepted = TRUE WHERE owner_id = $1 AND keeper_id = $2`, owner, keeper)
	return n > 0, err
}

// EndKeeper stores that somebody is none, nor asked to be, and tells whether they were.
func (tx *Tx) EndKeeper(ctx context.Context, owner, keeper social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM keepers WHERE owner_id = $1 AND keeper_id = $2`, owner, keeper)
	return n > 0, err
}

const threadActColumns = `id, thread_id, owner_id, by_id, post_id, act, why, at_ms`

func scanThreadAct(r row) (a social.ThreadAct, err error) {
	var at int64
	err = r.Scan(&a.ID, &a.Thread, &a.Owner, &a.By, &a.Post, &a.Deed, &a.Why, &at)
	a.At = moment(at)
	return a, err
}

// AddThreadAct notes what was done in a thread.
func (tx *Tx) AddThreadAct(ctx context.Context, a social.ThreadAct) error {
	_, err := tx.exec(ctx, `INSERT INTO thread_acts (`+threadActColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id.New(tx.Now), a.Thread, a.Owner, a.By, a.Post, a.Deed, a.Why, millis(tx.Now))
	return err
}

// ThreadActs is what was done in a thread, the last first.
func (v *View) ThreadActs(ctx context.Context, thread social.PostID, limit int) ([]social.ThreadAct, error) {
	return rows(ctx, v, scanThreadAct, `SELECT `+threadActColumns+` FROM thread_acts WHERE thread_id = $1 ORDER BY id DESC LIMIT $2`, thread, limit)
}

// ThreadActsFor is what was done in somebody's threads, the last first.
func (v *View) ThreadActsFor(ctx context.Context, owner social.AccountID, p social.Page) ([]social.ThreadAct, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanThreadAct, `SELECT `+threadActColumns+` FROM thread_acts WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"), before, after, p.Limit, owner)
}

// SetHiddenAppeal stores by which report the moderators were asked about a hidden reply.
func (tx *Tx) SetHiddenAppeal(ctx context.Context, which social.PostID, r social.ReportID) error {
	_, err := tx.exec(ctx, `UPDATE posts SET hidden_appeal = $2 WHERE id = $1`, which, r)
	return err
}

// SetLocked has a thread take no more replies, or take them again.
func (tx *Tx) SetLocked(ctx context.Context, root social.PostID, on bool) error {
	_, err := tx.exec(ctx, `UPDATE posts SET locked = $2 WHERE id = $1`, root, on)
	return err
}

// SetPinnedReply has a reply stand on top in a thread, or none with zero.
func (tx *Tx) SetPinnedReply(ctx context.Context, root, reply social.PostID) error {
	_, err := tx.exec(ctx, `UPDATE posts SET pinned_reply = $2 WHERE id = $1`, root, reply)
	return err
}
