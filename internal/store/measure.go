package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
)

// A Measure is something that is counted day by day. Its value is Mastodon's
// name of it. https://docs.joinmastodon.org/methods/admin/measures/
type Measure string

// measure says how one is counted: $1 and $2 are the ends of a time, as ids,
// and $3 is the tag or host that it is about.
type measure struct{ day, count, from string }

// ofID is the day of an id, counted from 1970: see base/id.
func ofID(column string) string { return `(` + column + ` / 4194304 + 946684800000) / 86400000` }

const (
	ours     = ` AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.author_id AND a.host = '')`
	tagged   = `post_tags t JOIN posts p ON p.id = t.post_id JOIN accounts a ON a.id = p.author_id WHERE t.tag = $3 AND t.post_id >= $1 AND t.post_id < $2 AND p.visibility = 'public'`
	hosted   = ` AND a.host = $3 AND a.host <> ''`
	together = `posts p WHERE p.id >= $1 AND p.id < $2 AND p.visibility NOT IN ('direct', 'circle')`
)

var measures = map[Measure]measure{
	"active_users": {ofID("p.id"), `COUNT(DISTINCT p.author_id)`, together + ours},
	"posts":        {ofID("p.id"), `COUNT(*)`, together + ours}, // not one of Mastodon's
	"new_users":    {ofID("u.account_id"), `COUNT(*)`, `users u WHERE u.account_id >= $1 AND u.account_id < $2`},
	"interactions": {ofID("x.id"), `COUNT(*)`, `(SELECT id FROM likes WHERE id >= $1 AND id < $2 UNION ALL
		SELECT id FROM posts WHERE id >= $1 AND id < $2 AND visibility NOT IN ('direct', 'circle') AND (boost_of <> 0 OR reply_author <> 0 AND reply_author <> author_id)) AS x`},
	"tag_uses":          {ofID("t.post_id"), `COUNT(*)`, tagged},
	"tag_accounts":      {ofID("t.post_id"), `COUNT(DISTINCT p.author_id)`, tagged},
	"tag_servers":       {ofID("t.post_id"), `COUNT(DISTINCT a.host)`, tagged},
	"instance_accounts": {ofID("a.id"), `COUNT(*)`, `accounts a WHERE a.id >= $1 AND a.id < $2` + hosted},
	"instance_statuses": {ofID("p.id"), `COUNT(*)`, `accounts a JOIN posts p ON p.author_id = a.id WHERE p.id >= $1 AND p.id < $2` + hosted},
	"instance_media_attachments": {ofID("m.id"), `CAST(COALESCE(SUM(m.size), 0) AS BIGINT)`,
		`accounts a JOIN media m ON m.owner_id = a.id WHERE m.id >= $1 AND m.id < $2` + hosted},
	"opened_reports": {ofID("r.id"), `COUNT(*)`, `reports r WHERE r.id >= $1 AND r.id < $2`},
	"resolved_reports": {`r.closed_ms / 86400000`, `COUNT(*)`, `reports r WHERE r.closed_ms <> 0
		AND r.closed_ms >= CAST($1 AS BIGINT) / 4194304 + 946684800000 AND r.closed_ms < CAST($2 AS BIGINT) / 4194304 + 946684800000`},
	"instance_reports": {ofID("r.id"), `COUNT(*)`, `accounts a JOIN reports r ON r.target_id = a.id WHERE r.id >= $1 AND r.id < $2` + hosted},
	"instance_follows": {ofID("f.id"), `COUNT(*)`,
		`accounts a JOIN follows f ON f.target_id = a.id JOIN accounts o ON o.id = f.owner_id WHERE f.id >= $1 AND f.id < $2 AND f.accepted AND o.host = ''` + hosted},
	"instance_followers": {ofID("f.id"), `COUNT(*)`,
		`accounts a JOIN follows f ON f.owner_id = a.id JOIN accounts o ON o.id = f.target_id WHERE f.id >= $1 AND f.id < $2 AND f.accepted AND o.host = ''` + hosted},
}

// Measured reports whether there is such a measure.
func Measured(m Measure) bool { _, ok := measures[m]; return ok }

// A Tally is how many there are under a key: a day counted from 1970, a name.
type Tally[K any] struct {
	Key K
	N   int
}

func tally[K any](ctx context.Context, v *View, query string, args ...any) ([]Tally[K], error) {
	return rows(ctx, v, func(r row) (t Tally[K], err error) { return t, r.Scan(&t.Key, &t.N) }, query, args...)
}

// span is the arguments of a query over a time: about is left out where the
// query does not ask for it.
func span(query string, from, to time.Time, about string) []any {
	args := []any{id.Floor(from), id.Floor(to)}
	if strings.Contains(query, "$3") {
		args = append(args, about)
	}
	return args
}

// Daily counts a measure for each day of a time; days without are missing.
func (v *View) Daily(ctx context.Context, m Measure, from, to time.Time, about string) ([]Tally[int64], error) {
	q := measures[m]
	return tally[int64](ctx, v, `SELECT `+q.day+`, `+q.count+` FROM `+q.from+` GROUP BY `+q.day, span(q.from, from, to, about)...)
}

// Measure counts a measure over a whole time.
func (v *View) Measure(ctx context.Context, m Measure, from, to time.Time, about string) (int, error) {
	q := measures[m]
	return value[int](ctx, v, `SELECT `+q.count+` FROM `+q.from, span(q.from, from, to, about)...)
}

// A Dimension is something whose kinds are counted. Its value is Mastodon's
// name of it. https://docs.joinmastodon.org/methods/admin/dimensions/
type Dimension string

var dimensions = map[Dimension]string{
	"languages":          `SELECT p.language, COUNT(DISTINCT p.author_id) AS n FROM ` + together + ours + ` AND p.language <> '' GROUP BY p.language`,
	"sources":            `SELECT CASE WHEN u.invite_id = 0 THEN 'web' ELSE 'invite' END, COUNT(*) AS n FROM users u WHERE u.account_id >= $1 AND u.account_id < $2 GROUP BY CASE WHEN u.invite_id = 0 THEN 'web' ELSE 'invite' END`,
	"servers":            `SELECT a.host, COUNT(*) AS n FROM posts p JOIN accounts a ON a.id = p.author_id WHERE p.id >= $1 AND p.id < $2 AND p.visibility NOT IN ('direct', 'circle') GROUP BY a.host`,
	"tag_servers":        `SELECT a.host, COUNT(*) AS n FROM ` + tagged + ` GROUP BY a.host`,
	"tag_languages":      `SELECT p.language, COUNT(*) AS n FROM ` + tagged + ` AND p.language <> '' GROUP BY p.language`,
	"instance_accounts":  `SELECT a.username, a.followers AS n FROM accounts a WHERE a.id >= $1 AND a.id < $2` + hosted,
	"instance_languages": `SELECT p.language, COUNT(*) AS n FROM accounts a JOIN posts p ON p.author_id = a.id WHERE p.id >= $1 AND p.id < $2 AND p.language <> ''` + hosted + ` GROUP BY p.language`,
}

// Dimensioned reports whether there is such a dimension in our rows.
func Dimensioned(d Dimension) bool { _, ok := dimensions[d]; return ok }

// Top returns the kinds of a dimension there are most of in a time.
func (v *View) Top(ctx context.Context, d Dimension, from, to time.Time, about string, limit int) ([]Tally[string], error) {
	q := dimensions[d]
	args := append(span(q, from, to, about), limit)
	return tally[string](ctx, v, q+` ORDER BY n DESC, 1 LIMIT `+param(len(args)), args...)
}

// Space is how many bytes the tables take, and the attachments of people.
func (v *View) Space(ctx context.Context) (tables, media int, err error) {
	if tables, err = value[int](ctx, v, v.d.size); err != nil {
		return 0, 0, err
	}
	media, err = value[int](ctx, v, `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM media`)
	return tables, media, err
}

// Engine is the name and version of the database.
func (v *View) Engine(ctx context.Context) (name, version string, err error) {
	version, err = value[string](ctx, v, v.d.version)
	return v.d.name, version, err
}

// A Cohort is how many of those who joined in one period posted in another, by
// their places in a list of periods.
type Cohort struct{ Joined, Active, People int }

// Cohorts counts, of our people who joined in some periods, given by their
// beginnings and the end of the last, who posted in which.
func (v *View) Cohorts(ctx context.Context, bounds []time.Time) ([]Cohort, error) {
	args := make([]any, len(bounds))
	for i, b := range bounds {
		args[i] = id.Floor(b)
	}
	first, last := param(1), param(len(bounds))
	joined, active := period("u.account_id", len(bounds)), period("p.id", len(bounds))
	return rows(ctx, v, func(r row) (c Cohort, err error) { return c, r.Scan(&c.Joined, &c.Active, &c.People) },
		`SELECT `+joined+`, `+active+`, COUNT(DISTINCT u.account_id) FROM users u JOIN posts p ON p.author_id = u.account_id
		WHERE u.account_id >= `+first+` AND u.account_id < `+last+` AND p.id >= `+first+` AND p.id < `+last+` AND p.visibility NOT IN ('direct', 'circle')
		GROUP BY `+joined+`, `+active, args...)
}

// Joined counts those who joined in some periods, by their places.
func (v *View) Joined(ctx context.Context, bounds []time.Time) ([]Tally[int], error) {
	args := make([]any, len(bounds))
	for i, b := range bounds {
		args[i] = id.Floor(b)
	}
	joined := period("u.account_id", len(bounds))
	return tally[int](ctx, v, `SELECT `+joined+`, COUNT(*) FROM users u WHERE u.account_id >= `+param(1)+` AND u.account_id < `+param(len(bounds))+` GROUP BY `+joined, args...)
}

// period is the place of the period that an id falls into, given the bounds as
// parameters.
func period(column string, bounds int) string {
	var b strings.Builder
	b.WriteString(`CASE`)
	for i := 1; i < bounds; i++ {
		b.WriteString(` WHEN ` + column + ` < ` + param(i+1) + ` THEN ` + strconv.Itoa(i-1))
	}
	b.WriteString(` END`)
	return b.String()
}
