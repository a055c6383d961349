package store

import (
	"context"
	"strconv"

	"github.com/plaza-social/plaza/internal/social"
)

const draftColumns = `id, owner_id, at_ms, pen, draft, ` + keyOf

// drafted is what the column draft holds.
type drafted struct {
	Draft social.Draft
	When  social.When `json:",omitzero"`
}

func scanDraft(r row) (k social.KeptDraft, err error) {
	var at int64
	var body string
	var sealed sealing
	if err := r.Scan(&k.ID, &k.Owner, &at, &k.Pen, &body, &sealed.by, &sealed.wrapped); err != nil {
		return k, err
	}
	var d drafted
	err = sealed.openDraft(r, k.Owner, strconv.FormatInt(int64(k.ID), 10), body, &d)
	k.At, k.Draft, k.When = moment(at), d.Draft, d.When
	k.Draft.Kept = k.ID
	return k, err
}

// SetDraft keeps a draft, in place of what it was before.
func (tx *Tx) SetDraft(ctx context.Context, k social.KeptDraft) error {
	body, by, err := tx.closeDraft(ctx, k.Owner, strconv.FormatInt(int64(k.ID), 10), drafted{k.Draft, k.When})
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO drafts (owner_id, id, at_ms, pen, draft, sealed_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (owner_id, id) DO UPDATE SET at_ms = excluded.at_ms, pen = excluded.pen, draft = excluded.draft, sealed_by = excluded.sealed_by`,
		k.Owner, k.ID, millis(k.At), k.Pen, body, by)
	return err
}

// EndDraft forgets a draft of owner's, and tells whether it was there.
func (tx *Tx) EndDraft(ctx context.Context, owner social.AccountID, id social.DraftID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM drafts WHERE owner_id = $1 AND id = $2`, owner, id)
	return n > 0, err
}

// DraftOf returns one of owner's, or NoPost.
func (v *View) DraftOf(ctx context.Context, owner social.AccountID, id social.DraftID) (social.KeptDraft, error) {
	return one(ctx, v, NoPost, scanDraft, `SELECT `+draftColumns+` FROM drafts WHERE owner_id = $1 AND id = $2`, owner, id)
}

// Drafts returns up to limit of owner's, those that were kept last first.
func (v *View) Drafts(ctx context.Context, owner social.AccountID, limit int) ([]social.KeptDraft, error) {
	return rows(ctx, v, scanDraft, `SELECT `+draftColumns+` FROM drafts WHERE owner_id = $1 ORDER BY at_ms DESC, id DESC LIMIT $2`, owner, limit)
}

// CountDrafts is how many owner has.
func (v *View) CountDrafts(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM drafts WHERE owner_id = $1`, owner)
}
