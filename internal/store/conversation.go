package store

import (
	"context"
	"errors"

	"github.com/plaza-social/plaza/internal/social"
)

const conversationColumns = `owner_id, thread_id, last_id, unread, state, since_id,
	EXISTS (SELECT 1 FROM thread_mutes m WHERE m.owner_id = conversations.owner_id AND m.thread_id = conversations.thread_id)`

func scanConversation(r row) (c social.Conversation, err error) {
	return c, r.Scan(&c.Owner, &c.Thread, &c.Last, &c.Unread, &c.State, &c.Since, &c.Muted)
}

// AddMessage puts a message into owner's conversation, which it may begin, as a request
// if that is its state. An older one than the last changes nothing. What was deleted
// comes back with it; what was refused or left does not, unless the message is own:
// the owner's, and not the one by which they left.
func (tx *Tx) AddMessage(ctx context.Context, c social.Conversation, own bool) error {
	_, err := tx.exec(ctx, `INSERT INTO conversations (owner_id, thread_id, last_id, unread, state) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner_id, thread_id) DO UPDATE SET last_id = excluded.last_id,
			state = CASE WHEN conversations.state = 'gone' OR $6 AND excluded.last_id > conversations.left_id THEN '' ELSE conversations.state END,
			unread = excluded.unread AND conversations.state NOT IN ('refused', 'left')
				AND NOT EXISTS (SELECT 1 FROM thread_mutes m WHERE m.owner_id = excluded.owner_id AND m.thread_id = excluded.thread_id)
		WHERE conversations.last_id < excluded.last_id`,
		c.Owner, c.Thread, c.Last, c.Unread, c.State, own)
	return err
}

// SetConversation stores how one stands with its owner.
func (tx *Tx) SetConversation(ctx context.Context, c social.Conversation) error {
	_, err := tx.exec(ctx, `UPDATE conversations SET state = $3, since_id = $4, unread = $5 WHERE owner_id = $1 AND thread_id = $2`, c.Owner, c.Thread, c.State, c.Since, c.Unread)
	return err
}

// LeaveConversation has owner be written to in a thread no more; last is what they said
// last, or zero.
func (tx *Tx) LeaveConversation(ctx context.Context, owner social.AccountID, thread, last social.PostID) error {
	_, err := tx.exec(ctx, `UPDATE conversations SET state = 'left', unread = FALSE, left_id = $3 WHERE owner_id = $1 AND thread_id = $2`, owner, thread, last)
	return err
}

// LeftBy are those who left a thread.
func (v *View) LeftBy(ctx context.Context, thread social.PostID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT owner_id FROM conversations WHERE thread_id = $1 AND state = 'left' LIMIT $2`, thread, limit)
}

// Knows reports whether somebody wrote to from in a message, or wrote in a thread. That
// they left a conversation is not writing to who is in it.
func (v *View) Knows(ctx context.Context, who, from social.AccountID, thread social.PostID) (bool, error) {
	const left = ` AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.owner_id = $1 AND c.thread_id = p.thread_id AND c.left_id = p.id)`
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM (
		SELECT p.id FROM posts p WHERE p.thread_id = $3 AND p.author_id = $1 AND p.visibility = 'direct'`+left+`
		UNION ALL SELECT p.id FROM post_mentions m JOIN posts p ON p.id = m.post_id WHERE m.account_id = $2 AND p.author_id = $1 AND p.visibility = 'direct'`+left+` LIMIT 1) AS found`, who, from, thread)
	return n > 0, err
}

// Deleted are up to which message those of threads are deleted for their owner, of which
// any are.
func (v *View) Deleted(ctx context.Context, owner social.AccountID, threads []social.PostID) (map[social.PostID]social.PostID, error) {
	out := map[social.PostID]social.PostID{}
	_, err := rows(ctx, v, func(r row) (x struct{}, err error) {
		var thread, since social.PostID
		err = r.Scan(&thread, &since)
		out[thread] = since
		return x, err
	}, `SELECT thread_id, since_id FROM conversations WHERE owner_id = $1 AND since_id <> 0 AND thread_id `+v.d.idList(2), owner, asJSON(threads))
	return out, err
}

// AcceptNotices has owner told of all that from does.
func (tx *Tx) AcceptNotices(ctx context.Context, which social.NoticeRequestID, owner, from social.AccountID) error {
	if err := tx.holdNotices(ctx, owner); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE notices SET filtered = FALSE WHERE owner_id = $1 AND filtered AND from_id = $2`, owner, from); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO notice_requests (id, owner_id, from_id, accepted) VALUES ($1, $2, $3, TRUE) ON CONFLICT (owner_id, from_id) DO UPDATE SET accepted = TRUE`, which, owner, from)
	return err
}

// ConversationsAt returns up to limit conversations in which a message is the
// last, after that of an owner.
func (v *View) ConversationsAt(ctx context.Context, last social.PostID, after social.AccountID, limit int) ([]social.Conversation, error) {
	return rows(ctx, v, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE last_id = $1 AND owner_id > $2 ORDER BY owner_id LIMIT $3`, last, after, limit)
}

// RewindConversation has a conversation end with the newest message that is
// left of it for its owner. Without one it is gone; only what its owner decided about it
// stays, for what is said there later.
func (tx *Tx) RewindConversation(ctx context.Context, c social.Conversation) error {
	last, err := value[social.PostID](ctx, &tx.View, `SELECT p.id FROM posts p WHERE p.thread_id = $1 AND p.visibility = 'direct'
		AND p.id > $3 AND (p.author_id = $2 OR EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.account_id = $2)) ORDER BY p.id DESC LIMIT 1`, c.Thread, c.Owner, c.Since)
	if errors.Is(err, errNone) {
		if c.State == social.TalkOpen && c.Since != 0 {
			_, err = tx.exec(ctx, `UPDATE conversations SET state = 'gone', last_id = since_id, unread = FALSE WHERE owner_id = $1 AND thread_id = $2`, c.Owner, c.Thread)
		} else if c.State == social.TalkOpen || c.State == social.TalkRequest {
			_, err = tx.DeleteConversation(ctx, c.Owner, c.Thread)
		} else {
			err = nil
		}
		return err
	}
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE conversations SET last_id = $3 WHERE owner_id = $1 AND thread_id = $2`, c.Owner, c.Thread, last)
	return err
}

// Conversations returns a page of owner's conversations in a state, by their last
// messages.
func (v *View) Conversations(ctx context.Context, owner social.AccountID, state social.TalkState, p social.Page) ([]social.Conversation, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE last_id < $1 AND last_id > $2 AND owner_id = $4 AND state = '`+string(state)+`'`+order(p, "last_id"),
		before, after, p.Limit, owner)
}

// Conversation returns one of owner's conversations, or NotFound.
func (v *View) Conversation(ctx context.Context, owner social.AccountID, thread social.PostID) (social.Conversation, error) {
	return one(ctx, v, NoPost, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE owner_id = $1 AND thread_id = $2`, owner, thread)
}

// HoldConversation is Conversation, and has whoever adds to it at this moment wait, or be
// waited for.
func (tx *Tx) HoldConversation(ctx context.Context, owner social.AccountID, thread social.PostID) (social.Conversation, error) {
	return one(ctx, &tx.View, NoPost, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE owner_id = $1 AND thread_id = $2`+tx.d.forUpdate, owner, thread)
}

// UnreadConversations counts those in the inbox in which owner has something to read, up to
// most.
func (v *View) UnreadConversations(ctx context.Context, owner social.AccountID, most int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE owner_id = $1 AND unread AND state = '' LIMIT $2) AS page`, owner, most)
}

// MessageRequests counts owner's requests, up to most.
func (v *View) MessageRequests(ctx context.Context, owner social.AccountID, most int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE owner_id = $1 AND state = 'request' LIMIT $2) AS page`, owner, most)
}

// ReadConversation notes that owner has read one.
func (tx *Tx) ReadConversation(ctx context.Context, owner social.AccountID, thread social.PostID) error {
	_, err := tx.exec(ctx, `UPDATE conversations SET unread = FALSE WHERE owner_id = $1 AND thread_id = $2 AND unread`, owner, thread)
	return err
}

// DeleteConversation takes one off owner's list, and tells whether it was
// there. The messages stay.
func (tx *Tx) DeleteConversation(ctx context.Context, owner social.AccountID, thread social.PostID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM conversations WHERE owner_id = $1 AND thread_id = $2`, owner, thread)
	return n > 0, err
}
