package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// trendable is which posts p, of accounts a, count for trends: public ones by
// people who want to be found. What is for this house alone is not public, and
// an answer to somebody is talk between the two; it may also wait to be let in.
const trendable = `p.visibility = 'public' AND p.boost_of = 0 AND p.standing = '' AND p.held = '' AND NOT p.sensitive AND NOT p.local_only
	AND NOT (a.sensitive AND p.media <> '[]')
	AND p.reply_author IN (0, p.author_id) AND a.discoverable AND a.standing = 'good' AND NOT a.limited AND a.moved_to = 0`

// follow f is of somebody whom $1 follows, and does not mute.
const heeded = `f.owner_id = $1 AND f.accepted AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.owner_id = f.owner_id AND m.target_id = f.target_id)`

// howMany reads pairs of what and how many.
func howMany[K comparable, N int | int64](ctx context.Context, v *View, query string, args ...any) (map[K]N, error) {
	type pair struct {
		key K
		n   N
	}
	all, err := rows(ctx, v, func(r row) (p pair, err error) { return p, r.Scan(&p.key, &p.n) }, query, args...)
	out := make(map[K]N, len(all))
	for _, p := range all {
		out[p.key] = p.n
	}
	return out, err
}

// TagsByFollowed returns by how many of those that owner follows each of tags
// was used after a moment, given as an id.
func (v *View) TagsByFollowed(ctx context.Context, owner social.AccountID, after int64, tags []string) (map[string]int, error) {
	return howMany[string, int](ctx, v, `SELECT t.tag, COUNT(DISTINCT p.author_id) FROM post_tags t JOIN posts p ON p.id = t.post_id JOIN accounts a ON a.id = p.author_id
		JOIN follows f ON f.target_id = p.author_id WHERE `+heeded+` AND t.post_id > $2 AND t.tag IN `+v.d.strList(3)+` AND `+trendable+` GROUP BY t.tag`, owner, after, asJSON(tags))
}

// LinksByFollowed returns by how many of those that owner follows each of links
// was passed on after a moment, given as an id.
func (v *View) LinksByFollowed(ctx context.Context, owner social.AccountID, after int64, links []social.LinkID) (map[social.LinkID]int, error) {
	return howMany[social.LinkID, int](ctx, v, `SELECT p.link_id, COUNT(DISTINCT p.author_id) FROM posts p JOIN accounts a ON a.id = p.author_id
		JOIN follows f ON f.target_id = p.author_id WHERE `+heeded+` AND p.id > $2 AND p.link_id <> 0 AND p.link_id `+v.d.idList(3)+` AND `+trendable+` GROUP BY p.link_id`, owner, after, asJSON(links))
}

// BoostsByFollowed returns how many of those that owner follows boosted each of
// posts for everybody.
func (v *View) BoostsByFollowed(ctx context.Context, owner social.AccountID, posts []social.PostID) (map[social.PostID]int, error) {
	return howMany[social.PostID, int](ctx, v, `SELECT b.boost_of, COUNT(*) FROM posts b JOIN follows f ON f.target_id = b.author_id JOIN accounts a ON a.id = b.author_id
		WHERE `+heeded+` AND b.boost_of <> 0 AND b.boost_of `+v.d.idList(2)+` AND b.visibility IN ('public', 'unlisted') AND b.standing = '' AND a.standing = 'good' GROUP BY b.boost_of`, owner, asJSON(posts))
}

// FollowsByFollowed returns how many of those that owner follows follow each of
// people. Who hides their follows is not asked, and nobody is told who follows
// those who hide theirs.
func (v *View) FollowsByFollowed(ctx context.Context, owner social.AccountID, people []social.AccountID) (map[social.AccountID]int, error) {
	return howMany[social.AccountID, int](ctx, v, `SELECT g.target_id, COUNT(*) FROM follows f JOIN accounts a ON a.id = f.target_id JOIN follows g ON g.owner_id = f.target_id AND g.accepted
		JOIN accounts c ON c.id = g.target_id AND NOT c.hide_follows
		WHERE `+heeded+` AND NOT a.hide_follows AND a.standing = 'good' AND g.target_id `+v.d.idList(2)+` GROUP BY g.target_id`, owner, asJSON(people))
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
// the most often followed first. Who hides their follows is not asked, and who
// hides who follows them is not among these.
func (v *View) FriendsOfFriends(ctx context.Context, owner social.AccountID, friends, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT c.id FROM
			(SELECT f.target_id AS friend FROM follows f JOIN accounts a ON a.id = f.target_id
				WHERE `+heeded+` AND NOT a.hide_follows AND a.standing = 'good' ORDER BY f.id DESC LIMIT $2) AS mine
		JOIN follows g ON g.owner_id = mine.friend AND g.accepted JOIN accounts c ON c.id = g.target_id
		WHERE c.discoverable AND c.standing = 'good' AND NOT c.limited AND NOT c.hide_follows`+notFor+`
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
