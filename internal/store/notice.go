package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const noticeColumns = `id, owner_id, kind, from_id, COALESCE(post_id, 0), group_id, group_size, filtered, about_id`

func scanNotice(r row) (n social.Notice, err error) {
	err = r.Scan(&n.ID, &n.Owner, &n.Kind, &n.From, &n.Post, &n.Group, &n.Size, &n.Filtered, &n.About)
	n.At = id.Time(int64(n.ID))
	return n, err
}

var noNotice = errs.New(errs.NotFound, "Record not found")

// about is the condition that a notice is about a post, which is parameter 4;
// of a kind without a post, that it is about none.
func about(post social.PostID) string {
	if post == 0 {
		return `post_id IS NULL AND $4 = 0`
	}
	return `post_id = $4`
}

// AddNotice stores a notice. The same one (owner, kind, from, post and
// what else it is about) is stored once; added tells whether it was. It joins
// the group of its like, unless it is filtered.
func (tx *Tx) AddNotice(ctx context.Context, n social.Notice) (added bool, err error) {
	if err := tx.holdNotices(ctx, n.Owner); err != nil {
		return false, err
	}
	n.Group, n.Size = n.ID, 1
	newest, err := tx.newestLike(ctx, n)
	if err != nil {
		return false, err
	}
	if newest.ID != 0 {
		n.Group, n.Size = newest.Group, newest.Size+1
		if newest.ID > n.ID { // of the same millisecond
			newest.Size, n.Size = n.Size, 0
		} else {
			newest.Size = 0
		}
	}
	var post any
	if n.Post != 0 {
		post = n.Post
	}
	c, err := tx.exec(ctx, `INSERT INTO notices (id, owner_id, kind, from_id, post_id, group_id, group_size, filtered, about_id)
		SELECT CAST($5 AS BIGINT), CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BOOLEAN), CAST($10 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM notices WHERE owner_id = $1 AND kind = $2 AND from_id = $3 AND about_id = $10 AND `+about(n.Post)+`)`,
		n.Owner, n.Kind, n.From, n.Post, n.ID, post, n.Group, n.Size, n.Filtered, n.About)
	if err != nil || c == 0 || newest.ID == 0 {
		return c > 0, err
	}
	_, err = tx.exec(ctx, `UPDATE notices SET group_size = $2 WHERE id = $1`, newest.ID, newest.Size)
	return true, err
}

// holdNotices keeps others from changing owner's notices until the commit, so
// that the sizes of groups are right.
func (tx *Tx) holdNotices(ctx context.Context, owner social.AccountID) error {
	if tx.d.forUpdate == `` {
		return nil
	}
	_, err := list[social.AccountID](ctx, &tx.View, `SELECT account_id FROM users WHERE account_id = $1`+tx.d.forUpdate, owner)
	return err
}

// newestLike is the newest notice of the group that n joins, if there is one.
func (v *View) newestLike(ctx context.Context, n social.Notice) (social.Notice, error) {
	if n.Filtered || !slices.Contains(social.GroupedKinds, n.Kind) {
		return social.Notice{}, nil
	}
	since := id.Floor(id.Time(int64(n.ID)).Add(-social.GroupLasts))
	newest, err := one(ctx, v, errNone, scanNotice, `SELECT `+noticeColumns+` FROM notices
		WHERE owner_id = $1 AND kind = $2 AND id > $3 AND `+about(n.Post)+` AND group_size > 0 AND NOT filtered ORDER BY id DESC LIMIT 1`,
		n.Owner, n.Kind, since, n.Post)
	if errors.Is(err, errNone) || err == nil && int64(newest.Group) <= since {
		return social.Notice{}, nil
	}
	return newest, err
}

// EndNotice removes the notices of something that was undone: those alike in
// owner, kind, from, post and what else they are about.
func (tx *Tx) EndNotice(ctx context.Context, n social.Notice) error {
	_, err := tx.dropNotices(ctx, n.Owner, `owner_id = $1 AND kind = $2 AND from_id = $3 AND about_id = $5 AND `+about(n.Post), n.Owner, n.Kind, n.From, n.Post, n.About)
	return err
}

// EndNoticesBetween removes owner's notices of what other did, and other's
// request to tell more.
func (tx *Tx) EndNoticesBetween(ctx context.Context, owner, other social.AccountID) error {
	if _, err := tx.exec(ctx, `DELETE FROM notice_requests WHERE owner_id = $1 AND from_id = $2`, owner, other); err != nil {
		return err
	}
	_, err := tx.dropNotices(ctx, owner, `from_id = $2 AND owner_id = $1`, owner, other)
	return err
}

// EndNoticesFrom removes up to limit notices of what somebody did, who leaves,
// and tells whether there may be more.
func (tx *Tx) EndNoticesFrom(ctx context.Context, from social.AccountID, limit int) (more bool, err error) {
	owners, err := list[social.AccountID](ctx, &tx.View, `SELECT DISTINCT owner_id FROM (SELECT owner_id FROM notices WHERE from_id = $1 LIMIT $2) AS told ORDER BY owner_id`, from, limit)
	if err != nil {
		return false, err
	}
	n := 0
	for _, owner := range owners {
		gone, err := tx.dropNotices(ctx, owner, `id IN (SELECT id FROM notices WHERE from_id = $1 AND owner_id = $2 LIMIT $3)`, from, owner, limit)
		if n += gone; err != nil {
			return false, err
		}
	}
	return n >= limit, nil
}

// dropNotices removes those of owner's notices for which where holds, and
// puts the sizes of their groups right.
func (tx *Tx) dropNotices(ctx context.Context, owner social.AccountID, where string, args ...any) (int, error) {
	if err := tx.holdNotices(ctx, owner); err != nil {
		return 0, err
	}
	gone, err := rows(ctx, &tx.View, scanNotice, `DELETE FROM notices WHERE `+where+` RETURNING `+noticeColumns, args...)
	if err != nil {
		return 0, err
	}
	left := map[social.NoticeID]int{} // how much smaller each group is; of those whose newest is gone, how large
	for _, n := range gone {
		left[n.Group] += n.Size - 1
	}
	for group, size := range left {
		if size == 0 { // all of it is gone
			continue
		}
		set := `$2` // the newest is gone, and the next takes its place
		if size < 0 {
			set = `group_size + $2`
		}
		if _, err := tx.exec(ctx, `UPDATE notices SET group_size = `+set+` WHERE id = (SELECT id FROM notices WHERE group_id = $1 ORDER BY id DESC LIMIT 1)`, group, size); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// Notice returns one of owner's notices, or NotFound.
func (v *View) Notice(ctx context.Context, owner social.AccountID, which social.NoticeID) (social.Notice, error) {
	return one(ctx, v, noNotice, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE id = $1 AND owner_id = $2`, which, owner)
}

// Notices returns a page of owner's notices. Each kind that is asked for is
// read by itself, newest first: somebody with a hundred thousand likes and two
// mentions is shown the mentions at once.
func (v *View) Notices(ctx context.Context, owner social.AccountID, f social.NoticeFilter, p social.Page) ([]social.Notice, error) {
	before, after := bounds(p)
	args := []any{before, after, p.Limit, owner}
	from := `SELECT ` + noticeColumns + ` FROM notices WHERE id < $1 AND id > $2 AND owner_id = $4`
	if !f.Filtered {
		from += ` AND NOT filtered`
	}
	only := f.Only()
	if f.From != 0 {
		return v.noticesFrom(ctx, from, f, only, p, args)
	}
	if len(only) == 0 {
		return nil, nil
	}
	pages := make([]string, len(only))
	for i, k := range only {
		args = append(args, k)
		pages[i] = `SELECT * FROM (` + from + ` AND kind = ` + param(len(args))
		if slices.Contains(f.Groups, k) {
			pages[i] += ` AND group_size > 0`
		}
		pages[i] += order(p, "id") + `) AS page`
	}
	return rows(ctx, v, scanNotice, strings.Join(pages, ` UNION ALL `)+order(p, "id"), args...)
}

// noticesFrom is Notices of what one account did. Groups are not looked at.
// The kind is put so that nobody looks for it in an index of all of owner's.
func (v *View) noticesFrom(ctx context.Context, from string, f social.NoticeFilter, only []social.NoticeKind, p social.Page, args []any) ([]social.Notice, error) {
	return rows(ctx, v, scanNotice, from+` AND from_id = $5 AND kind || '' IN `+v.d.strList(6)+order(p, "id"), append(args, f.From, asJSON(only))...)
}

// GroupOf returns the newest notice of one of owner's groups, or NotFound.
func (v *View) GroupOf(ctx context.Context, owner social.AccountID, key social.GroupKey) (social.Notice, error) {
	if key.Kind == "" {
		return v.Notice(ctx, owner, key.ID)
	}
	n, err := one(ctx, v, noNotice, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE group_id = $1 ORDER BY id DESC LIMIT 1`, key.ID)
	if err == nil && (n.Owner != owner || n.Kind != key.Kind) {
		return social.Notice{}, noNotice
	}
	return n, err
}

// GroupMembers returns a page of the notices of a group.
func (v *View) GroupMembers(ctx context.Context, group social.NoticeID, p social.Page) ([]social.Notice, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE id < $1 AND id > $2 AND group_id = $4`+order(p, "id"),
		before, after, p.Limit, group)
}

// GroupSamples returns, of each of some groups, up to limit of its newest
// notices and, last, its oldest from the notice since on.
func (v *View) GroupSamples(ctx context.Context, groups []social.NoticeID, limit int, since social.NoticeID) ([]social.Notice, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	args := []any{limit, since}
	var parts []string
	for _, g := range groups {
		args = append(args, g)
		from := `SELECT ` + noticeColumns + ` FROM notices WHERE group_id = ` + param(len(args))
		parts = append(parts, `SELECT * FROM (`+from+` ORDER BY id DESC LIMIT $1) AS page`,
			`SELECT * FROM (`+from+` AND id >= $2 ORDER BY id LIMIT 1) AS page`)
	}
	return rows(ctx, v, scanNotice, strings.Join(parts, ` UNION `)+` ORDER BY id DESC`, args...)
}

// DeleteNotices removes those of ids that are owner's, and tells how many.
func (tx *Tx) DeleteNotices(ctx context.Context, owner social.AccountID, ids []social.NoticeID) (int, error) {
	return tx.dropNotices(ctx, owner, `owner_id = $1 AND id `+tx.d.idList(2), owner, asJSON(ids))
}

// DeleteGroup removes one of owner's groups, and tells how many notices it had.
func (tx *Tx) DeleteGroup(ctx context.Context, owner social.AccountID, group social.NoticeID) (int, error) {
	if err := tx.holdNotices(ctx, owner); err != nil {
		return 0, err
	}
	n, err := tx.exec(ctx, `DELETE FROM notices WHERE owner_id = $1 AND group_id = $2`, owner, group)
	return int(n), err
}

// ClearNotices removes all of owner's notices but those kept apart.
func (tx *Tx) ClearNotices(ctx context.Context, owner social.AccountID) error {
	if err := tx.holdNotices(ctx, owner); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM notices WHERE owner_id = $1 AND NOT filtered`, owner)
	return err
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
