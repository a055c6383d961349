package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

func scanFollowedTag(r row) (t social.FollowedTag, err error) {
	return t, r.Scan(&t.ID, &t.Key, &t.Name)
}

// FollowedTags returns a page of the tags that owner follows.
func (v *View) FollowedTags(ctx context.Context, owner social.AccountID, p social.Page) ([]social.FollowedTag, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanFollowedTag, `SELECT id, tag, name FROM tag_follows
		WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"), before, after, p.Limit, owner)
}

// FollowedTagCount is how many tags owner follows.
func (v *View) FollowedTagCount(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM tag_follows WHERE owner_id = $1`, owner)
}

// FollowTag stores that owner follows a tag, and tells whether that is new.
func (tx *Tx) FollowTag(ctx context.Context, owner social.AccountID, key, name string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO tag_follows (id, owner_id, tag, name) VALUES ($1, $2, $3, $4) ON CONFLICT (owner_id, tag) DO NOTHING`,
		id.New(tx.Now), owner, key, name)
	return n > 0, err
}

// UnfollowTag removes owner's follow of a tag and tells whether there was one.
func (tx *Tx) UnfollowTag(ctx context.Context, owner social.AccountID, key string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM tag_follows WHERE owner_id = $1 AND tag = $2`, owner, key)
	return n > 0, err
}

// FeaturedTags returns what owner features, the first first.
func (v *View) FeaturedTags(ctx context.Context, owner social.AccountID) ([]social.FeaturedTag, error) {
	return rows(ctx, v, func(r row) (t social.FeaturedTag, err error) { return t, r.Scan(&t.ID, &t.Key, &t.Name) },
		`SELECT id, tag, name FROM featured_tags WHERE owner_id = $1 ORDER BY id LIMIT $2`, owner, social.MaxFeaturedTags)
}

// FeatureTag stores that owner features a tag.
func (tx *Tx) FeatureTag(ctx context.Context, owner social.AccountID, t social.FeaturedTag) error {
	_, err := tx.exec(ctx, `INSERT INTO featured_tags (id, owner_id, tag, name) VALUES ($1, $2, $3, $4)`, t.ID, owner, t.Key, t.Name)
	return err
}

// UnfeatureTag removes what owner features by its id.
func (tx *Tx) UnfeatureTag(ctx context.Context, owner social.AccountID, which social.FeaturedTagID) error {
	_, err := tx.exec(ctx, `DELETE FROM featured_tags WHERE owner_id = $1 AND id = $2`, owner, which)
	return err
}

// An OwnTagUse is how an author used a tag in what is for everybody.
type OwnTagUse struct {
	Tag  string
	Uses int
	Last time.Time
}

func scanOwnTagUse(r row) (u OwnTagUse, err error) {
	var last int64
	err = r.Scan(&u.Tag, &u.Uses, &last)
	u.Last = moment(last)
	return u, err
}

// TagUsesBy counts the posts of an author that are for everybody, for each of
// some tags; tags never used are missing.
func (v *View) TagUsesBy(ctx context.Context, author social.AccountID, keys []string) ([]OwnTagUse, error) {
	return rows(ctx, v, scanOwnTagUse, `SELECT t.tag, COUNT(*), MAX(p.at_ms) FROM posts p JOIN post_tags t ON t.post_id = p.id
		WHERE p.author_id = $1 AND p.visibility IN ('public', 'unlisted') AND p.held = '' AND t.tag IN `+v.d.strList(2)+` GROUP BY t.tag`, author, asJSON(keys))
}

// RecentTagsBy counts tags among an author's last posts, the most used first.
func (v *View) RecentTagsBy(ctx context.Context, author social.AccountID, posts, limit int) ([]OwnTagUse, error) {
	return rows(ctx, v, scanOwnTagUse, `SELECT t.tag, COUNT(*), MAX(p.at_ms)
		FROM (SELECT id, at_ms, visibility, held FROM posts WHERE author_id = $1 ORDER BY id DESC LIMIT $2) AS p JOIN post_tags t ON t.post_id = p.id
		WHERE p.visibility IN ('public', 'unlisted') AND p.held = '' GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT $3`, author, posts, limit)
}
