package store

import (
	"context"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func scanTagRule(r row) (t social.TagRule, err error) {
	var changed int64
	err = r.Scan(&t.Key, &t.Name, &t.Unusable, &t.Unlisted, &t.Trend, &changed)
	t.ChangedAt = moment(changed)
	return t, err
}

// TagRules returns all that was decided about tags.
func (v *View) TagRules(ctx context.Context) (social.TagRules, error) {
	all, err := rows(ctx, v, scanTagRule, `SELECT tag, name, unusable, unlisted, trend, changed_ms FROM tag_rules LIMIT $1`, social.MaxTagRules)
	out := make(social.TagRules, len(all))
	for _, t := range all {
		out[t.Key] = t
	}
	return out, err
}

// SetTagRule stores what was decided about a tag.
func (tx *Tx) SetTagRule(ctx context.Context, t social.TagRule) error {
	n, err := value[int](ctx, &tx.View, `SELECT COUNT(*) FROM tag_rules WHERE tag <> $1`, t.Key)
	if err != nil {
		return err
	}
	if n >= social.MaxTagRules {
		return errs.Newf(errs.Invalid, "Validation failed: Something can be decided about %d tags at most.", social.MaxTagRules)
	}
	_, err = tx.exec(ctx, `INSERT INTO tag_rules (tag, name, unusable, unlisted, trend, changed_ms) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tag) DO UPDATE SET name = $2, unusable = $3, unlisted = $4, trend = $5, changed_ms = $6`,
		t.Key, t.Name, t.Unusable, t.Unlisted, t.Trend, millis(t.ChangedAt))
	return err
}

// TagKnown reports whether a tag stands in a post, or something was decided
// about it.
func (v *View) TagKnown(ctx context.Context, key string) (bool, error) {
	n, err := value[int](ctx, v, `SELECT CASE WHEN EXISTS (SELECT 1 FROM post_tags WHERE tag = $1) OR EXISTS (SELECT 1 FROM tag_rules WHERE tag = $1) THEN 1 ELSE 0 END`, key)
	return n > 0, err
}

// AllTags returns the tags that stand in posts, from the last letter to the
// first: those before one, or those next after one. Each is found with one look
// into the index, however many posts it has.
func (v *View) AllTags(ctx context.Context, before, after string, limit int) ([]string, error) {
	next, is, from := `MAX`, `<`, before
	if after != "" {
		next, is, from = `MIN`, `>`, after
	} else if before == "" {
		from = "\U0010FFFF"
	}
	tags, err := list[string](ctx, v, `WITH RECURSIVE t (tag) AS (
			SELECT `+next+`(tag) FROM post_tags WHERE tag `+is+` $1
			UNION ALL SELECT (SELECT `+next+`(p.tag) FROM post_tags p WHERE p.tag `+is+` t.tag) FROM t WHERE t.tag IS NOT NULL)
		SELECT tag FROM t WHERE tag IS NOT NULL LIMIT $2`, from, limit)
	if after != "" {
		slices.Reverse(tags)
	}
	return tags, err
}

// Reviews returns what was decided about subjects of a kind; what was not
// looked at is missing.
func (v *View) Reviews(ctx context.Context, k social.ReviewKind, subjects []string) (map[string]social.Review, error) {
	return reviews(ctx, v, `SELECT subject, verdict FROM reviews WHERE kind = $1 AND subject IN `+v.d.strList(2), k, asJSON(subjects))
}

// LastReviews returns the last decisions of a kind.
func (v *View) LastReviews(ctx context.Context, k social.ReviewKind, limit int) (map[string]social.Review, error) {
	return reviews(ctx, v, `SELECT subject, verdict FROM reviews WHERE kind = $1 ORDER BY at_ms DESC, subject LIMIT $2`, k, limit)
}

// LastReviewed returns when the last decisions of a kind were made, in milliseconds.
func (v *View) LastReviewed(ctx context.Context, k social.ReviewKind, limit int) (map[string]int64, error) {
	return howMany[string, int64](ctx, v, `SELECT subject, at_ms FROM reviews WHERE kind = $1 ORDER BY at_ms DESC, subject LIMIT $2`, k, limit)
}

func reviews(ctx context.Context, v *View, query string, args ...any) (map[string]social.Review, error) {
	type one struct {
		subject string
		verdict social.Review
	}
	all, err := rows(ctx, v, func(r row) (x one, err error) { return x, r.Scan(&x.subject, &x.verdict) }, query, args...)
	out := make(map[string]social.Review, len(all))
	for _, x := range all {
		out[x.subject] = x.verdict
	}
	return out, err
}

// SetReview stores what was decided.
func (tx *Tx) SetReview(ctx context.Context, k social.ReviewKind, subject string, verdict social.Review) error {
	_, err := tx.exec(ctx, `INSERT INTO reviews (kind, subject, verdict, at_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, subject) DO UPDATE SET verdict = $3, at_ms = $4`, k, subject, verdict, millis(tx.Now))
	return err
}

// LinkPosted reports whether a link stands in a post.
func (v *View) LinkPosted(ctx context.Context, id social.LinkID) (bool, error) {
	n, err := value[int](ctx, v, `SELECT CASE WHEN EXISTS (SELECT 1 FROM posts WHERE link_id = $1 AND link_id <> 0) THEN 1 ELSE 0 END`, id)
	return n > 0, err
}

// TrimReviews forgets what was decided before a moment about posts and links:
// they are no trend any more. What was decided about publishers stays.
func (tx *Tx) TrimReviews(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM reviews WHERE at_ms < $1 AND kind <> 'publisher'`, millis(before))
	return err
}
