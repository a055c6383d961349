package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// markTables are where the marks that list posts are kept.
var markTables = map[social.Marks]string{social.Liked: "likes", social.Bookmarked: "bookmarks", social.Pinned: "pins", social.VotedDown: "downs"}

// AddMark stores a like, bookmark, pin or vote against a post and tells whether it is new. A post
// that somebody else has just deleted is NoPost.
func (tx *Tx) AddMark(ctx context.Context, m social.Marks, owner social.AccountID, post social.PostID) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO `+markTables[m]+` (id, owner_id, post_id) VALUES ($1, $2, $3) ON CONFLICT (post_id, owner_id) DO NOTHING`,
		id.New(tx.Now), owner, post)
	if postgresCode(err) == foreignKey {
		err = NoPost
	}
	return n > 0, err
}

// EndMark removes a like, bookmark, pin or vote against a post and tells whether there was one.
func (tx *Tx) EndMark(ctx context.Context, m social.Marks, owner social.AccountID, post social.PostID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM `+markTables[m]+` WHERE owner_id = $1 AND post_id = $2`, owner, post)
	return n > 0, err
}

// MuteThread stores that owner wants no notices of a thread, or wants them
// again, and tells whether that is new.
func (tx *Tx) MuteThread(ctx context.Context, owner social.AccountID, thread social.PostID, on bool) (bool, error) {
	q := `DELETE FROM thread_mutes WHERE owner_id = $1 AND thread_id = $2`
	if on {
		q = `INSERT INTO thread_mutes (owner_id, thread_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	}
	n, err := tx.exec(ctx, q, owner, thread)
	return n > 0, err
}

// CountLike adds n to a post's likes.
func (tx *Tx) CountLike(ctx context.Context, id social.PostID, n int) error {
	_, err := tx.exec(ctx, `UPDATE posts SET likes = likes + $2 WHERE id = $1`, id, n)
	return err
}

// CountDown adds n to the votes against a post.
func (tx *Tx) CountDown(ctx context.Context, id social.PostID, n int) error {
	_, err := tx.exec(ctx, `UPDATE posts SET downs = downs + $2 WHERE id = $1`, id, n)
	return err
}

// PinCount is how many posts owner has pinned.
func (v *View) PinCount(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM pins WHERE owner_id = $1`, owner)
}

// A Marking is one line of a list of marks: who did it, and to which post.
type Marking struct {
	ID    social.MarkID
	Owner social.AccountID
	Post  social.PostID
}

func scanMarking(r row) (m Marking, err error) { return m, r.Scan(&m.ID, &m.Owner, &m.Post) }

// MarkedBy returns a page of what owner liked, bookmarked, pinned or voted
// against.
func (v *View) MarkedBy(ctx context.Context, m social.Marks, owner social.AccountID, p social.Page) ([]Marking, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanMarking, `SELECT id, owner_id, post_id FROM `+markTables[m]+`
		WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"), before, after, p.Limit, owner)
}

// LikesOf returns a page of the likes of a post.
func (v *View) LikesOf(ctx context.Context, post social.PostID, p social.Page) ([]Marking, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanMarking, `SELECT id, owner_id, post_id FROM likes
		WHERE id < $1 AND id > $2 AND post_id = $4`+order(p, "id"), before, after, p.Limit, post)
}

// Marks returns what owner did with posts; those without a mark are missing.
func (v *View) Marks(ctx context.Context, owner social.AccountID, posts []social.PostID) (map[social.PostID]social.Marks, error) {
	type mark struct {
		post social.PostID
		m    social.Marks
	}
	ids := asJSON(posts)
	all, err := rows(ctx, v, func(r row) (m mark, err error) { return m, r.Scan(&m.post, &m.m) }, `
		SELECT post_id, 1 FROM likes WHERE owner_id = $1 AND post_id `+v.d.idList(2)+`
		UNION ALL SELECT boost_of, 2 FROM posts WHERE author_id = $1 AND boost_of <> 0 AND boost_of `+v.d.idList(2)+`
		UNION ALL SELECT post_id, 4 FROM bookmarks WHERE owner_id = $1 AND post_id `+v.d.idList(2)+`
		UNION ALL SELECT post_id, 8 FROM pins WHERE owner_id = $1 AND post_id `+v.d.idList(2)+`
		UNION ALL SELECT post_id, 32 FROM downs WHERE owner_id = $1 AND post_id `+v.d.idList(2)+`
		UNION ALL SELECT id, 16 FROM posts p WHERE id `+v.d.idList(2)+`
			AND EXISTS (SELECT 1 FROM thread_mutes m WHERE m.owner_id = $1 AND m.thread_id = p.thread_id)`,
		owner, ids)
	if err != nil {
		return nil, err
	}
	out := map[social.PostID]social.Marks{}
	for _, m := range all {
		out[m.post] |= m.m
	}
	return out, nil
}

// MutesThread reports whether owner wants no notices of a thread.
func (v *View) MutesThread(ctx context.Context, owner social.AccountID, thread social.PostID) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM thread_mutes WHERE owner_id = $1 AND thread_id = $2`, owner, thread)
	return n > 0, err
}

// BoostMarks returns a page of the boosts of a post that are for everybody, as
// marks.
func (v *View) BoostMarks(ctx context.Context, post social.PostID, p social.Page) ([]Marking, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanMarking, `SELECT id, author_id, boost_of FROM posts
		WHERE id < $1 AND id > $2 AND boost_of = $4 AND boost_of <> 0
		AND visibility IN ('public', 'unlisted')`+order(p, "id"), before, after, p.Limit, post)
}
