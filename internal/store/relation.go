package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

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
	type blocker struct {
		id   social.AccountID
		host bool
	}
	blockers, err := rows(ctx, v, func(r row) (b blocker, err error) { return b, r.Scan(&b.id, &b.host) }, `
		SELECT owner_id, FALSE FROM blocks WHERE owner_id = $1 AND target_id = $2 OR owner_id = $2 AND target_id = $1
		UNION ALL SELECT s.owner_id, TRUE FROM accounts a JOIN shut_hosts s ON s.host = a.host AND s.owner_id = $1 WHERE a.id = $2
		UNION ALL SELECT s.owner_id, TRUE FROM accounts a JOIN shut_hosts s ON s.host = a.host AND s.owner_id = $2 WHERE a.id = $1`, from, other)
	if err != nil {
		return err
	}
	for _, b := range blockers {
		r.Blocks, r.BlockedBy, r.ShutsHost = r.Blocks || b.id == from && !b.host, r.BlockedBy || b.id == other, r.ShutsHost || b.id == from && b.host
	}
	type mute struct {
		until   int64
		notices bool
	}
	m, err := one(ctx, v, errNone, func(r row) (m mute, err error) { return m, r.Scan(&m.until, &m.notices) },
		`SELECT until_ms, notices FROM mutes WHERE owner_id = $1 AND target_id = $2`, from, other)
	if errors.Is(err, errNone) {
		return nil
	}
	if r.MuteUntil = moment(m.until); err == nil && (m.until == 0 || v.clock().Before(r.MuteUntil)) {
		r.Mutes, r.MuteNotices = true, m.notices
	} else {
		r.MuteUntil = time.Time{}
	}
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
	sight, err := v.Sight(ctx, reader, p)
	if err != nil {
		return social.Post{}, err
	}
	if !p.MaySee(sight) {
		return social.Post{}, NoPost
	}
	return p, nil
}

// Sight is what decides whether reader may see p, which need not be stored yet: all
// but what stands on a post's own row.
func (v *View) Sight(ctx context.Context, reader social.AccountID, p social.Post) (s social.Sight, err error) {
	author, err := v.Account(ctx, p.Author)
	if err != nil {
		return s, err
	}
	s.Reader, s.Gone, s.Keeps = reader, author.Standing != social.Good, reader != 0 && reader == p.HeldBy
	if s.Author, err = v.Relation(ctx, reader, p.Author); err != nil {
		return s, err
	}
	if p.Held != social.HeldNot && !s.Keeps && reader != p.Author {
		if s.Keeps, err = v.Keeps(ctx, p.HeldBy, reader); err != nil {
			return s, err
		}
	}
	s.Here, s.Circle, err = v.inside(ctx, reader, p)
	return s, err
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

// EndFollow removes a follow or a request, and tells which it was, zero if
// there was none, and whether it had been accepted. Who is not followed is not
// recommended.
func (tx *Tx) EndFollow(ctx context.Context, owner, target social.AccountID) (was social.FollowID, accepted bool, err error) {
	ended, err := rows(ctx, &tx.View, func(r row) (id social.FollowID, err error) { return id, r.Scan(&id, &accepted) },
		`DELETE FROM follows WHERE owner_id = $1 AND target_id = $2 RETURNING id, accepted`, owner, target)
	if err != nil || len(ended) == 0 {
		return 0, false, err
	}
	return ended[0], accepted, tx.EndEndorsement(ctx, owner, target)
}

// Awaited reports whether anybody follows an account, or has asked to.
func (v *View) Awaited(ctx context.Context, target social.AccountID) (bool, error) {
	ids, err := list[social.FollowID](ctx, v, `SELECT id FROM follows WHERE target_id = $1 LIMIT 1`, target)
	return len(ids) > 0, err
}

// FollowID is the id of a follow or a request, zero if there is none.
func (v *View) FollowID(ctx context.Context, owner, target social.AccountID) (social.FollowID, error) {
	ids, err := list[social.FollowID](ctx, v, `SELECT id FROM follows WHERE owner_id = $1 AND target_id = $2`, owner, target)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// EndBlock removes owner's block of target and tells whether there was one.
func (tx *Tx) EndBlock(ctx context.Context, owner, target social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM blocks WHERE owner_id = $1 AND target_id = $2`, owner, target)
	return n > 0, err
}

// SetMute stores that owner mutes target, until a moment or (zero) for good.
func (tx *Tx) SetMute(ctx context.Context, owner, target social.AccountID, notices bool, untilMillis int64) error {
	_, err := tx.exec(ctx, `INSERT INTO mutes (id, owner_id, target_id, notices, until_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner_id, target_id) DO UPDATE SET notices = excluded.notices, until_ms = excluded.until_ms`,
		id.New(tx.Now), owner, target, notices, untilMillis)
	return err
}

// EndMute removes owner's mute of target and tells whether there was one.
func (tx *Tx) EndMute(ctx context.Context, owner, target social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM mutes WHERE owner_id = $1 AND target_id = $2`, owner, target)
	return n > 0, err
}

// SetNote stores owner's private note on target; an empty one removes it.
func (tx *Tx) SetNote(ctx context.Context, owner, target social.AccountID, note string) error {
	if note == "" {
		_, err := tx.exec(ctx, `DELETE FROM notes WHERE owner_id = $1 AND target_id = $2`, owner, target)
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO notes (owner_id, target_id, body) VALUES ($1, $2, $3)
		ON CONFLICT (owner_id, target_id) DO UPDATE SET body = excluded.body`, owner, target, note)
	return err
}

// CountFollow adds n to what owner follows and to who follows target.
func (tx *Tx) CountFollow(ctx context.Context, owner, target social.AccountID, n int) error {
	if _, err := tx.exec(ctx, `UPDATE accounts SET following = following + $2 WHERE id = $1`, owner, n); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE accounts SET followers = followers + $2 WHERE id = $1`, target, n)
	return err
}

// FollowCount is how many accounts owner follows or has asked to follow.
func (v *View) FollowCount(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM follows WHERE owner_id = $1`, owner)
}

// An Edge is one line of a list of relations: its own id, and who it is about.
type Edge struct {
	ID    int64
	Other social.AccountID
	Until int64 // of a mute, in milliseconds
}

func scanEdge(r row) (e Edge, err error) { return e, r.Scan(&e.ID, &e.Other, &e.Until) }

var edges = map[social.EdgeKind]string{
	social.EdgesFollowing: `SELECT id, target_id, 0 FROM follows WHERE id < $1 AND id > $2 AND owner_id = $4 AND accepted`,
	social.EdgesFollowers: `SELECT id, owner_id, 0 FROM follows WHERE id < $1 AND id > $2 AND target_id = $4 AND accepted`,
	social.EdgesRequests:  `SELECT id, owner_id, 0 FROM follows WHERE id < $1 AND id > $2 AND target_id = $4 AND NOT accepted`,
	social.EdgesBlocking:  `SELECT id, target_id, 0 FROM blocks WHERE id < $1 AND id > $2 AND owner_id = $4`,
	social.EdgesEndorsed:  `SELECT id, target_id, 0 FROM endorsements WHERE id < $1 AND id > $2 AND owner_id = $4`,
	social.EdgesMuting:    `SELECT id, target_id, until_ms FROM mutes WHERE id < $1 AND id > $2 AND owner_id = $4`,
}

// Edges returns a page of one of owner's lists of relations.
func (v *View) Edges(ctx context.Context, k social.EdgeKind, owner social.AccountID, p social.Page) ([]Edge, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanEdge, edges[k]+order(p, "id"), before, after, p.Limit, owner)
}

// Circle is everything about one account that decides what it is shown.
type Circle struct {
	Follows   []social.Follow // accepted
	Blocks    []social.AccountID
	BlockedBy []social.AccountID
	Mutes     []Edge
	Exclusive []social.AccountID // on a list whose members are not shown at home
	Filters   []social.Filter
	ShutHosts []string
	Tags      []string           // that it follows
	Keeps     []social.AccountID // whose threads it keeps
}

// Circle returns owner's.
func (v *View) Circle(ctx context.Context, owner social.AccountID) (c Circle, err error) {
	if c.Follows, err = rows(ctx, v, func(r row) (f social.Follow, err error) {
		var languages string
		if err := r.Scan(&f.ID, &f.Owner, &f.Target, &f.Boosts, &f.Notify, &languages); err != nil {
			return f, err
		}
		return f, json.Unmarshal([]byte(languages), &f.Languages)
	}, `SELECT id, owner_id, target_id, boosts, notify, languages FROM follows WHERE owner_id = $1 AND accepted ORDER BY target_id`, owner); err != nil {
		return c, err
	}
	if c.Blocks, err = list[social.AccountID](ctx, v, `SELECT target_id FROM blocks WHERE owner_id = $1`, owner); err != nil {
		return c, err
	}
	if c.BlockedBy, err = list[social.AccountID](ctx, v, `SELECT owner_id FROM blocks WHERE target_id = $1`, owner); err != nil {
		return c, err
	}
	if c.Mutes, err = rows(ctx, v, scanEdge, `SELECT id, target_id, until_ms FROM mutes WHERE owner_id = $1`, owner); err != nil {
		return c, err
	}
	if c.Exclusive, err = list[social.AccountID](ctx, v, `SELECT DISTINCT m.account_id FROM list_members m JOIN lists l ON l.id = m.list_id
		WHERE l.owner_id = $1 AND l.exclusive`, owner); err != nil {
		return c, err
	}
	if c.Tags, err = list[string](ctx, v, `SELECT tag FROM tag_follows WHERE owner_id = $1`, owner); err != nil {
		return c, err
	}
	if c.Keeps, err = list[social.AccountID](ctx, v, `SELECT owner_id FROM keepers WHERE keeper_id = $1 AND accepted`, owner); err != nil {
		return c, err
	}
	if c.ShutHosts, err = list[string](ctx, v, `SELECT host FROM shut_hosts WHERE owner_id = $1`, owner); err != nil {
		return c, err
	}
	c.Filters, err = v.Filters(ctx, owner)
	return c, err
}

// Notifying returns who wants to be told of everything author posts.
func (v *View) Notifying(ctx context.Context, author social.AccountID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT owner_id FROM follows WHERE target_id = $1 AND notify AND accepted ORDER BY id LIMIT $2`, author, limit)
}

// FamiliarFollowers returns whom of those that reader follows follow other,
// without those who hide whom they follow.
func (v *View) FamiliarFollowers(ctx context.Context, reader, other social.AccountID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT f.owner_id FROM follows f JOIN follows mine ON mine.target_id = f.owner_id AND mine.owner_id = $1 AND mine.accepted
		JOIN accounts a ON a.id = f.owner_id AND NOT a.hide_follows
		WHERE f.target_id = $2 AND f.accepted ORDER BY f.id DESC LIMIT $3`, reader, other, limit)
}

// Relations returns how from stands to each of others (at most a page of
// them), with the notes.
func (v *View) Relations(ctx context.Context, from social.AccountID, others []social.AccountID) (map[social.AccountID]social.Relation, error) {
	out := make(map[social.AccountID]social.Relation, len(others))
	for _, other := range others {
		r, err := v.Relation(ctx, from, other)
		if err != nil {
			return nil, err
		}
		if r.Note, r.Endorsed, err = v.noteAndPraise(ctx, from, other); err != nil {
			return nil, err
		}
		out[other] = r
	}
	return out, nil
}

// noteAndPraise is owner's note on target, and whether owner recommends them.
func (v *View) noteAndPraise(ctx context.Context, owner, target social.AccountID) (note string, endorsed bool, err error) {
	_, err = rows(ctx, v, func(r row) (struct{}, error) { return struct{}{}, r.Scan(&note, &endorsed) },
		`SELECT COALESCE((SELECT body FROM notes WHERE owner_id = $1 AND target_id = $2), ''),
			EXISTS (SELECT 1 FROM endorsements WHERE owner_id = $1 AND target_id = $2)`, owner, target)
	return note, endorsed, err
}
