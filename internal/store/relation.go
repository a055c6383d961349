package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// Relation returns how from stands to other. Nobody (zero) stands in no
// relation to anybody.
func (v *View) Relation(ctx context.Context, from, other social.AccountID) (social.Relation, error) {
	var r social.Relation
	if from == 0 || other == 0 {
		return r, nil
	}
	if err := v.follows(ctx, from, other, &r); err != nil {
		return r, err
	}
	return r, v.distance(ctx, from, other, &r)
}

type followRow struct {
	owner                    social.AccountID
	accepted, boosts, notify bool
	languages                string
}

func (v *View) follows(ctx context.Context, from, other social.AccountID, r *social.Relation) error {
	fs, err := rows(ctx, v, func(r row) (f followRow, err error) {
		return f, r.Scan(&f.owner, &f.accepted, &f.boosts, &f.notify, &f.languages)
	}, `SELECT owner_id, accepted, boosts, notify, languages FROM follows
		WHERE owner_id = $1 AND target_id = $2 OR owner_id = $2 AND target_id = $1`, from, other)
	if err != nil {
		return err
	}
	for _, f := range fs {
		switch {
		case f.owner != from:
			r.FollowedBy, r.RequestedBy = f.accepted, !f.accepted
		default:
			r.Follows, r.Requested, r.Boosts, r.Notify = f.accepted, !f.accepted, f.boosts, f.notify
			if err := json.Unmarshal([]byte(f.languages), &r.Languages); err != nil {
				return err
			}
		}
	}
	return nil
}

// distance fills in the blocks and the mute.
func (v *View) distance(ctx context.Context, from, other social.AccountID, r *social.Relation) error {
	blockers, err := list[social.AccountID](ctx, v, `SELECT owner_id FROM blocks
		WHERE owner_id = $1 AND target_id = $2 OR owner_id = $2 AND target_id = $1`, from, other)
	if err != nil {
		return err
	}
	for _, b := range blockers {
		r.Blocks, r.BlockedBy = r.Blocks || b == from, r.BlockedBy || b == other
	}
	until, err := value[int64](ctx, v, `SELECT until_ms FROM mutes WHERE owner_id = $1 AND target_id = $2`, from, other)
	if errors.Is(err, errNone) {
		return nil
	}
	r.Mutes, r.MuteUntil = err == nil, moment(until)
	return err
}

// VisiblePost returns the post with the given id if reader may see it, and
// NoPost otherwise: for what commands do with it. Pages ask core/view.
func (v *View) VisiblePost(ctx context.Context, reader social.AccountID, which social.PostID) (social.Post, error) {
	p, err := v.Post(ctx, which)
	if err != nil {
		return p, err
	}
	if p.IsBoost() {
		if _, err := v.VisiblePost(ctx, reader, p.BoostOf); err != nil {
			return social.Post{}, err
		}
	}
	author, err := v.Account(ctx, p.Author)
	if err != nil {
		return social.Post{}, err
	}
	rel, err := v.Relation(ctx, reader, p.Author)
	if err != nil {
		return social.Post{}, err
	}
	if !p.MaySee(social.Sight{Reader: reader, Author: rel, Gone: author.Standing == social.Suspended}) {
		return social.Post{}, NoPost
	}
	return p, nil
}

// AddFollow stores that owner follows target, or asks to.
func (tx *Tx) AddFollow(ctx context.Context, f social.Follow, accepted bool) error {
	_, err := tx.exec(ctx, `INSERT INTO follows (id, owner_id, target_id, accepted, boosts, notify, languages)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner_id, target_id) DO UPDATE
		SET accepted = excluded.accepted, boosts = excluded.boosts, notify = excluded.notify, languages = excluded.languages`,
		id.New(tx.Now), f.Owner, f.Target, accepted, f.Boosts, f.Notify, asJSON(f.Languages))
	return err
}

// AddBlock stores that owner blocks target.
func (tx *Tx) AddBlock(ctx context.Context, owner, target social.AccountID) error {
	_, err := tx.exec(ctx, `INSERT INTO blocks (id, owner_id, target_id) VALUES ($1, $2, $3) ON CONFLICT (owner_id, target_id) DO NOTHING`,
		id.New(tx.Now), owner, target)
	return err
}
