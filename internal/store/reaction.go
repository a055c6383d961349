package store

import (
	"context"
	"errors"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const reactionColumns = `id, post_id, owner_id, name`

func scanReacting(r row) (x social.Reacting, err error) {
	return x, r.Scan(&x.ID, &x.Post, &x.Owner, &x.Name)
}

var noReaction = errs.New(errs.NotFound, "There is no such reaction.")

// React stores that owner put an emoji under a post, counts it, and tells
// whether it is new. The id is the one it has. A post that somebody else has
// just deleted is NoPost.
func (tx *Tx) React(ctx context.Context, owner social.AccountID, post social.PostID, name string) (x social.Reacting, isNew bool, err error) {
	x = social.Reacting{ID: social.ReactionID(id.New(tx.Now)), Post: post, Owner: owner, Name: name}
	n, err := tx.exec(ctx, `INSERT INTO reactions (`+reactionColumns+`) VALUES ($1, $2, $3, $4) ON CONFLICT (post_id, owner_id, name) DO NOTHING`,
		x.ID, x.Post, x.Owner, x.Name)
	if postgresCode(err) == foreignKey {
		err = NoPost
	}
	if err != nil {
		return x, false, err
	}
	if n == 0 {
		x, err = tx.Reacting(ctx, owner, post, name)
		return x, false, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO reaction_counts (post_id, name, times, first_id) VALUES ($1, $2, 1, $3)
		ON CONFLICT (post_id, name) DO UPDATE SET times = reaction_counts.times + 1`, post, name, x.ID); err != nil {
		return x, false, err
	}
	return x, true, tx.countKinds(ctx, post)
}

// Unreact takes an emoji away, and tells which it was and whether there was one.
func (tx *Tx) Unreact(ctx context.Context, owner social.AccountID, post social.PostID, name string) (x social.Reacting, was bool, err error) {
	x, err = one(ctx, &tx.View, noReaction, scanReacting, `DELETE FROM reactions WHERE post_id = $1 AND owner_id = $2 AND name = $3 RETURNING `+reactionColumns, post, owner, name)
	if err != nil {
		if errors.Is(err, noReaction) {
			err = nil
		}
		return x, false, err
	}
	if _, err := tx.exec(ctx, `UPDATE reaction_counts SET times = times - 1 WHERE post_id = $1 AND name = $2`, post, name); err != nil {
		return x, false, err
	}
	if _, err := tx.exec(ctx, `DELETE FROM reaction_counts WHERE post_id = $1 AND name = $2 AND times <= 0`, post, name); err != nil {
		return x, false, err
	}
	return x, true, tx.countKinds(ctx, post)
}

func (tx *Tx) countKinds(ctx context.Context, post social.PostID) error {
	_, err := tx.exec(ctx, `UPDATE posts SET reactions = (SELECT COUNT(*) FROM reaction_counts WHERE post_id = $1) WHERE id = $1`, post)
	return err
}

// Reacting returns an emoji that owner put under a post, or NotFound.
func (v *View) Reacting(ctx context.Context, owner social.AccountID, post social.PostID, name string) (social.Reacting, error) {
	return one(ctx, v, noReaction, scanReacting, `SELECT `+reactionColumns+` FROM reactions WHERE post_id = $1 AND owner_id = $2 AND name = $3`, post, owner, name)
}

// ReactionsNamed returns those of ids that are there, in no order.
func (v *View) ReactionsNamed(ctx context.Context, ids []social.ReactionID) ([]social.Reacting, error) {
	return rows(ctx, v, scanReacting, `SELECT `+reactionColumns+` FROM reactions WHERE id `+v.d.idList(1), asJSON(ids))
}

// ReactionsMade returns a page of what owner put under posts.
func (v *View) ReactionsMade(ctx context.Context, owner social.AccountID, p social.Page) ([]social.Reacting, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanReacting, `SELECT `+reactionColumns+` FROM reactions WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"), before, after, p.Limit, owner)
}

// ReactionsBy returns what owner put under some posts.
func (v *View) ReactionsBy(ctx context.Context, owner social.AccountID, posts []social.PostID) ([]social.Reacting, error) {
	return rows(ctx, v, scanReacting, `SELECT `+reactionColumns+` FROM reactions WHERE post_id `+v.d.idList(1)+` AND owner_id = $2`, asJSON(posts), owner)
}

// ReactionsOf returns up to limit of those who put each of some emoji under a
// post, the last first.
func (v *View) ReactionsOf(ctx context.Context, post social.PostID, names []string, limit int) ([]social.Reacting, error) {
	if len(names) == 0 {
		return nil, nil
	}
	args := []any{post, limit}
	var parts []string
	for _, name := range names {
		args = append(args, name)
		parts = append(parts, `SELECT * FROM (SELECT `+reactionColumns+` FROM reactions WHERE post_id = $1 AND name = `+param(len(args))+` ORDER BY id DESC LIMIT $2) AS page`)
	}
	return rows(ctx, v, scanReacting, strings.Join(parts, ` UNION ALL `)+` ORDER BY id DESC`, args...)
}

// A PostReaction is an emoji under a post.
type PostReaction struct {
	Post social.PostID
	social.Reaction
}

// ReactionCounts returns the emoji under some posts, those that came first
// first, with the addresses of pictures of other hosts.
func (v *View) ReactionCounts(ctx context.Context, posts []social.PostID) ([]PostReaction, error) {
	all, err := rows(ctx, v, func(r row) (x PostReaction, err error) { return x, r.Scan(&x.Post, &x.Name, &x.Count) },
		`SELECT post_id, name, times FROM reaction_counts WHERE post_id `+v.d.idList(1)+` ORDER BY post_id, first_id`, asJSON(posts))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, x := range all {
		names[i] = x.Name
	}
	images, err := v.ReactionEmojis(ctx, names)
	for i := range all {
		all[i].Image = images[all[i].Name].Image
	}
	return all, err
}

// ReactionEmojis returns the pictures of other hosts among the names of
// reactions. If there are none it reads nothing.
func (v *View) ReactionEmojis(ctx context.Context, names []string) (map[string]social.ForeignEmoji, error) {
	var codes, hosts []string
	for _, name := range names {
		if code, host, _ := social.Pictured(name); host != "" {
			codes, hosts = append(codes, code), append(hosts, host)
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	all, err := rows(ctx, v, func(r row) (e social.ForeignEmoji, err error) {
		var changed int64
		err = r.Scan(&e.Host, &e.Shortcode, &e.URI, &e.Image, &changed)
		e.ChangedAt = moment(changed)
		return e, err
	}, `SELECT host, shortcode, uri, image, changed_ms FROM foreign_emojis WHERE host IN `+v.d.strList(1)+` AND shortcode IN `+v.d.strList(2), asJSON(hosts), asJSON(codes))
	out := make(map[string]social.ForeignEmoji, len(all))
	for _, e := range all {
		out[e.Shortcode+"@"+e.Host] = e
	}
	return out, err
}
