package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// GatherJob is the kind of the job that asks other servers for the rest of a
// thread; its argument is the id of a post in it. ParentJob asks once more for
// what a post here answers, by its address.
const (
	GatherJob = "thread.gather"
	ParentJob = "post.parent"
)

// ClaimGathering reports whether the servers of a thread may be asked now; then
// they may not be until next.
func (tx *Tx) ClaimGathering(ctx context.Context, thread social.PostID, next time.Time) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO gathered (thread_id, next_ms) VALUES ($1, $2) ON CONFLICT (thread_id) DO UPDATE SET next_ms = $2 WHERE gathered.next_ms <= $3`,
		thread, millis(next), millis(tx.Now))
	return n > 0, err
}

// TrimGathered forgets threads that may be asked for again anyway.
func (tx *Tx) TrimGathered(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM gathered WHERE next_ms <= $1`, millis(tx.Now))
	return err
}

// ElsewhereInThread returns up to limit posts of a thread that live elsewhere
// and are for everybody, the oldest first.
func (v *View) ElsewhereInThread(ctx context.Context, thread social.PostID, limit int) ([]social.Post, error) {
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE thread_id = $1 AND uri IS NOT NULL AND boost_of = 0
		AND visibility IN ('public', 'unlisted') ORDER BY id LIMIT $2`, thread, limit)
}

// SetQuiet keeps that nobody was told of a post.
func (tx *Tx) SetQuiet(ctx context.Context, which social.PostID) error {
	_, err := tx.exec(ctx, `INSERT INTO quiet_posts (post_id) VALUES ($1) ON CONFLICT DO NOTHING`, which)
	return err
}

// EndQuiet reports whether nobody was told of a post, and has it be told now.
func (tx *Tx) EndQuiet(ctx context.Context, which social.PostID) (was bool, err error) {
	n, err := tx.exec(ctx, `DELETE FROM quiet_posts WHERE post_id = $1`, which)
	return n > 0, err
}

// TrimQuiet forgets it of posts from before one: they are news no more.
func (tx *Tx) TrimQuiet(ctx context.Context, before social.PostID) error {
	_, err := tx.exec(ctx, `DELETE FROM quiet_posts WHERE post_id < $1`, before)
	return err
}

// TrimOrphans has what waits since before a moment wait no more.
func (tx *Tx) TrimOrphans(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM orphans WHERE at_ms < $1`, millis(before))
	return err
}
