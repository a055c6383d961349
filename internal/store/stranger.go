package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// What came from elsewhere and nobody here has anything to do with.

// fromElsewhere reads a post's author by itself, so that posts are read in the
// order of their ids on both engines.
const fromElsewhere = ` p.boost_of = 0 AND (SELECT host FROM accounts WHERE id = p.author_id) <> ''`

// PostsElsewhere returns up to limit posts from elsewhere whose ids are between
// two, without boosts, the lowest first.
func (v *View) PostsElsewhere(ctx context.Context, after, before social.PostID, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `SELECT p.id FROM posts p WHERE p.id > $1 AND p.id < $2 AND`+fromElsewhere+` ORDER BY p.id LIMIT $3`, after, before, limit)
}

// CountPostsElsewhere counts them.
func (v *View) CountPostsElsewhere(ctx context.Context, before social.PostID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM posts p WHERE p.id < $1 AND`+fromElsewhere, before)
}

// followedHere is that somebody here follows, or asked to, the account in a column.
func followedHere(column string) string {
	return `EXISTS (SELECT 1 FROM follows f JOIN accounts o ON o.id = f.owner_id WHERE f.target_id = ` + column + ` AND o.host = '')`
}

// touched is that a post q, by a, is not to be forgotten: it is ours or not
// old, somebody here follows or judged its author, or did something with it.
var touched = `(a.host = '' OR q.id >= $2 OR ` + followedHere(`q.author_id`) + `
	OR EXISTS (SELECT 1 FROM reports r WHERE r.target_id = q.author_id)
	OR EXISTS (SELECT 1 FROM decisions d WHERE d.account_id = q.author_id)
	OR EXISTS (SELECT 1 FROM likes l JOIN accounts o ON o.id = l.owner_id WHERE l.post_id = q.id AND o.host = '')
	OR EXISTS (SELECT 1 FROM downs d JOIN accounts o ON o.id = d.owner_id WHERE d.post_id = q.id AND o.host = '')
	OR EXISTS (SELECT 1 FROM votes_aside v JOIN accounts o ON o.id = v.owner_id WHERE v.post_id = q.id AND o.host = '')
	OR EXISTS (SELECT 1 FROM reactions e JOIN accounts o ON o.id = e.owner_id WHERE e.post_id = q.id AND o.host = '')
	OR EXISTS (SELECT 1 FROM bookmarks b WHERE b.post_id = q.id)
	OR EXISTS (SELECT 1 FROM pins i WHERE i.post_id = q.id)
	OR EXISTS (SELECT 1 FROM notices n WHERE n.post_id = q.id)
	OR EXISTS (SELECT 1 FROM filter_posts x WHERE x.post_id = q.id)
	OR EXISTS (SELECT 1 FROM holdings h WHERE h.post_id = q.id)
	OR EXISTS (SELECT 1 FROM imported_posts y WHERE y.post_id = q.id)
	OR EXISTS (SELECT 1 FROM post_mentions m JOIN accounts o ON o.id = m.account_id WHERE m.post_id = q.id AND o.host = '')
	OR EXISTS (SELECT 1 FROM polls t JOIN poll_votes c ON c.poll_id = t.id JOIN accounts o ON o.id = c.voter_id WHERE t.post_id = q.id AND o.host = '')
	OR EXISTS (SELECT 1 FROM posts s WHERE s.quote_of = q.id AND s.quote_of <> 0 AND s.thread_id <> q.thread_id)
	OR EXISTS (SELECT 1 FROM posts s WHERE s.reply_to = q.id AND ` + branch("s") + `)
	OR EXISTS (SELECT 1 FROM posts s JOIN accounts o ON o.id = s.author_id WHERE s.boost_of = q.id AND s.boost_of <> 0
		AND (o.host = '' OR s.id >= $2 OR ` + followedHere(`s.author_id`) + `)))`

// UntouchedPosts returns those of ids whose whole thread is older than before
// and untouched: what was answered or read here keeps what it stands among.
func (v *View) UntouchedPosts(ctx context.Context, ids []social.PostID, before social.PostID) ([]social.Post, error) {
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts WHERE boost_of = 0 AND id `+v.d.idList(1)+` AND thread_id IN (
		SELECT w.thread_id FROM (SELECT DISTINCT thread_id FROM posts WHERE id `+v.d.idList(1)+`) AS w
		WHERE NOT EXISTS (SELECT 1 FROM posts q JOIN accounts a ON a.id = q.author_id WHERE q.thread_id = w.thread_id AND `+touched+`)) ORDER BY id`,
		asJSON(ids), before)
}

// HoldFreePosts keeps others from doing anything with posts until the commit,
// and returns those it could: not those that somebody is doing something with.
func (tx *Tx) HoldFreePosts(ctx context.Context, ids []social.PostID) ([]social.PostID, error) {
	return list[social.PostID](ctx, &tx.View, `SELECT id FROM posts WHERE id `+tx.d.idList(1)+` ORDER BY id`+tx.d.skip, asJSON(ids))
}

// AccountsElsewhere returns up to limit accounts of other servers, by id.
func (v *View) AccountsElsewhere(ctx context.Context, after social.AccountID, limit int) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT id FROM accounts WHERE host <> '' AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// AccountsAt returns up to limit accounts of one other server, by id.
func (v *View) AccountsAt(ctx context.Context, host string, after social.AccountID, limit int) ([]social.Account, error) {
	return rows(ctx, v, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE host = $1 AND host <> '' AND id > $2 ORDER BY id LIMIT $3`, host, after, limit)
}

// CountAccountsElsewhere counts them.
func (v *View) CountAccountsElsewhere(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM accounts WHERE host <> ''`)
}

// tied is every way in which an account can be more than what is known of it:
// how it is reached, its keys, and what it did that left nothing here, go with
// it.
const tied = `EXISTS (SELECT 1 FROM posts WHERE author_id = a.id)
	OR EXISTS (SELECT 1 FROM media WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM post_mentions WHERE account_id = a.id)
	OR EXISTS (SELECT 1 FROM likes WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM downs WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM votes_aside WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM reactions WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM bookmarks WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM poll_votes WHERE voter_id = a.id)
	OR EXISTS (SELECT 1 FROM follows WHERE owner_id = a.id OR target_id = a.id)
	OR EXISTS (SELECT 1 FROM blocks WHERE owner_id = a.id OR target_id = a.id)
	OR EXISTS (SELECT 1 FROM mutes WHERE owner_id = a.id OR target_id = a.id)
	OR EXISTS (SELECT 1 FROM notes WHERE target_id = a.id)
	OR EXISTS (SELECT 1 FROM list_members WHERE account_id = a.id)
	OR EXISTS (SELECT 1 FROM endorsements WHERE owner_id = a.id OR target_id = a.id)
	OR EXISTS (SELECT 1 FROM collections WHERE owner_id = a.id)
	OR EXISTS (SELECT 1 FROM collection_items WHERE account_id = a.id)
	OR EXISTS (SELECT 1 FROM unsuggested WHERE target_id = a.id)
	OR EXISTS (SELECT 1 FROM notices WHERE from_id = a.id)
	OR EXISTS (SELECT 1 FROM notice_requests WHERE from_id = a.id)
	OR EXISTS (SELECT 1 FROM reports WHERE target_id = a.id OR reporter_id = a.id)
	OR EXISTS (SELECT 1 FROM decisions WHERE account_id = a.id)
	OR EXISTS (SELECT 1 FROM auto_hits WHERE account_id = a.id)
	OR EXISTS (SELECT 1 FROM accounts WHERE moved_to = a.id AND moved_to <> 0)
	OR EXISTS (SELECT 1 FROM users WHERE account_id = a.id)`

// Strangers returns those of ids that live elsewhere, were not heard of since
// before a moment, and have nothing to do with anybody or anything here. What
// was decided about an account keeps it.
func (v *View) Strangers(ctx context.Context, ids []social.AccountID, before time.Time) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, v, `SELECT a.id FROM accounts a WHERE a.id `+v.d.idList(1)+` AND a.host <> '' AND a.id < $2 AND a.changed_ms < $3
		AND a.standing = 'good' AND NOT a.limited AND NOT a.sensitive AND NOT (`+tied+`) ORDER BY a.id`, asJSON(ids), id.Floor(before), millis(before))
}

// HoldFreeAccounts is HoldFreePosts for accounts.
func (tx *Tx) HoldFreeAccounts(ctx context.Context, ids []social.AccountID) ([]social.AccountID, error) {
	return list[social.AccountID](ctx, &tx.View, `SELECT id FROM accounts WHERE id `+tx.d.idList(1)+` ORDER BY id`+tx.d.skip, asJSON(ids))
}
