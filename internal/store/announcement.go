package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

const announcementColumns = `id, body, starts_ms, ends_ms, all_day, created_ms, changed_ms`

func scanAnnouncement(r row) (a social.Announcement, err error) {
	var starts, ends, created, changed int64
	err = r.Scan(&a.ID, &a.Text, &starts, &ends, &a.AllDay, &created, &changed)
	a.StartsAt, a.EndsAt, a.CreatedAt, a.ChangedAt = moment(starts), moment(ends), moment(created), moment(changed)
	return a, err
}

// Announcements returns all that the house tells everybody, newest first.
func (v *View) Announcements(ctx context.Context) ([]social.Announcement, error) {
	return rows(ctx, v, scanAnnouncement, `SELECT `+announcementColumns+` FROM announcements ORDER BY id DESC LIMIT $1`, social.MaxAnnouncements)
}

// HoldAnnouncement returns one, or NotFound; until the commit nobody else
// changes it.
func (tx *Tx) HoldAnnouncement(ctx context.Context, id social.AnnouncementID) (social.Announcement, error) {
	return one(ctx, &tx.View, noRecord, scanAnnouncement, `SELECT `+announcementColumns+` FROM announcements WHERE id = $1`+tx.d.forUpdate, id)
}

// AddAnnouncement stores a new one.
func (tx *Tx) AddAnnouncement(ctx context.Context, a social.Announcement) error {
	_, err := tx.exec(ctx, `INSERT INTO announcements (`+announcementColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.ID, a.Text, millis(a.StartsAt), millis(a.EndsAt), a.AllDay, millis(a.CreatedAt), millis(a.ChangedAt))
	return err
}

// EndAnnouncement removes one.
func (tx *Tx) EndAnnouncement(ctx context.Context, id social.AnnouncementID) error {
	_, err := tx.exec(ctx, `DELETE FROM announcements WHERE id = $1`, id)
	return err
}

// EndedAnnouncements returns those whose time was over at a moment.
func (v *View) EndedAnnouncements(ctx context.Context, at time.Time) ([]social.AnnouncementID, error) {
	return list[social.AnnouncementID](ctx, v, `SELECT id FROM announcements WHERE ends_ms <> 0 AND ends_ms <= $1 ORDER BY id LIMIT $2`, millis(at), social.MaxAnnouncements)
}

// AnnouncementsRead returns those that somebody has read.
func (v *View) AnnouncementsRead(ctx context.Context, owner social.AccountID) ([]social.AnnouncementID, error) {
	return list[social.AnnouncementID](ctx, v, `SELECT announcement_id FROM announcement_reads WHERE owner_id = $1`, owner)
}

// ReadAnnouncement stores that somebody has read one.
func (tx *Tx) ReadAnnouncement(ctx context.Context, owner social.AccountID, id social.AnnouncementID) error {
	_, err := tx.exec(ctx, `INSERT INTO announcement_reads (owner_id, announcement_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, owner, id)
	return err
}

// An AnnouncementReaction is a reaction with what it is under.
type AnnouncementReaction struct {
	Announcement social.AnnouncementID
	social.Reaction
}

// Reactions returns the emoji under announcements, the first chosen first; of
// reader, zero for nobody's, it tells which they chose.
func (v *View) Reactions(ctx context.Context, reader social.AccountID, of []social.AnnouncementID) ([]AnnouncementReaction, error) {
	return rows(ctx, v, func(r row) (x AnnouncementReaction, err error) {
		var mine int
		err = r.Scan(&x.Announcement, &x.Name, &x.Count, &mine)
		x.Mine = mine > 0
		return x, err
	}, `SELECT announcement_id, name, COUNT(*), SUM(CASE WHEN owner_id = $1 THEN 1 ELSE 0 END) FROM announcement_reactions
		WHERE announcement_id `+v.d.idList(2)+` GROUP BY announcement_id, name ORDER BY announcement_id, MIN(at_ms), name`, reader, asJSON(of))
}

// AddReaction stores that somebody chose an emoji, and reports whether that is new.
func (tx *Tx) AddReaction(ctx context.Context, owner social.AccountID, to social.AnnouncementID, name string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO announcement_reactions (announcement_id, name, owner_id, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		to, name, owner, millis(tx.Now))
	return n > 0, err
}

// EndReaction takes an emoji back, and reports whether it was there.
func (tx *Tx) EndReaction(ctx context.Context, owner social.AccountID, to social.AnnouncementID, name string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM announcement_reactions WHERE announcement_id = $1 AND name = $2 AND owner_id = $3`, to, name, owner)
	return n > 0, err
}
