package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

const mediaColumns = `id, owner_id, post_id, state, at_ms, info, alt, ` + keyOf

func scanMedia(r row) (m social.Media, err error) {
	var info, alt string
	var at int64
	var got social.Media
	var sealed sealing
	if err := r.Scan(&got.ID, &got.Owner, &got.Post, &got.State, &at, &info, &alt, &sealed.by, &sealed.wrapped); err != nil {
		return m, err
	}
	err = json.Unmarshal([]byte(info), &m)
	m.ID, m.Owner, m.Post, m.State, m.At = got.ID, got.Owner, got.Post, got.State, moment(at)
	if sealed.by != 0 {
		said, err := sealed.open(r, mediaWhere(m.ID), alt)
		if m.Alt = string(said); err != nil {
			m.Alt = social.Unreadable
		}
	}
	return m, err
}

// Media returns those of ids that exist, in no order.
func (v *View) Media(ctx context.Context, ids []social.MediaID) ([]social.Media, error) {
	return rows(ctx, v, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE id `+v.d.idList(1), asJSON(ids))
}

// MediaOf returns an attachment of owner's, or NoPost.
func (v *View) MediaOf(ctx context.Context, owner social.AccountID, id social.MediaID) (social.Media, error) {
	return one(ctx, v, NoPost, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE id = $1 AND owner_id = $2`, id, owner)
}

// HoldMedia is MediaOf for somebody who is about to attach, change or remove
// it: until the commit nobody else does.
func (tx *Tx) HoldMedia(ctx context.Context, owner social.AccountID, id social.MediaID) (social.Media, error) {
	return one(ctx, &tx.View, NoPost, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE id = $1 AND owner_id = $2`+tx.d.forUpdate, id, owner)
}

// MediaReserved reports whether an attachment waits for a post that is to be
// published later.
func (v *View) MediaReserved(ctx context.Context, id social.MediaID) (bool, error) {
	n, err := value[int64](ctx, v, `SELECT reserved FROM media WHERE id = $1`, id)
	return n != 0, err
}

// AddMedia stores a new attachment that is made of what lies in the spool.
func (tx *Tx) AddMedia(ctx context.Context, m social.Media, spool string) error {
	info, alt, by, err := tx.closeMedia(ctx, m)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO media (id, owner_id, post_id, reserved, state, spool, file, preview, size, at_ms, info, remote, captions, alt, sealed_by)
		VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		m.ID, m.Owner, m.Post, m.State, spool, m.File, m.Preview, m.Size, millis(m.At), info, m.Remote, m.Captions, alt, by)
	return err
}

// Spooled returns what an attachment is made of, or empty when it is made.
func (v *View) Spooled(ctx context.Context, id social.MediaID) (string, error) {
	all, err := list[string](ctx, v, `SELECT spool FROM media WHERE id = $1`, id)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

// SetMedia stores an attachment anew; it is made then, or has failed.
func (tx *Tx) SetMedia(ctx context.Context, m social.Media) error {
	info, alt, by, err := tx.closeMedia(ctx, m)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE media SET post_id = $2, state = $3, file = $4, preview = $5, size = $6, at_ms = $7, info = $8, remote = $9, captions = $10, alt = $11, sealed_by = $12,
		spool = CASE WHEN $3 = 'processing' THEN spool ELSE '' END WHERE id = $1`,
		m.ID, m.Post, m.State, m.File, m.Preview, m.Size, millis(m.At), info, m.Remote, m.Captions, alt, by)
	return err
}

// ReserveMedia keeps attachments for what is to be posted later under an id,
// or with zero no longer.
func (tx *Tx) ReserveMedia(ctx context.Context, owner social.AccountID, ids []social.MediaID, later int64) error {
	_, err := tx.exec(ctx, `UPDATE media SET reserved = $2, at_ms = $4 WHERE owner_id = $1 AND post_id = 0 AND id `+tx.d.idList(3),
		owner, later, asJSON(ids), millis(tx.Now))
	return err
}

// KeepMedia keeps attachments for what is written under an id, and lets go of
// what was kept for it before. What is kept for something else stays with that.
func (tx *Tx) KeepMedia(ctx context.Context, owner social.AccountID, ids []social.MediaID, under int64) error {
	return tx.keepMedia(ctx, owner, ids, under, `reserved = 0`)
}

// TakeMedia is KeepMedia for what is sure to be posted: it also takes what is kept
// for something else, but what nobody may see.
func (tx *Tx) TakeMedia(ctx context.Context, owner social.AccountID, ids []social.MediaID, under int64) error {
	return tx.keepMedia(ctx, owner, ids, under, `state <> 'failed'`)
}

func (tx *Tx) keepMedia(ctx context.Context, owner social.AccountID, ids []social.MediaID, under int64, which string) error {
	if _, err := tx.exec(ctx, `UPDATE media SET reserved = 0, at_ms = $3 WHERE owner_id = $1 AND reserved = $2 AND post_id = 0 AND state <> 'failed'`,
		owner, under, millis(tx.Now)); err != nil || len(ids) == 0 {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE media SET reserved = $2 WHERE owner_id = $1 AND post_id = 0 AND `+which+` AND id `+tx.d.idList(3), owner, under, asJSON(ids))
	return err
}

// DropFileJob is the kind of the job that removes a file from the blob store,
// given by its name.
const DropFileJob = "picture.drop"

// DropFile has a file removed, if this write commits. Empty is no file.
func (tx *Tx) DropFile(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	if _, err := tx.exec(ctx, `DELETE FROM pictures WHERE file = $1`, name); err != nil {
		return err
	}
	return tx.AddJob(ctx, DropFileJob, name, tx.Now, name)
}

// RemoveMedia takes an attachment away, and its files soon after.
func (tx *Tx) RemoveMedia(ctx context.Context, m social.Media) error {
	if _, err := tx.exec(ctx, `DELETE FROM media WHERE id = $1`, m.ID); err != nil {
		return err
	}
	for _, name := range m.Files() {
		if err := tx.DropFile(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// RemoveMediaOf takes all attachments of a post away, those of its earlier
// versions included.
func (tx *Tx) RemoveMediaOf(ctx context.Context, post social.PostID) error {
	all, err := rows(ctx, &tx.View, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE post_id = $1 AND post_id <> 0`, post)
	for _, m := range all {
		if err := tx.RemoveMedia(ctx, m); err != nil {
			return err
		}
	}
	return err
}

// HideMediaJob is the kind of the job that gives an attachment's files other
// names, given by the attachment's id.
const HideMediaJob = "media.hide"

// LoosenMedia takes attachments off their post, to be used again.
func (tx *Tx) LoosenMedia(ctx context.Context, ids []social.MediaID) error {
	for _, which := range ids {
		if _, err := tx.exec(ctx, `UPDATE media SET post_id = 0, reserved = 0, at_ms = $2 WHERE id = $1`, which, millis(tx.Now)); err != nil {
			return err
		}
		if err := tx.AddJob(ctx, HideMediaJob, which, tx.Now, ""); err != nil {
			return err
		}
	}
	return nil
}

// MediaBy returns up to limit attachments of owner's, the first ones first.
func (v *View) MediaBy(ctx context.Context, owner social.AccountID, limit int) ([]social.Media, error) {
	return rows(ctx, v, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE owner_id = $1 ORDER BY id LIMIT $2`, owner, limit)
}

// LooseMedia returns up to limit attachments that no post has had since before
// a moment, and none will have.
func (v *View) LooseMedia(ctx context.Context, before time.Time, limit int) ([]social.Media, error) {
	return rows(ctx, v, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE post_id = 0 AND reserved = 0 AND at_ms < $1
		ORDER BY at_ms LIMIT $2`, millis(before), limit)
}

// CountLooseMedia counts them.
func (v *View) CountLooseMedia(ctx context.Context, before time.Time) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM media WHERE post_id = 0 AND reserved = 0 AND at_ms < $1`, millis(before))
}

// MediaUse is how many attachments there are, and the bytes of their files.
func (v *View) MediaUse(ctx context.Context) (n, bytes int64, err error) {
	use, err := one(ctx, v, errNone, func(r row) (use [2]int64, err error) { return use, r.Scan(&use[0], &use[1]) },
		`SELECT COUNT(*), COALESCE(SUM(size), 0) FROM media`)
	return use[0], use[1], err
}

// MediaAfter returns up to limit attachments of owner's with higher ids, the
// lowest first.
func (v *View) MediaAfter(ctx context.Context, owner social.AccountID, after social.MediaID, limit int) ([]social.Media, error) {
	return rows(ctx, v, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3`, owner, after, limit)
}

// ReadyMedia returns up to limit attachments after one that can be shown, in order.
func (v *View) ReadyMedia(ctx context.Context, after social.MediaID, limit int) ([]social.Media, error) {
	return rows(ctx, v, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE id > $1 AND state = 'ready' ORDER BY id LIMIT $2`, after, limit)
}

// What is known of who shows a file: gone is 1 if it is out of sight there, as the
// post is hidden or whose it is is suspended.
const (
	inPosts = `SELECT CASE WHEN a.standing = 'suspended' OR p.standing = 'hidden' THEN 1 ELSE 0 END AS gone
		FROM media m JOIN accounts a ON a.id = m.owner_id LEFT JOIN posts p ON p.id = m.post_id WHERE `
	inFaces = `SELECT CASE WHEN standing = 'suspended' THEN 1 ELSE 0 END AS gone FROM accounts WHERE `
)

// Withheld reports whether a file of ours is out of sight.
func (v *View) Withheld(ctx context.Context, name string) (bool, error) {
	return v.allGone(ctx, name, inPosts+`m.file = $1 AND m.file <> '' UNION ALL `+inPosts+`m.preview = $1 AND m.preview <> ''
		UNION ALL `+inPosts+`m.captions = $1 AND m.captions <> ''
		UNION ALL `+inFaces+`avatar = $1 AND avatar <> '' AND host = '' UNION ALL `+inFaces+`header = $1 AND header <> '' AND host = ''`)
}

// WithheldElsewhere reports whether a file of another server is out of sight here
// wherever it is shown as something.
func (v *View) WithheldElsewhere(ctx context.Context, as, address string) (bool, error) {
	switch as {
	case social.AsAvatar:
		return v.allGone(ctx, address, inFaces+`avatar = $1 AND avatar <> '' AND host <> ''`)
	case social.AsHeader:
		return v.allGone(ctx, address, inFaces+`header = $1 AND header <> '' AND host <> ''`)
	case social.AsMedia, social.AsPreview:
		return v.allGone(ctx, address, inPosts+`m.remote = $1 AND m.remote <> ''`)
	}
	return false, nil
}

// allGone reports whether a file is out of sight with all who show it: others may
// show the same.
func (v *View) allGone(ctx context.Context, file, of string) (bool, error) {
	gone, err := value[int](ctx, v, `SELECT COALESCE(MIN(gone), 0) FROM (`+of+`) AS shown`, file)
	return gone == 1, err
}
