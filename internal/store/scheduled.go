package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// scheduledWhere is what is kept for later, whichever it is.
const scheduledWhere = "for later"

const scheduledColumns = `id, owner_id, app_id, at_ms, draft, ` + keyOf

func scanScheduled(r row) (s social.Scheduled, err error) {
	var at int64
	var draft string
	var sealed sealing
	if err := r.Scan(&s.ID, &s.Owner, &s.App, &at, &draft, &sealed.by, &sealed.wrapped); err != nil {
		return s, err
	}
	s.At = moment(at)
	return s, sealed.openDraft(r, s.Owner, scheduledWhere, draft, &s.Draft)
}

// PostLaterJob is the kind of the job that says a scheduled post, given by its
// id.
const PostLaterJob = "post.later"

// AddScheduled stores a post for later, and has it said then.
func (tx *Tx) AddScheduled(ctx context.Context, s social.Scheduled) error {
	body, by, err := tx.closeDraft(ctx, s.Owner, scheduledWhere, s.Draft)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO scheduled (id, owner_id, app_id, at_ms, draft, sealed_by) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Owner, s.App, millis(s.At), body, by); err != nil {
		return err
	}
	return tx.AddJob(ctx, PostLaterJob, s.ID, s.At, "")
}

// MoveScheduled has a post said at another time.
func (tx *Tx) MoveScheduled(ctx context.Context, s social.Scheduled) error {
	if _, err := tx.exec(ctx, `UPDATE scheduled SET at_ms = $2 WHERE id = $1`, s.ID, millis(s.At)); err != nil {
		return err
	}
	return tx.AddJob(ctx, PostLaterJob, s.ID, s.At, "")
}

// RewriteScheduled has a post said at its time as it is now.
func (tx *Tx) RewriteScheduled(ctx context.Context, s social.Scheduled) error {
	body, by, err := tx.closeDraft(ctx, s.Owner, scheduledWhere, s.Draft)
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE scheduled SET draft = $2, sealed_by = $3 WHERE id = $1`, s.ID, body, by); err != nil {
		return err
	}
	return tx.MoveScheduled(ctx, s)
}

// EndScheduled forgets a scheduled post, and tells whether it was there.
func (tx *Tx) EndScheduled(ctx context.Context, id social.ScheduledID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM scheduled WHERE id = $1`, id)
	return n > 0, err
}

// HoldScheduled returns one, whoever's it is, or NoPost. Until the commit
// nobody else moves or says it.
func (tx *Tx) HoldScheduled(ctx context.Context, id social.ScheduledID) (social.Scheduled, error) {
	return one(ctx, &tx.View, NoPost, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled WHERE id = $1`+tx.d.forUpdate, id)
}

// ScheduledByID returns one, whoever's it is, or NoPost.
func (v *View) ScheduledByID(ctx context.Context, id social.ScheduledID) (social.Scheduled, error) {
	return one(ctx, v, NoPost, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled WHERE id = $1`, id)
}

// ScheduledOf returns one of owner's, or NoPost.
func (v *View) ScheduledOf(ctx context.Context, owner social.AccountID, id social.ScheduledID) (social.Scheduled, error) {
	return one(ctx, v, NoPost, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled WHERE id = $1 AND owner_id = $2`, id, owner)
}

// Scheduled returns a page of owner's.
func (v *View) Scheduled(ctx context.Context, owner social.AccountID, p social.Page) ([]social.Scheduled, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"),
		before, after, p.Limit, owner)
}

// KeyedScheduled is the post that owner has for later under an idempotency key,
// or from a form, or NoPost.
func (v *View) KeyedScheduled(ctx context.Context, owner social.AccountID, key string) (social.Scheduled, error) {
	all, err := rows(ctx, v, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled WHERE owner_id = $1 ORDER BY id DESC LIMIT $2`, owner, social.MaxScheduled*2)
	for _, one := range all {
		if one.Draft.Key == key || one.Draft.Form == key {
			return one, err
		}
	}
	if err == nil {
		err = NoPost
	}
	return social.Scheduled{}, err
}

// CountScheduled is how many posts owner has for later, and how many of them
// on the day of a time.
func (v *View) CountScheduled(ctx context.Context, owner social.AccountID, at time.Time) (all, day int, err error) {
	from := at.UTC().Truncate(24 * time.Hour)
	n, err := one(ctx, v, errNone, func(r row) (n [2]int, err error) { return n, r.Scan(&n[0], &n[1]) },
		`SELECT COUNT(*), COUNT(*) FILTER (WHERE at_ms >= $2 AND at_ms < $3) FROM scheduled WHERE owner_id = $1`,
		owner, from.UnixMilli(), from.Add(24*time.Hour).UnixMilli())
	return n[0], n[1], err
}
