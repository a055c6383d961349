package store

import (
	"context"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// PostsBy returns what authors posted, boosts included, as it is on a page.
func (v *View) PostsBy(ctx context.Context, authors []social.AccountID, p social.Page) ([]social.Post, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanPost, `SELECT `+postColumns+` FROM posts
		WHERE id < $1 AND id > $2 AND author_id `+v.d.idList(4)+order(p, "id"), before, after, p.Limit, asJSON(authors))
}

// BarePostsBy is PostsBy without words and counts: the pull behind home
// timelines and lists. Which posts they are is read from an index alone.
func (v *View) BarePostsBy(ctx context.Context, authors []social.AccountID, p social.Page) ([]social.Post, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanBare, `SELECT id, author_id, language, visibility, reply_to, reply_author, boost_of, boost_author FROM posts
		WHERE id IN (SELECT id FROM posts WHERE id < $1 AND id > $2 AND author_id `+v.d.idList(4)+order(p, "id")+`)
		ORDER BY id`+direction(p), before, after, p.Limit, asJSON(authors))
}

// BarePostsTagged is what has one of some tags and is for everybody, like
// BarePostsBy; of a post's own tags it has those.
func (v *View) BarePostsTagged(ctx context.Context, tags []string, p social.Page) ([]social.Post, error) {
	before, after := bounds(p)
	return rows(ctx, v, func(r row) (social.Post, error) {
		post, err := scanBare(r)
		post.Tags = tags
		return post, err
	}, `SELECT id, author_id, language, visibility, reply_to, reply_author, boost_of, boost_author FROM posts
		WHERE id IN (SELECT DISTINCT t.post_id FROM post_tags t JOIN posts p ON p.id = t.post_id
			WHERE t.post_id < $1 AND t.post_id > $2 AND t.tag IN `+v.d.strList(4)+` AND p.visibility = 'public'`+order(p, "t.post_id")+`)
		ORDER BY id`+direction(p), before, after, p.Limit, asJSON(tags))
}

func scanBare(r row) (p social.Post, err error) {
	err = r.Scan(&p.ID, &p.Author, &p.Language, &p.Visibility, &p.ReplyTo, &p.ReplyAuthor, &p.BoostOf, &p.BoostAuthor)
	return p, err
}

var origins = map[social.Origin]string{
	social.Everywhere: ``,
	social.Ours:       ` AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.author_id AND a.host = '')`,
	social.Elsewhere:  ` AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.author_id AND a.host <> '')`,
}

// withMedia is the condition that a post shows something, if that is asked for.
func withMedia(only bool) string {
	if only {
		return ` AND p.media <> '[]'`
	}
	return ``
}

// PublicPosts returns a page of public posts that are not replies to others.
func (v *View) PublicPosts(ctx context.Context, q social.PublicQuery, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	return list[social.PostID](ctx, v, `SELECT p.id FROM posts p WHERE p.id < $1 AND p.id > $2 AND p.visibility = 'public' AND p.boost_of = 0
		AND (p.reply_author = 0 OR p.reply_author = p.author_id)`+origins[q.From]+withMedia(q.OnlyMedia)+order(p, "p.id"), before, after, p.Limit)
}

// TaggedPosts returns a page of public posts with tags. Each of the tags any
// of which will do is read by itself, newest first: put into one list, all its
// posts would be read for each page.
func (v *View) TaggedPosts(ctx context.Context, q social.TagQuery, p social.Page) ([]social.PostID, error) {
	if len(q.Any) == 0 {
		return nil, nil
	}
	before, after := bounds(p)
	args := []any{before, after, p.Limit}
	tag := func(t string) string {
		args = append(args, t)
		return param(len(args))
	}
	where := origins[q.From] + withMedia(q.OnlyMedia)
	for _, t := range q.All {
		where += ` AND EXISTS (SELECT 1 FROM post_tags x WHERE x.post_id = p.id AND x.tag = ` + tag(t) + `)`
	}
	for _, t := range q.None {
		where += ` AND NOT EXISTS (SELECT 1 FROM post_tags x WHERE x.post_id = p.id AND x.tag = ` + tag(t) + `)`
	}
	pages := make([]string, len(q.Any))
	for i, t := range q.Any {
		pages[i] = `SELECT p.id AS id FROM post_tags t JOIN posts p ON p.id = t.post_id
			WHERE t.post_id < $1 AND t.post_id > $2 AND t.tag = ` + tag(t) + ` AND p.visibility = 'public'` + where + order(p, "t.post_id")
	}
	return list[social.PostID](ctx, v, merged(pages, p), args...)
}

// merged is the page of what stands on several pages.
func merged(pages []string, p social.Page) string {
	if len(pages) == 1 {
		return pages[0]
	}
	for i, q := range pages {
		pages[i] = `SELECT id FROM (` + q + `) AS page`
	}
	return strings.Join(pages, ` UNION `) + order(p, "id")
}

// AccountPosts returns a page of what an account posted. Replies to itself
// are no replies.
func (v *View) AccountPosts(ctx context.Context, who social.AccountID, q social.AccountQuery, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	args := []any{before, after, p.Limit, who}
	where := withMedia(q.OnlyMedia)
	if q.NoReplies {
		where += ` AND (p.reply_author = 0 OR p.reply_author = p.author_id)`
	}
	if q.NoBoosts {
		where += ` AND p.boost_of = 0`
	}
	if q.OursOnly {
		where += ` AND (p.boost_of = 0 OR EXISTS (SELECT 1 FROM accounts o WHERE o.id = p.boost_author AND o.host = ''))`
	}
	if q.NoDirect {
		where += ` AND p.visibility <> 'direct'`
	}
	if q.Tag != "" {
		args = append(args, q.Tag)
		where += ` AND EXISTS (SELECT 1 FROM post_tags x WHERE x.post_id = p.id AND x.tag = $5)`
	}
	return list[social.PostID](ctx, v, `SELECT p.id FROM posts p WHERE p.id < $1 AND p.id > $2 AND p.author_id = $4`+where+order(p, "p.id"), args...)
}

// Ancestors returns what a post answers, up to the thread's first, nearest
// first.
func (v *View) Ancestors(ctx context.Context, of social.PostID, limit int) ([]social.PostID, error) {
	return list[social.PostID](ctx, v, `WITH RECURSIVE up (id, parent, depth) AS (
			SELECT id, reply_to, 0 FROM posts WHERE id = $1
			UNION ALL SELECT p.id, p.reply_to, up.depth + 1 FROM posts p JOIN up ON p.id = up.parent WHERE up.depth < $2)
		SELECT id FROM up WHERE depth > 0 ORDER BY depth`, of, limit)
}

// A Reply is a place in a thread.
type Reply struct{ ID, Parent social.PostID }

// Thread returns the replies in a thread, oldest first, with the messages of conversations
// that private answers to them opened. What was said there before others is in no thread
// but that: who opened this one does not rule it.
func (v *View) Thread(ctx context.Context, thread social.PostID, limit int) ([]Reply, error) {
	return rows(ctx, v, func(r row) (x Reply, err error) { return x, r.Scan(&x.ID, &x.Parent) },
		`SELECT id, reply_to FROM posts WHERE thread_id = $1 AND reply_to <> 0 AND id <> $1
		UNION ALL SELECT p.id, p.reply_to FROM posts o JOIN posts p ON p.thread_id = o.id AND p.visibility = 'direct' WHERE `+branch("o")+` AND o.id <> $1
			AND o.reply_to IN (SELECT id FROM posts WHERE thread_id = $1 ORDER BY id LIMIT $2)
		ORDER BY 1 LIMIT $2`, thread, limit)
}

// branch is that a post opens a conversation beneath what it answers.
func branch(post string) string {
	return post + `.thread_id = ` + post + `.id AND ` + post + `.reply_to <> 0`
}

// RepliesTo returns a page of what answers a post.
func (v *View) RepliesTo(ctx context.Context, parent social.PostID, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	return list[social.PostID](ctx, v, `SELECT id FROM posts WHERE id < $1 AND id > $2 AND reply_to = $4 AND reply_to <> 0`+order(p, "id"), before, after, p.Limit, parent)
}

// ThreadPosts returns a page of a thread, its first post included.
func (v *View) ThreadPosts(ctx context.Context, thread social.PostID, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	return list[social.PostID](ctx, v, `SELECT id FROM posts WHERE id < $1 AND id > $2 AND thread_id = $4`+order(p, "id"), before, after, p.Limit, thread)
}

// DirectPosts returns a page of the messages owner wrote or was sent.
func (v *View) DirectPosts(ctx context.Context, owner social.AccountID, p social.Page) ([]social.PostID, error) {
	before, after := bounds(p)
	return list[social.PostID](ctx, v, merged([]string{
		`SELECT id FROM posts WHERE id < $1 AND id > $2 AND author_id = $4 AND visibility = 'direct'` + order(p, "id"),
		`SELECT p.id AS id FROM post_mentions m JOIN posts p ON p.id = m.post_id
			WHERE m.post_id < $1 AND m.post_id > $2 AND m.account_id = $4 AND p.visibility = 'direct'` + order(p, "m.post_id"),
	}, p), before, after, p.Limit, owner)
}
