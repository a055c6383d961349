package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// AdoptJob is the kind of the job that puts posts under what they answer, when
// that has come; its argument is that post's id.
const AdoptJob = "post.adopt"

// MoveReplies puts up to limit posts of a thread, but not what opened it, into
// another one.
func (tx *Tx) MoveReplies(ctx context.Context, from, to social.PostID, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, &tx.View, `UPDATE posts SET thread_id = $2 WHERE id IN
		(SELECT id FROM posts WHERE thread_id = $1 AND id <> $1 ORDER BY id LIMIT $3) RETURNING id`, from, to, limit)
}

// SetParent stores what a post answers, and moves what is kept of the thread that it
// opened until now, if that is another's from here on. What somebody refused, left or
// deleted in it stays so.
func (tx *Tx) SetParent(ctx context.Context, p social.Post) error {
	if p.Thread != p.ID {
		if err := tx.joinThread(ctx, p.ID, p.Thread); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, `UPDATE posts SET reply_to = $2, reply_author = $3, thread_id = $4 WHERE id = $1`, p.ID, p.ReplyTo, p.ReplyAuthor, p.Thread)
	return err
}

// joinThread makes what people decided about a thread be about another one.
func (tx *Tx) joinThread(ctx context.Context, from, to social.PostID) error {
	later := func(id string) string {
		return `CASE WHEN excluded.` + id + ` > conversations.` + id + ` THEN excluded.` + id + ` ELSE conversations.` + id + ` END`
	}
	last, since := later("last_id"), later("since_id")
	for _, q := range []string{
		`INSERT INTO thread_mutes (owner_id, thread_id) SELECT owner_id, CAST($2 AS BIGINT) FROM thread_mutes WHERE thread_id = $1 ON CONFLICT DO NOTHING`,
		`INSERT INTO conversations (owner_id, thread_id, last_id, unread, state, since_id, left_id)
			SELECT owner_id, CAST($2 AS BIGINT), last_id, unread, state, since_id, left_id FROM conversations WHERE thread_id = $1
			ON CONFLICT (owner_id, thread_id) DO UPDATE SET last_id = ` + last + `, since_id = ` + since + `, left_id = ` + later("left_id") + `,
			unread = (conversations.unread OR excluded.unread) AND excluded.state NOT IN ('refused', 'left') AND ` + last + ` > ` + since + `,
			state = CASE WHEN excluded.state IN ('refused', 'left') THEN excluded.state
				WHEN conversations.state IN ('', 'gone') THEN CASE WHEN ` + last + ` > ` + since + ` THEN '' ELSE 'gone' END ELSE conversations.state END`,
	} {
		if _, err := tx.exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range []string{`DELETE FROM thread_mutes WHERE thread_id = $1`, `DELETE FROM conversations WHERE thread_id = $1`} {
		if _, err := tx.exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}

// maxLeft is how many replies to a post are marked when it is deleted: one that
// is shown is enough to tell of it.
const maxLeft = 1000

// leaveReplies notes at the replies to a post that is deleted that it is, if
// everybody could see it.
func (tx *Tx) leaveReplies(ctx context.Context, p social.Post) error {
	if p.Visibility != social.Public && p.Visibility != social.Unlisted || p.Standing == social.PostHidden {
		return nil
	}
	_, err := tx.exec(ctx, `UPDATE posts SET parent_gone = TRUE WHERE id IN (SELECT id FROM posts WHERE reply_to = $1 AND reply_to <> 0 ORDER BY id LIMIT $2)`, p.ID, maxLeft)
	return err
}

// ParentsGone returns those of posts that answer one that everybody could see
// and that was deleted.
func (v *View) ParentsGone(ctx context.Context, of []social.PostID) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT id FROM posts WHERE parent_gone AND id `+v.d.idList(1), asJSON(of))
}
