package store

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

const postColumns = `id, author_id, body, html, warning, sensitive, language, visibility, reply_to, reply_author, thread_id,
	boost_of, boost_author, COALESCE(uri, ''), app_id, at_ms, edited_ms, mentions, tags, likes, boosts, replies,
	media, poll_id, quote_of, quote_author, quote_state, quote_policy, reply_policy, held, held_by, link_id, quotes, page, local_only, circle_id, audience, downs, reactions, standing,
	hidden_appeal, locked, pinned_reply, ` + keyOf

func scanPost(r row) (p social.Post, err error) {
	var at, edited int64
	var mentions, tags, media, audience string
	var sealed sealing
	err = r.Scan(&p.ID, &p.Author, &p.Text, &p.HTML, &p.Warning, &p.Sensitive, &p.Language, &p.Visibility, &p.ReplyTo,
		&p.ReplyAuthor, &p.Thread, &p.BoostOf, &p.BoostAuthor, &p.URI, &p.App, &at, &edited, &mentions, &tags,
		&p.Likes, &p.Boosts, &p.Replies,
		&media, &p.Poll, &p.Quote.Of, &p.Quote.Author, &p.Quote.State, &p.QuotePolicy, &p.ReplyPolicy, &p.Held, &p.HeldBy, &p.Link, &p.Quotes, &p.Page, &p.LocalOnly, &p.Circle, &audience, &p.Downs, &p.Kinds, &p.Standing,
		&p.Appeal, &p.Locked, &p.PinnedReply, &sealed.by, &sealed.wrapped)
	if err != nil {
		return p, err
	}
	p.At, p.EditedAt = moment(at), moment(edited)
	if err := json.Unmarshal([]byte(mentions), &p.Mentions); err != nil {
		return p, err
	}
	if media != `[]` {
		if err := json.Unmarshal([]byte(media), &p.Media); err != nil {
			return p, err
		}
	}
	if audience != `[]` {
		if err := json.Unmarshal([]byte(audience), &p.Audience); err != nil {
			return p, err
		}
	}
	if err := json.Unmarshal([]byte(tags), &p.Tags); err != nil {
		return p, err
	}
	return p, sealed.openPost(r, &p)
}

// NoPost is the answer for a post that is not there and for one that is not
// for the person who asks: the two cannot be told apart.
var NoPost = errs.New(errs.NotFound, "Record not found")

// Post returns the post with the given id, or NoPost.
func (v *View) Post(ctx context.Context, id social.PostID) (social.Post, error) {
	return one(ctx, v, NoPost, scanPost, `SELECT `+postColumns+` FROM posts WHERE id = $1`, id)
}

// HoldPost is Post for somebody who is about to change or delete it: until the
// commit nobody else does.
func (tx *Tx) HoldPost(ctx context.Context, id social.PostID) (social.Post, error) {
	return one(ctx, &tx.View, NoPost, scanPost, `SELECT `+postColumns+` FROM posts WHERE id = $1`+tx.d.forUpdate, id)
}

// Posts returns those of ids that exist, in no order.
func (v *View) Posts(ctx context.Context, ids []social.PostID) ([]social.Post, error) {
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE id `+v.d.idList(1), asJSON(ids))
}

// BoostBy returns owner's boost of a post, or NoPost.
func (v *View) BoostBy(ctx context.Context, owner social.AccountID, of social.PostID) (social.Post, error) {
	return one(ctx, v, NoPost, scanPost, `SELECT `+postColumns+` FROM posts WHERE boost_of = $2 AND author_id = $1 AND boost_of <> 0`, owner, of)
}

// AddPost stores a new post with its mentions and tags. A second boost of a
// post by the same account is a Conflict.
func (tx *Tx) AddPost(ctx context.Context, p social.Post) error {
	var key talkKey
	if p.Visibility == social.Direct && !p.IsBoost() {
		var err error
		if key, err = tx.keyAbout(ctx, int64(p.Thread)); err != nil {
			return err
		}
	}
	p = key.closePost(p)
	n, err := tx.exec(ctx, `INSERT INTO posts (id, author_id, body, html, warning, sensitive, language, visibility, reply_to,
		reply_author, thread_id, boost_of, boost_author, uri, app_id, at_ms, edited_ms, mentions, tags, likes, boosts, replies,
		media, poll_id, quote_of, quote_author, quote_state, quote_policy, page, local_only, circle_id, audience, reply_policy, held, held_by, sealed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, 0, 0, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)
		ON CONFLICT DO NOTHING`,
		p.ID, p.Author, p.Text, p.HTML, p.Warning, p.Sensitive, p.Language, p.Visibility, p.ReplyTo,
		p.ReplyAuthor, p.Thread, p.BoostOf, p.BoostAuthor, nullable(p.URI), p.App, millis(p.At), millis(p.EditedAt),
		asJSON(p.Mentions), asJSON(p.Tags), asJSON(p.Media), p.Poll, p.Quote.Of, p.Quote.Author, p.Quote.State, p.QuotePolicy, p.Page, p.LocalOnly, p.Circle, asJSON(p.Audience), p.ReplyPolicy, p.Held, p.HeldBy, key.id)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "This is here already.")
	}
	if err != nil {
		return err
	}
	if err := tx.describeAnew(ctx, p); err != nil {
		return err
	}
	return tx.addReferences(ctx, p)
}

func (tx *Tx) addReferences(ctx context.Context, p social.Post) error {
	for _, m := range p.Mentions {
		if _, err := tx.exec(ctx, `INSERT INTO post_mentions (account_id, post_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, m.Account, p.ID); err != nil {
			return err
		}
	}
	for _, t := range p.Tags {
		if _, err := tx.exec(ctx, `INSERT INTO post_tags (tag, post_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, social.TagKey(t), p.ID); err != nil {
			return err
		}
	}
	return nil
}

// EditPost stores p's new words and keeps the old ones as was.
func (tx *Tx) EditPost(ctx context.Context, p social.Post, was social.Edit) error {
	for _, q := range []string{`DELETE FROM post_mentions WHERE post_id = $1`, `DELETE FROM post_tags WHERE post_id = $1`} {
		if _, err := tx.exec(ctx, q, p.ID); err != nil {
			return err
		}
	}
	key, err := tx.keyOfPost(ctx, p.ID)
	if err != nil {
		return err
	}
	if err := tx.addEdit(ctx, p.ID, was, key); err != nil {
		return err
	}
	p = key.closePost(p)
	if _, err := tx.exec(ctx, `UPDATE posts SET body = $2, html = $3, warning = $4, sensitive = $5, language = $6, edited_ms = $7,
		mentions = $8, tags = $9, media = $10, poll_id = $11, quote_policy = $12, reply_policy = $13, sealed_by = $14 WHERE id = $1`,
		p.ID, p.Text, p.HTML, p.Warning, p.Sensitive, p.Language, millis(p.EditedAt), asJSON(p.Mentions), asJSON(p.Tags),
		asJSON(p.Media), p.Poll, p.QuotePolicy, p.ReplyPolicy, key.id); err != nil {
		return err
	}
	return tx.addReferences(ctx, p)
}

// Edits returns what a post said before, oldest first.
func (v *View) Edits(ctx context.Context, id social.PostID) ([]social.Edit, error) {
	return rows(ctx, v, func(r row) (e social.Edit, err error) {
		var at int64
		var mentions, media, poll string
		var sealed sealing
		if err := r.Scan(&at, &e.Text, &e.HTML, &e.Warning, &e.Sensitive, &mentions, &media, &poll, &sealed.by, &sealed.wrapped); err != nil {
			return e, err
		}
		e.At = moment(at)
		if sealed.by != 0 {
			return sealed.openEdit(r, id, e)
		}
		return e, errors.Join(json.Unmarshal([]byte(mentions), &e.Mentions), json.Unmarshal([]byte(media), &e.Media), json.Unmarshal([]byte(poll), &e.Poll))
	}, `SELECT at_ms, body, html, warning, sensitive, mentions, media, poll, `+keyOf+` FROM post_edits WHERE post_id = $1 ORDER BY at_ms LIMIT 200`, id)
}

// RemovePost takes one row of posts away with everything that hangs on it,
// takes it out of the counts, and tells of it; unless somebody else just has.
func (tx *Tx) RemovePost(ctx context.Context, p social.Post) error {
	return tx.RemovePostFor(ctx, p, 0)
}

// RemovePostFor is RemovePost because of a decision.
func (tx *Tx) RemovePostFor(ctx context.Context, p social.Post, d social.DecisionID) error {
	key, err := list[int64](ctx, &tx.View, `DELETE FROM posts WHERE id = $1 RETURNING sealed_by`, p.ID)
	if err != nil || len(key) == 0 {
		return err
	}
	if err := tx.dropKey(ctx, key[0]); err != nil {
		return err
	}
	if !p.IsBoost() {
		if err := tx.RemoveMediaOf(ctx, p.ID); err != nil {
			return err
		}
		if err := tx.dropLink(ctx, p.Link); err != nil {
			return err
		}
		if err := tx.leaveReplies(ctx, p); err != nil {
			return err
		}
	}
	f := event.PostDeleted{Post: p.ID, Author: p.Author, Visibility: p.Visibility, ReplyTo: p.ReplyTo, BoostOf: p.BoostOf, BoostAuthor: p.BoostAuthor, Tags: p.OpenTags(), QuoteOf: p.Quote.Of,
		ReplyAuthor: p.ReplyAuthor, LocalOnly: p.LocalOnly, Audience: p.Audience, Decision: d, HeldBy: p.HeldBy}
	for _, m := range p.Mentions {
		f.Mentions = append(f.Mentions, m.Account)
	}
	tx.Record(f)
	return tx.CountOut(ctx, p)
}

// SetPostStanding changes how a post stands, which takes a decision.
func (tx *Tx) SetPostStanding(ctx context.Context, which social.PostID, s social.PostStanding, p Proof) error {
	if p.id == 0 {
		return errNoProof
	}
	_, err := tx.exec(ctx, `UPDATE posts SET standing = $2 WHERE id = $1`, which, s)
	return err
}

// BoostsOf returns up to limit boosts of a post, newest first.
func (v *View) BoostsOf(ctx context.Context, id social.PostID, limit int) ([]social.Post, error) {
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE boost_of = $1 AND boost_of <> 0 ORDER BY id DESC LIMIT $2`, id, limit)
}

// CountReply adds n to a post's replies.
func (tx *Tx) CountReply(ctx context.Context, id social.PostID, n int) error {
	_, err := tx.exec(ctx, `UPDATE posts SET replies = replies + $2 WHERE id = $1`, id, n)
	return err
}

// CountBoost adds n to a post's boosts.
func (tx *Tx) CountBoost(ctx context.Context, id social.PostID, n int) error {
	_, err := tx.exec(ctx, `UPDATE posts SET boosts = boosts + $2 WHERE id = $1`, id, n)
	return err
}

// CountIn counts a new post wherever it counts.
func (tx *Tx) CountIn(ctx context.Context, p social.Post) error { return tx.count(ctx, p, 1) }

// CountOut takes a post that is gone out of all counts.
func (tx *Tx) CountOut(ctx context.Context, p social.Post) error { return tx.count(ctx, p, -1) }

func (tx *Tx) count(ctx context.Context, p social.Post, n int) error {
	ofAuthor, ofParent := p.Counts()
	if ofAuthor {
		at := p.At
		if n < 0 {
			at = time.Time{}
		}
		if err := tx.CountPost(ctx, p.Author, n, at); err != nil {
			return err
		}
	}
	if ofParent && p.ReplyTo != 0 {
		if err := tx.CountReply(ctx, p.ReplyTo, n); err != nil {
			return err
		}
	}
	if ofParent && p.Quote.State == social.QuoteAccepted {
		if err := tx.CountQuote(ctx, p.Quote.Of, n); err != nil {
			return err
		}
	}
	if p.BoostOf == 0 {
		return nil
	}
	return tx.CountBoost(ctx, p.BoostOf, n)
}

// ClaimKey takes an idempotency key of owner's for the post id, and returns
// zero; or the post that was made under it since the given moment. The key of
// a post that is being made elsewhere is waited for.
func (tx *Tx) ClaimKey(ctx context.Context, owner social.AccountID, key string, id social.PostID, sinceMillis int64) (social.PostID, error) {
	_, err := value[social.PostID](ctx, &tx.View, `INSERT INTO post_keys (account_id, idempotency, post_id, at_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, idempotency) DO UPDATE SET post_id = excluded.post_id, at_ms = excluded.at_ms
		WHERE post_keys.at_ms < $5 RETURNING post_id`, owner, key, id, millis(tx.Now), sinceMillis)
	if !errors.Is(err, errNone) {
		return 0, err
	}
	return value[social.PostID](ctx, &tx.View, `SELECT post_id FROM post_keys WHERE account_id = $1 AND idempotency = $2`, owner, key)
}

// Keyed is the post that owner made under an idempotency key since a moment, or
// zero.
func (v *View) Keyed(ctx context.Context, owner social.AccountID, key string, sinceMillis int64) (social.PostID, error) {
	found, err := list[social.PostID](ctx, v, `SELECT post_id FROM post_keys WHERE account_id = $1 AND idempotency = $2 AND at_ms >= $3`, owner, key, sinceMillis)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

func bounds(p social.Page) (before, after int64) {
	if p.Before == 0 {
		return math.MaxInt64, p.After
	}
	return p.Before, p.After
}

// order is the end of a query that selects by `id < $1 AND id > $2 … LIMIT $3`.
func order(p social.Page, column string) string {
	return ` ORDER BY ` + column + direction(p) + ` LIMIT $3`
}

func direction(p social.Page) string {
	if p.Oldest {
		return ` ASC`
	}
	return ` DESC`
}

// TrimKeys forgets idempotency keys used before a moment.
func (tx *Tx) TrimKeys(ctx context.Context, beforeMillis int64) error {
	_, err := tx.exec(ctx, `DELETE FROM post_keys WHERE at_ms < $1`, beforeMillis)
	return err
}

// CountPosts is how many rows of posts there are, boosts too.
func (v *View) CountPosts(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM posts`)
}

// PostsAfter returns up to limit posts with higher ids, the lowest first.
func (v *View) PostsAfter(ctx context.Context, after social.PostID, limit int) ([]social.Post, error) {
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}
