package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const noticeColumns = `id, owner_id, kind, from_id, COALESCE(post_id, 0)`

func scanNotice(r row) (n social.Notice, err error) {
	err = r.Scan(&n.ID, &n.Owner, &n.Kind, &n.From, &n.Post)
	n.At = id.Time(int64(n.ID))
	return n, err
}

var noNotice = errs.New(errs.NotFound, "Record not found")

// AddNotice stores a notice. The same one (owner, kind, from and post) is
// stored once; new tells whether it was.
func (tx *Tx) AddNotice(ctx context.Context, n social.Notice) (added bool, err error) {
	var post any
	if n.Post != 0 {
		post = n.Post
	}
	c, err := tx.exec(ctx, `INSERT INTO notices (id, owner_id, kind, from_id, post_id)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM notices WHERE owner_id = $2 AND kind = $3 AND from_id = $4 AND COALESCE(post_id, 0) = $6)`,
		n.ID, n.Owner, n.Kind, n.From, post, n.Post)
	return c > 0, err
}

// EndNotice removes the notices of something that was undone.
func (tx *Tx) EndNotice(ctx context.Context, n social.Notice) error {
	_, err := tx.exec(ctx, `DELETE FROM notices WHERE owner_id = $1 AND kind = $2 AND from_id = $3 AND COALESCE(post_id, 0) = $4`,
		n.Owner, n.Kind, n.From, n.Post)
	return err
}

// EndNoticesBetween removes owner's notices of what other did.
func (tx *Tx) EndNoticesBetween(ctx context.Context, owner, other social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM notices WHERE from_id = $2 AND owner_id = $1`, owner, other)
	return err
}

// Notice returns one of owner's notices, or NotFound.
func (v *View) Notice(ctx context.Context, owner social.AccountID, which social.NoticeID) (social.Notice, error) {
	return one(ctx, v, noNotice, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE id = $1 AND owner_id = $2`, which, owner)
}

// Notices returns a page of owner's notices.
func (v *View) Notices(ctx context.Context, owner social.AccountID, f social.NoticeFilter, p social.Page) ([]social.Notice, error) {
	before, after := bounds(p)
	where := ` AND $5 >= 0`
	if f.From != 0 {
		where = ` AND from_id = $5`
	}
	if len(f.Kinds) > 0 {
		where += ` AND kind IN ` + v.d.strList(6)
	} else {
		where += ` AND kind NOT IN ` + v.d.strList(6)
		f.Kinds = f.Not
	}
	if f.Kinds == nil {
		f.Kinds = []social.NoticeKind{}
	}
	return rows(ctx, v, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE id < $1 AND id > $2 AND owner_id = $4`+where+order(p, "id"),
		before, after, p.Limit, owner, f.From, asJSON(f.Kinds))
}

// DeleteNotice removes one of owner's notices or, if which is zero, all.
func (tx *Tx) DeleteNotice(ctx context.Context, owner social.AccountID, which social.NoticeID) (int, error) {
	n, err := tx.exec(ctx, `DELETE FROM notices WHERE owner_id = $1 AND (id = $2 OR $2 = 0)`, owner, which)
	return int(n), err
}

// Markers returns how far owner has read.
func (v *View) Markers(ctx context.Context, owner social.AccountID) ([]social.Marker, error) {
	return rows(ctx, v, scanMarker, `SELECT timeline, last_id, version, at_ms FROM markers WHERE owner_id = $1 ORDER BY timeline LIMIT 10`, owner)
}

func scanMarker(r row) (m social.Marker, err error) {
	var at int64
	err = r.Scan(&m.Timeline, &m.LastID, &m.Version, &at)
	m.At = moment(at)
	return m, err
}

// SetMarker notes how far owner has read, and returns the new marker.
func (tx *Tx) SetMarker(ctx context.Context, owner social.AccountID, timeline string, last int64) (social.Marker, error) {
	return one(ctx, &tx.View, errNone, scanMarker, `INSERT INTO markers (owner_id, timeline, last_id, version, at_ms) VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (owner_id, timeline) DO UPDATE SET last_id = excluded.last_id, version = markers.version + 1, at_ms = excluded.at_ms
		RETURNING timeline, last_id, version, at_ms`, owner, timeline, last, millis(tx.Now))
}
