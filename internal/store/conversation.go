package store

import (
	"context"
	"errors"

	"github.com/plaza-social/plaza/internal/social"
)

const conversationColumns = `owner_id, thread_id, last_id, unread`

func scanConversation(r row) (c social.Conversation, err error) {
	return c, r.Scan(&c.Owner, &c.Thread, &c.Last, &c.Unread)
}

// AddMessage puts a message into owner's conversation, which it may begin. An
// older one than the last changes nothing.
func (tx *Tx) AddMessage(ctx context.Context, c social.Conversation) error {
	_, err := tx.exec(ctx, `INSERT INTO conversations (owner_id, thread_id, last_id, unread) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner_id, thread_id) DO UPDATE SET last_id = excluded.last_id, unread = excluded.unread WHERE conversations.last_id < excluded.last_id`,
		c.Owner, c.Thread, c.Last, c.Unread)
	return err
}

// ConversationsAt returns up to limit conversations in which a message is the
// last, after that of an owner.
func (v *View) ConversationsAt(ctx context.Context, last social.PostID, after social.AccountID, limit int) ([]social.Conversation, error) {
	return rows(ctx, v, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE last_id = $1 AND owner_id > $2 ORDER BY owner_id LIMIT $3`, last, after, limit)
}

// RewindConversation has a conversation end with the newest message that is
// left of it for its owner. Without one it is gone.
func (tx *Tx) RewindConversation(ctx context.Context, c social.Conversation) error {
	last, err := value[social.PostID](ctx, &tx.View, `SELECT p.id FROM posts p WHERE p.thread_id = $1 AND p.visibility = 'direct'
		AND (p.author_id = $2 OR EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.account_id = $2)) ORDER BY p.id DESC LIMIT 1`, c.Thread, c.Owner)
	if errors.Is(err, errNone) {
		_, err = tx.DeleteConversation(ctx, c.Owner, c.Thread)
		return err
	}
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE conversations SET last_id = $3 WHERE owner_id = $1 AND thread_id = $2`, c.Owner, c.Thread, last)
	return err
}

// Conversations returns a page of owner's conversations, by their last
// messages.
func (v *View) Conversations(ctx context.Context, owner social.AccountID, p social.Page) ([]social.Conversation, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE last_id < $1 AND last_id > $2 AND owner_id = $4`+order(p, "last_id"),
		before, after, p.Limit, owner)
}

// Conversation returns one of owner's conversations, or NotFound.
func (v *View) Conversation(ctx context.Context, owner social.AccountID, thread social.PostID) (social.Conversation, error) {
	return one(ctx, v, NoPost, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE owner_id = $1 AND thread_id = $2`, owner, thread)
}

// UnreadConversations counts those in which owner has something to read, up to
// most.
func (v *View) UnreadConversations(ctx context.Context, owner social.AccountID, most int) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE owner_id = $1 AND unread LIMIT $2) AS page`, owner, most)
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
