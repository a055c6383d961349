package store

import "context"

// A WeekCount is what people here did in a week: posts, how many of them
// posted, and how many joined.
type WeekCount struct{ Posts, Posted, Joined int }

// CountWeek counts what lies between two moments, given as ids of posts and in
// milliseconds. Messages are nobody's business.
func (v *View) CountWeek(ctx context.Context, fromID, toID, fromMillis, toMillis int64) (WeekCount, error) {
	return one(ctx, v, errNone, func(r row) (w WeekCount, err error) { return w, r.Scan(&w.Posts, &w.Posted, &w.Joined) },
		`SELECT COUNT(*), COUNT(DISTINCT p.author_id), (SELECT COUNT(*) FROM users WHERE created_ms >= $3 AND created_ms < $4)
		FROM posts p WHERE p.id >= $1 AND p.id < $2 AND p.visibility NOT IN ('direct', 'circle')
		AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = p.author_id AND a.host = '')`, fromID, toID, fromMillis, toMillis)
}

// Hosts returns the hosts whose accounts are known here and that begin with
// some letters, in order.
func (v *View) Hosts(ctx context.Context, begins string, limit int) ([]string, error) {
	return list[string](ctx, v, `SELECT DISTINCT host FROM accounts WHERE host <> '' AND substr(host, 1, length($1)) = $1 ORDER BY host LIMIT $2`,
		begins, limit)
}
