package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
)

// trendChunk is how many posts that may be trends are in memory at once, if
// nobody has more alone.
const trendChunk = 5000

// A trendAuthor is somebody with posts that count for trends.
type trendAuthor struct {
	id    social.AccountID
	part  string
	first social.PostID
	posts int
}

// TrendEntries hands over the newest posts, limit at most, that count for trends
// at a moment: by part, then by author, then by id.
func (v *View) TrendEntries(ctx context.Context, at time.Time, limit int, each func(trend.Entry) error) error {
	since, err := v.houseSince(ctx)
	if err != nil {
		return err
	}
	authors, first, err := v.trendAuthors(ctx, since, at, limit)
	for len(authors) > 0 && err == nil {
		parts, n := map[social.AccountID]string{}, 0
		for len(authors) > 0 && (n == 0 || n+authors[0].posts <= trendChunk) {
			parts[authors[0].id], n = authors[0].part, n+authors[0].posts
			authors = authors[1:]
		}
		var all []trend.Entry
		if all, err = v.trendEntriesOf(ctx, parts, first, since, at); err != nil {
			return err
		}
		for _, e := range all {
			if err := each(e); err != nil {
				return err
			}
		}
	}
	return err
}

// houseSince is when the first who lives here came, or long ago.
func (v *View) houseSince(ctx context.Context) (time.Time, error) {
	first, err := list[int64](ctx, v, `SELECT account_id FROM users WHERE account_id > 0 ORDER BY account_id LIMIT 1`)
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	return id.Time(first[0]), nil
}

// trendAuthors is who wrote those posts, in their order, and the first post.
func (v *View) trendAuthors(ctx context.Context, since, at time.Time, limit int) (all []trendAuthor, first social.PostID, err error) {
	all, err = rows(ctx, v, func(r row) (t trendAuthor, err error) {
		var a social.Account
		err = r.Scan(&a.ID, &a.Host, &t.first, &t.posts)
		t.id, t.part = a.ID, trend.Part(a, since, at)
		return t, err
	}, `SELECT author_id, host, MIN(id), COUNT(*) FROM
			(SELECT p.id AS id, p.author_id AS author_id, a.host AS host FROM posts p JOIN accounts a ON a.id = p.author_id
				WHERE p.id > $1 AND `+trendable+` ORDER BY p.id DESC LIMIT $2) AS newest
		GROUP BY author_id, host`, id.Floor(at.Add(-trend.Span)), limit)
	for _, t := range all {
		if first == 0 || t.first < first {
			first = t.first
		}
	}
	slices.SortFunc(all, func(a, b trendAuthor) int {
		return trend.Entry{Part: a.part, Author: a.id}.Compare(trend.Entry{Part: b.part, Author: b.id})
	})
	return all, first, err
}

// trendEntriesOf is the posts of some from one on, in their order. A like or a
// boost that is beyond what counts of a part is left out, and so is one from before
// the post was made to say something else.
func (v *View) trendEntriesOf(ctx context.Context, parts map[social.AccountID]string, first social.PostID, since, at time.Time) ([]trend.Entry, error) {
	authors := make([]social.AccountID, 0, len(parts))
	for a := range parts {
		authors = append(authors, a)
	}
	all, err := rows(ctx, v, func(r row) (e trend.Entry, err error) {
		var a social.Account
		var tags string
		var answers social.AccountID
		if err := r.Scan(&e.ID, &e.Author, &a.Username, &a.Host, &e.At, &e.Anew, &e.Language, &tags, &e.Link, &e.URL, &e.Likes, &e.Boosts, &answers); err != nil {
			return e, err
		}
		if err := json.Unmarshal([]byte(tags), &e.Tags); err != nil {
			return e, err
		}
		for i, tag := range e.Tags {
			e.Tags[i] = social.TagKey(tag)
		}
		if e.URL == "" {
			e.Link = 0
		}
		e.Likes, e.Boosts = max(0, e.Likes), max(0, e.Boosts)
		e.Acct, e.Part, e.Post = a.Acct(), parts[e.Author], answers == 0
		return e, nil
	}, `SELECT p.id, p.author_id, a.username, a.host, p.at_ms, p.anew_ms, p.language, p.tags, p.link_id, COALESCE(l.url, ''), p.likes - p.likes_before, p.boosts - p.boosts_before, p.reply_author
		FROM posts p JOIN accounts a ON a.id = p.author_id LEFT JOIN links l ON l.id = p.link_id AND l.shown
		WHERE p.author_id `+v.d.idList(1)+` AND p.id >= $2 AND `+trendable, asJSON(authors), first)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, trend.Entry.Compare)
	var many []social.PostID
	for _, e := range all {
		if mayBeTooMany(e) {
			many = append(many, e.ID)
		}
	}
	likes, err := v.countedOf(ctx, likersOf, many, since, at)
	if err != nil {
		return nil, err
	}
	boosts, err := v.countedOf(ctx, boostersOf, many, since, at)
	for i, e := range all {
		if mayBeTooMany(e) {
			all[i].Likes, all[i].Boosts = min(e.Likes, likes[e.ID]), min(e.Boosts, boosts[e.ID])
		}
	}
	return all, err
}

// mayBeTooMany reports whether e has more likes or boosts than count of one part.
func mayBeTooMany(e trend.Entry) bool {
	return e.Post && max(e.Likes, e.Boosts) > trend.MaxTogether
}

// Who did something with posts, by host; %s are the posts. Newcomers, who came from
// $2 on, are apart.
const (
	likersOf   = `SELECT x.post_id, a.host, MIN(a.id), COUNT(*) FROM likes x JOIN accounts a ON a.id = x.owner_id WHERE x.post_id %s` + byHost
	boostersOf = `SELECT x.boost_of, a.host, MIN(a.id), COUNT(*) FROM posts x JOIN accounts a ON a.id = x.author_id WHERE x.boost_of <> 0 AND x.boost_of %s` + byHost
	byHost     = ` GROUP BY 1, a.host, CASE WHEN a.id >= $2 THEN 1 ELSE 0 END`
)

// countedOf is how many of those who did something with each of posts count.
func (v *View) countedOf(ctx context.Context, query string, posts []social.PostID, since, at time.Time) (map[social.PostID]int, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	type group struct {
		post social.PostID
		part string
		n    int
	}
	fresh := id.Floor(at.Add(time.Millisecond - trend.Fresh))
	all, err := rows(ctx, v, func(r row) (g group, err error) {
		var a social.Account
		err = r.Scan(&g.post, &a.Host, &a.ID, &g.n)
		g.part = trend.Part(a, since, at)
		return g, err
	}, fmt.Sprintf(query, v.d.idList(1)), asJSON(posts), fresh)
	type together struct {
		post social.PostID
		part string
	}
	out, of := map[social.PostID]int{}, map[together]int{}
	for _, g := range all {
		if g.part == "" {
			out[g.post] += g.n
			continue
		}
		k := together{g.post, g.part}
		n := min(g.n, trend.MaxTogether-of[k])
		of[k] += n
		out[g.post] += n
	}
	return out, err
}
