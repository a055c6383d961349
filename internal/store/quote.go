package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// Quotes returns a page of the posts that quote a post with its author's
// consent.
func (v *View) Quotes(ctx context.Context, of social.PostID, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	return list[social.PostID](ctx, v, `SELECT id FROM posts WHERE id < $1 AND id > $2 AND quote_of = $4 AND quote_of <> 0
		AND quote_state = 'accepted'`+order(p, "id"), before, after, p.Limit, of)
}

// Quoters returns up to limit of those posts, newest first, with their authors.
func (v *View) Quoters(ctx context.Context, of social.PostID, limit int) ([]social.Post, error) {
	return rows(ctx, v, scanBare, `SELECT id, author_id, language, visibility, reply_to, reply_author, boost_of, boost_author FROM posts
		WHERE quote_of = $1 AND quote_of <> 0 AND quote_state = 'accepted' ORDER BY id DESC LIMIT $2`, of, limit)
}

// CountQuote adds n to a post's quotes.
func (tx *Tx) CountQuote(ctx context.Context, id social.PostID, n int) error {
	_, err := tx.exec(ctx, `UPDATE posts SET quotes = quotes + $2 WHERE id = $1`, id, n)
	return err
}

// SetQuoteState stores whether the quote of a post is agreed to.
func (tx *Tx) SetQuoteState(ctx context.Context, id social.PostID, state social.QuoteState) error {
	_, err := tx.exec(ctx, `UPDATE posts SET quote_state = $2 WHERE id = $1`, id, state)
	return err
}

// SetQuotePolicy stores who may quote a post.
func (tx *Tx) SetQuotePolicy(ctx context.Context, id social.PostID, policy social.QuotePolicy) error {
	_, err := tx.exec(ctx, `UPDATE posts SET quote_policy = $2 WHERE id = $1`, id, policy)
	return err
}
