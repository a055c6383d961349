package store

import (
	"context"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// IndexPost makes a post's words findable, and those that say what it shows,
// in place of those it had. Messages are in no index: see messagesWith.
func (tx *Tx) IndexPost(ctx context.Context, p social.Post) error {
	if err := tx.UnindexPost(ctx, p.ID); err != nil {
		return err
	}
	if p.Visibility == social.Direct { // the index is not sealed, and would tell its words
		return nil
	}
	words, err := tx.wordsOf(ctx, p)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, tx.d.addWords, p.ID, words)
	return err
}

// wordsOf is the words by which a post is found, in order.
func (v *View) wordsOf(ctx context.Context, p social.Post) (string, error) {
	words := p.Warning + "\n" + p.Text
	if p.HTML != "" {
		words = p.Warning + "\n" + text.FromHTML(p.HTML, func(_, shown string) string { return shown })
	}
	if len(p.Media) > 0 {
		media, err := v.Media(ctx, p.Media)
		if err != nil {
			return "", err
		}
		for _, m := range media {
			words += "\n" + m.Alt
		}
	}
	return strings.Join(text.Words(words), " "), nil
}

// maxOpened is how many of somebody's messages are opened to be searched: their last
// ones. They are in no index of words.
const maxOpened = 1000

// messagesWith returns those of reader's last messages that have all the phrases.
func (v *View) messagesWith(ctx context.Context, reader social.AccountID, phrases []string) (found []social.PostID, err error) {
	ids, err := v.DirectPosts(ctx, reader, social.Page{Limit: maxOpened})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	posts, err := v.Posts(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		words, err := v.wordsOf(ctx, p)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(phrases, func(phrase string) bool { return !strings.Contains(" "+words+" ", " "+phrase+" ") }) {
			found = append(found, p.ID)
		}
	}
	return found, nil
}

// UnindexPost makes a post's words no longer findable.
func (tx *Tx) UnindexPost(ctx context.Context, id social.PostID) error {
	_, err := tx.exec(ctx, `DELETE FROM post_words WHERE rowid = $1`, id)
	return err
}

// A PostSearch is what SearchPosts looks for. It names phrases or an author, or
// it would have to read all there is.
type PostSearch struct {
	Reader    social.AccountID
	Phrases   []string           // all of them, see text.Phrases
	By        social.AccountID   // only this one's
	NotBy     []social.AccountID // and none of these
	Has, Not  []PostTrait
	Languages []string // one of these
	Library   bool     // only what the reader wrote, was mentioned in, liked, boosted or bookmarked
	Open      bool     // only what is for everybody
}

// A PostTrait is something that a post has or is.
type PostTrait string

// traits are how they are found.
var traits = map[PostTrait]string{
	"media": `p.media <> '[]'`, "image": withKind("image"), "video": `(` + withKind("video") + ` OR ` + withKind("gifv") + `)`, "audio": withKind("audio"),
	"poll": `p.poll_id <> 0`, "link": `p.link_id <> 0`, "quote": `p.quote_of <> 0`, "warning": `p.warning <> ''`,
	"reply": `p.reply_author <> 0`, "sensitive": `(p.sensitive OR p.standing = 'labelled')`, "edited": `p.edited_ms <> 0`,
}

// Findable reports whether posts can be searched for a trait.
func (t PostTrait) Findable() bool { return traits[t] != "" }

// withKind is the condition that a post shows something of a kind.
func withKind(kind string) string {
	return `EXISTS (SELECT 1 FROM media m WHERE m.post_id = p.id AND m.post_id <> 0 AND m.info LIKE '%"kind":"` + kind + `"%')`
}

// library is the condition that a post is one the reader had to do with.
const library = `(p.author_id = $5
	OR EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.account_id = $5)
	OR EXISTS (SELECT 1 FROM likes l WHERE l.post_id = p.id AND l.owner_id = $5)
	OR EXISTS (SELECT 1 FROM bookmarks b WHERE b.post_id = p.id AND b.owner_id = $5)
	OR EXISTS (SELECT 1 FROM posts o WHERE o.boost_of = p.id AND o.author_id = $5 AND o.boost_of <> 0))`

const findable = `p.visibility = 'public' AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.author_id AND a.indexable)`

// SearchPosts returns a page of posts, among those that the reader wrote, was
// mentioned in, liked, boosted or bookmarked, and the public ones of authors who
// want to be found.
func (v *View) SearchPosts(ctx context.Context, q PostSearch, p social.Page) ([]social.PostID, error) {
	if len(q.Phrases) == 0 && q.By == 0 {
		return nil, nil
	}
	before, after := bounds(p)
	var quoted strings.Builder // phrases hold letters, digits and spaces only
	for _, w := range q.Phrases {
		quoted.WriteString(`"` + w + `" `)
	}
	args := []any{before, after, p.Limit, quoted.String(), q.Reader, q.By}
	where := ` AND $4 = ''`
	if len(q.Phrases) > 0 {
		where = ` AND p.id IN (` + v.d.findWords + `)`
		if q.Reader != 0 && !q.Open {
			messages, err := v.messagesWith(ctx, q.Reader, q.Phrases)
			if err != nil {
				return nil, err
			}
			if len(messages) > 0 {
				args = append(args, asJSON(messages))
				where = ` AND (p.id IN (` + v.d.findWords + `) OR p.id ` + v.d.idList(len(args)) + `)`
			}
		}
	}
	if q.By != 0 {
		where += ` AND p.author_id = $6 AND p.boost_of = 0`
	} else {
		where += ` AND $6 = 0`
	}
	for _, t := range q.Has {
		where += ` AND ` + traits[t]
	}
	for _, t := range q.Not {
		where += ` AND NOT (` + traits[t] + `)`
	}
	if len(q.NotBy) > 0 {
		args = append(args, asJSON(q.NotBy))
		where += ` AND NOT p.author_id ` + v.d.idList(len(args))
	}
	if len(q.Languages) > 0 {
		args = append(args, asJSON(q.Languages))
		where += ` AND p.language IN ` + v.d.strList(len(args))
	}
	switch {
	case q.Library:
		where += ` AND ` + library
		if q.Open {
			where += ` AND p.visibility = 'public'`
		}
	case q.Open:
		where += ` AND ` + findable + ` AND CAST($5 AS BIGINT) IS NOT NULL`
	default:
		where += ` AND (` + library + ` OR ` + findable + `)`
	}
	return list[social.PostID](ctx, v, `SELECT p.id FROM posts p WHERE p.id < $1 AND p.id > $2`+where+order(p, "p.id"), args...)
}

// FindAccounts returns accounts whose name or display name begins with a
// word, those with most followers first.
func (v *View) FindAccounts(ctx context.Context, q AccountSearch) ([]social.AccountID, error) {
	where := ``
	if q.FollowedBy != 0 {
		where = ` AND EXISTS (SELECT 1 FROM follows f WHERE f.owner_id = $4 AND f.target_id = a.id AND f.accepted)`
	} else {
		where = ` AND $4 = 0`
	}
	if q.Ours {
		where += ` AND a.host = ''`
	}
	return list[social.AccountID](ctx, v, `SELECT a.id FROM accounts a
		WHERE (a.username_key LIKE $1 ESCAPE '\' OR a.name_key LIKE $1 ESCAPE '\' OR a.name_key LIKE '% ' || $1 ESCAPE '\')
		AND (a.host LIKE $2 ESCAPE '\') AND a.standing = 'good'`+where+`
		ORDER BY a.username_key = $5 DESC, a.followers DESC, a.id LIMIT $3 OFFSET $6`,
		likePrefix(q.Name), likePrefix(q.Host), q.Limit, q.FollowedBy, social.NameKey(q.Name), q.Offset)
}

// AccountSearch is what FindAccounts looks for.
type AccountSearch struct {
	Name       string // the beginning of it
	Host       string // the beginning of it
	Ours       bool   // only our own
	FollowedBy social.AccountID
	Limit      int
	Offset     int // of a ranked list, which has no ids to page by; the caller bounds it
}

// likePrefix is a pattern for LIKE that finds what begins with s.
func likePrefix(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(social.NameKey(s)) + `%`
}

// A TagUse is how often a tag was used.
type TagUse struct {
	Tag  string
	Uses int
}

// FindTags returns tags that begin with a word, the most used first. Those of what
// stays here are for who lives here.
func (v *View) FindTags(ctx context.Context, word string, here bool, limit, offset int) ([]TagUse, error) {
	key, where := social.TagKey(word), ``
	if !here {
		where = ` AND NOT p.local_only`
	}
	return rows(ctx, v, func(r row) (t TagUse, err error) { return t, r.Scan(&t.Tag, &t.Uses) },
		`SELECT tag, COUNT(*) AS uses FROM post_tags t WHERE tag >= $1 AND tag < $2
		AND EXISTS (SELECT 1 FROM posts p JOIN accounts a ON a.id = p.author_id
			WHERE p.id = t.post_id AND p.visibility = 'public' AND p.held = '' AND p.standing IN ('', 'labelled') AND a.standing = 'good' AND NOT a.limited`+where+`)
		GROUP BY tag ORDER BY uses DESC, tag LIMIT $3 OFFSET $4`,
		key, key+"\U0010FFFF", limit, offset)
}

// A TagDay is how a tag was used between two moments.
type TagDay struct{ Uses, Accounts int }

// TagUses counts public posts with a tag whose ids are in [from, to).
func (v *View) TagUses(ctx context.Context, key string, from, to int64) (TagDay, error) {
	return one(ctx, v, errNone, func(r row) (d TagDay, err error) { return d, r.Scan(&d.Uses, &d.Accounts) },
		`SELECT COUNT(*), COUNT(DISTINCT p.author_id) FROM post_tags t JOIN posts p ON p.id = t.post_id
		WHERE t.tag = $1 AND t.post_id >= $2 AND t.post_id < $3 AND p.visibility = 'public' AND p.held = ''`, key, from, to)
}
