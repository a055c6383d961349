package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// A TagTrend is a tag with how often, and by how many, it was used.
type TagTrend struct {
	Tag          string
	Uses, People int
}

// TrendingTags returns the tags of public posts after a moment, given as an
// id, that at least some people used who want to be found; most people first.
func (v *View) TrendingTags(ctx context.Context, after int64, least, limit int) ([]TagTrend, error) {
	return rows(ctx, v, func(r row) (t TagTrend, err error) { return t, r.Scan(&t.Tag, &t.Uses, &t.People) },
		`SELECT t.tag, COUNT(*), COUNT(DISTINCT p.author_id) FROM post_tags t JOIN posts p ON p.id = t.post_id JOIN accounts a ON a.id = p.author_id
		WHERE t.post_id > $1 AND p.visibility = 'public' AND p.held = '' AND p.standing = '' AND NOT p.sensitive AND a.discoverable AND a.standing = 'good' AND NOT a.limited
		GROUP BY t.tag HAVING COUNT(DISTINCT p.author_id) >= $2 ORDER BY COUNT(DISTINCT p.author_id) DESC, COUNT(*) DESC, t.tag LIMIT $3`,
		after, least, limit)
}

// TrendingPosts returns public posts after a moment, given as an id, that were
// liked or passed on, by people who want to be found; the most so first.
func (v *View) TrendingPosts(ctx context.Context, after int64, limit int) ([]social.Post, error) {
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE id IN (
			SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id
			WHERE p.id > $1 AND p.visibility = 'public' AND p.held = '' AND p.standing = '' AND p.boost_of = 0 AND p.reply_author = 0 AND NOT p.sensitive AND p.likes + p.boosts > 0
			AND a.discoverable AND a.standing = 'good' AND NOT a.limited ORDER BY p.likes + 2 * p.boosts DESC, p.id DESC LIMIT $2)`, after, limit)
}

// notFor leaves out of accounts c whom $1 has a relation with already, or does
// not want to be told of.
const notFor = ` AND c.id <> $1
	AND NOT EXISTS (SELECT 1 FROM follows x WHERE x.owner_id = $1 AND x.target_id = c.id)
	AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.owner_id = $1 AND x.target_id = c.id)
	AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.owner_id = c.id AND x.target_id = $1)
	AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.owner_id = $1 AND x.target_id = c.id)
	AND NOT EXISTS (SELECT 1 FROM unsuggested x WHERE x.owner_id = $1 AND x.target_id = c.id)`

// FriendsOfFriends returns whom the last that owner followed follow in turn,
// the most often followed first. Who hides their follows is not asked.
func (v *View) FriendsOfFriends(ctx context.Context, owner social.AccountID, friends, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT c.id FROM
			(SELECT f.target_id AS friend FROM follows f JOIN accounts a ON a.id = f.target_id
				WHERE f.owner_id = $1 AND f.accepted AND NOT a.hide_follows ORDER BY f.id DESC LIMIT $2) AS mine
		JOIN follows g ON g.owner_id = mine.friend AND g.accepted JOIN accounts c ON c.id = g.target_id
		WHERE c.discoverable AND c.standing = 'good' AND NOT c.limited`+notFor+`
		GROUP BY c.id ORDER BY COUNT(*) DESC, c.id LIMIT $3`, owner, friends, limit)
}

// MostFollowed returns those who want to be found and most follow.
func (v *View) MostFollowed(ctx context.Context, owner social.AccountID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT c.id FROM accounts c WHERE c.discoverable AND c.standing = 'good' AND NOT c.limited AND c.followers > 0`+notFor+`
		ORDER BY c.followers DESC, c.id DESC LIMIT $2`, owner, limit)
}

// Unsuggest has an account not be suggested to owner again.
func (tx *Tx) Unsuggest(ctx context.Context, owner, target social.AccountID) error {
	_, err := tx.exec(ctx, `INSERT INTO unsuggested (owner_id, target_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, owner, target)
	return err
}

// Directory returns those who want to be found: who posted last first, or who
// came last first.
func (v *View) Directory(ctx context.Context, newest, ours bool, limit, offset int) ([]social.AccountID, error) {
	where, by := ``, `last_post_ms DESC, id DESC`
	if ours {
		where = ` AND host = ''`
	}
	if newest {
		by = `id DESC`
	}
	return list[social.AccountID](ctx, v, `SELECT id FROM accounts WHERE discoverable AND standing = 'good' AND NOT limited`+where+` ORDER BY `+by+` LIMIT $1 OFFSET $2`, limit, offset)
}
