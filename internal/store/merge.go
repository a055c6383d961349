package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// ClaimMerge notes that a post comes over from a house that this one took over
// from, and reports whether it is the first time.
func (tx *Tx) ClaimMerge(ctx context.Context, id social.PostID) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO merged_posts (post_id, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, millis(tx.Now))
	return n > 0, err
}

// SaidSince returns the first post of an author's that says the same words as
// one with a lower id, or NoPost.
func (v *View) SaidSince(ctx context.Context, author social.AccountID, words string, after social.PostID) (social.PostID, error) {
	messages, err := rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE author_id = $1 AND id > $2 AND visibility = 'direct' AND sealed_by <> 0 ORDER BY id LIMIT $3`, author, after, maxSaid)
	if err != nil {
		return 0, err
	}
	for _, p := range messages {
		if p.Text == words {
			return p.ID, nil
		}
	}
	return one(ctx, v, NoPost, func(r row) (id social.PostID, err error) { return id, r.Scan(&id) },
		`SELECT id FROM posts WHERE author_id = $1 AND id > $2 AND body = $3 AND boost_of = 0 ORDER BY id LIMIT 1`, author, after, words)
}

// maxSaid is how many messages of an author are opened to see whether they say the same.
const maxSaid = 1000

// JournalEnds is the number of the last fact. It is for SQLite, where facts are
// numbered without gaps.
func (v *View) JournalEnds(ctx context.Context) (int64, error) {
	return value[int64](ctx, v, `SELECT seq FROM journal_head WHERE id = 1`)
}

// JournalBegins is the number of the first fact that is kept; 0 if none is.
func (v *View) JournalBegins(ctx context.Context) (int64, error) {
	first, err := v.Facts(ctx, event.Pos{}, 1)
	if err != nil || len(first) == 0 {
		return 0, err
	}
	return first[0].Pos.Major, nil
}
