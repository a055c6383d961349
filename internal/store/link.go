package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const linkColumns = `id, url, shown, info, fetched_ms`

func scanLink(r row) (l social.Link, err error) {
	var info string
	var fetched int64
	var got social.Link
	if err := r.Scan(&got.ID, &got.URL, &got.Shown, &info, &fetched); err != nil {
		return l, err
	}
	err = json.Unmarshal([]byte(info), &l)
	l.ID, l.URL, l.Shown, l.FetchedAt = got.ID, got.URL, got.Shown, moment(fetched)
	return l, err
}

// Links returns those of ids that exist and are shown, in no order.
func (v *View) Links(ctx context.Context, ids []social.LinkID) ([]social.Link, error) {
	return rows(ctx, v, scanLink, `SELECT `+linkColumns+` FROM links WHERE shown AND id `+v.d.idList(1), asJSON(ids))
}

// Link returns one, or NoPost.
func (v *View) Link(ctx context.Context, id social.LinkID) (social.Link, error) {
	return one(ctx, v, NoPost, scanLink, `SELECT `+linkColumns+` FROM links WHERE id = $1`, id)
}

// LinkTo returns what is known of an address, or NoPost.
func (v *View) LinkTo(ctx context.Context, url string) (social.Link, error) {
	return one(ctx, v, NoPost, scanLink, `SELECT `+linkColumns+` FROM links WHERE url = $1`, url)
}

// ClaimLink is LinkTo for somebody who will have it asked if nothing is known.
func (tx *Tx) ClaimLink(ctx context.Context, url string) (social.Link, error) {
	l, err := tx.LinkTo(ctx, url)
	if !errors.Is(err, NoPost) {
		return l, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO links (id, url, shown, info, fetched_ms) VALUES ($1, $2, $3, '{}', 0) ON CONFLICT DO NOTHING`,
		id.New(tx.Now), url, false); err != nil {
		return l, err
	}
	return tx.LinkTo(ctx, url)
}

// FetchLinkJob is the kind of the job that asks the page behind a link, given
// by its id.
const FetchLinkJob = "link.fetch"

// SetLink stores what a page says of itself.
func (tx *Tx) SetLink(ctx context.Context, l social.Link) error {
	_, err := tx.exec(ctx, `UPDATE links SET shown = $2, info = $3, fetched_ms = $4, image = $5 WHERE id = $1`, l.ID, l.Shown, asJSON(l), millis(l.FetchedAt), l.Image)
	return err
}

// SetPostLink stores which link a post shows a preview of; zero for none.
func (tx *Tx) SetPostLink(ctx context.Context, post social.PostID, link social.LinkID) error {
	_, err := tx.exec(ctx, `UPDATE posts SET link_id = $2 WHERE id = $1`, post, link)
	return err
}

// IdleLinks returns links that were last asked before a moment and stand in no
// post any more.
func (v *View) IdleLinks(ctx context.Context, beforeMillis int64, limit int) ([]social.Link, error) {
	return rows(ctx, v, scanLink, `SELECT `+linkColumns+` FROM links WHERE fetched_ms < $1
		AND NOT EXISTS (SELECT 1 FROM posts WHERE link_id = links.id AND link_id <> 0) ORDER BY fetched_ms LIMIT $2`, beforeMillis, limit)
}

// RemoveLink forgets a link, and its picture soon after.
func (tx *Tx) RemoveLink(ctx context.Context, l social.Link) error {
	if _, err := tx.exec(ctx, `DELETE FROM links WHERE id = $1`, l.ID); err != nil {
		return err
	}
	return tx.DropFile(ctx, l.Image)
}

// dropLink forgets a link that the last post is gone of.
func (tx *Tx) dropLink(ctx context.Context, which social.LinkID) error {
	if which == 0 {
		return nil
	}
	n, err := value[int](ctx, &tx.View, `SELECT COUNT(*) FROM (SELECT 1 FROM posts WHERE link_id = $1 AND link_id <> 0 LIMIT 1) AS left_over`, which)
	if err != nil || n > 0 {
		return err
	}
	l, err := tx.Link(ctx, which)
	if errors.Is(err, NoPost) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.RemoveLink(ctx, l)
}

// LinkPosts returns a page of the public posts with a link, by people who want
// to be found.
func (v *View) LinkPosts(ctx context.Context, link social.LinkID, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	return list[social.PostID](ctx, v, `SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id
		WHERE p.link_id = $4 AND p.link_id <> 0 AND p.id < $1 AND p.id > $2 AND p.visibility = 'public' AND a.discoverable`+order(p, "p.id"),
		before, after, p.Limit, link)
}

// A LinkDay is how often, and by how many, a link was passed on in public on a
// day, counted from the epoch.
type LinkDay struct {
	Link         social.LinkID
	Day          int64
	Uses, People int
}

// LinkDays returns the days of links after a moment, given as an id.
func (v *View) LinkDays(ctx context.Context, links []social.LinkID, after int64) ([]LinkDay, error) {
	return rows(ctx, v, func(r row) (d LinkDay, err error) { return d, r.Scan(&d.Link, &d.Day, &d.Uses, &d.People) },
		`SELECT p.link_id, p.at_ms / 86400000, COUNT(*), COUNT(DISTINCT p.author_id) FROM posts p JOIN accounts a ON a.id = p.author_id
		WHERE p.id > $1 AND p.link_id <> 0 AND p.visibility = 'public' AND p.held = '' AND p.standing = '' AND NOT p.local_only
			AND a.standing = 'good' AND NOT a.limited AND p.link_id `+v.d.idList(2)+` GROUP BY p.link_id, p.at_ms / 86400000`, after, asJSON(links))
}
