package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const emojiColumns = `id, shortcode, category, file, still, size, enabled, listed, featured, at_ms`

func scanEmoji(r row) (e social.Emoji, err error) {
	var at int64
	err = r.Scan(&e.ID, &e.Shortcode, &e.Category, &e.File, &e.Still, &e.Size, &e.Enabled, &e.Listed, &e.Featured, &at)
	e.At = moment(at)
	return e, err
}

var noEmoji = errs.New(errs.NotFound, "There is no such emoji.")

// Emojis returns up to limit emojis, in no order.
func (v *View) Emojis(ctx context.Context, limit int) ([]social.Emoji, error) {
	return rows(ctx, v, scanEmoji, `SELECT `+emojiColumns+` FROM emojis ORDER BY id LIMIT $1`, limit)
}

// HoldEmoji is an emoji for somebody who is about to change it, or NotFound.
func (tx *Tx) HoldEmoji(ctx context.Context, id social.EmojiID) (social.Emoji, error) {
	return one(ctx, &tx.View, noEmoji, scanEmoji, `SELECT `+emojiColumns+` FROM emojis WHERE id = $1`+tx.d.forUpdate, id)
}

// HoldEmojiNamed is HoldEmoji by the name.
func (tx *Tx) HoldEmojiNamed(ctx context.Context, shortcode string) (social.Emoji, error) {
	return one(ctx, &tx.View, noEmoji, scanEmoji, `SELECT `+emojiColumns+` FROM emojis WHERE shortcode = $1`+tx.d.forUpdate, shortcode)
}

// CountEmojis is how many there are.
func (v *View) CountEmojis(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM emojis`)
}

// AddEmoji stores a new emoji. A name that is taken is a Conflict.
func (tx *Tx) AddEmoji(ctx context.Context, e social.Emoji) error {
	n, err := tx.exec(ctx, `INSERT INTO emojis (`+emojiColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		e.ID, e.Shortcode, e.Category, e.File, e.Still, e.Size, e.Enabled, e.Listed, e.Featured, millis(e.At))
	if err == nil && n == 0 {
		return errs.Newf(errs.Conflict, "There is an emoji called %s already.", e.Shortcode)
	}
	return err
}

// SetEmoji stores an emoji anew.
func (tx *Tx) SetEmoji(ctx context.Context, e social.Emoji) error {
	_, err := tx.exec(ctx, `UPDATE emojis SET category = $2, file = $3, still = $4, size = $5, enabled = $6, listed = $7, featured = $8, at_ms = $9 WHERE id = $1`,
		e.ID, e.Category, e.File, e.Still, e.Size, e.Enabled, e.Listed, e.Featured, millis(e.At))
	return err
}

// RemoveEmoji takes an emoji away, and its files soon after.
func (tx *Tx) RemoveEmoji(ctx context.Context, e social.Emoji) error {
	if _, err := tx.exec(ctx, `DELETE FROM emojis WHERE id = $1`, e.ID); err != nil {
		return err
	}
	return tx.DropEmojiFiles(ctx, e)
}

// DropEmojiFiles has the files of an emoji removed, if this write commits.
func (tx *Tx) DropEmojiFiles(ctx context.Context, e social.Emoji) error {
	if err := tx.DropFile(ctx, e.File); err != nil || e.Still == e.File {
		return err
	}
	return tx.DropFile(ctx, e.Still)
}
