package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// maxKnownHosts is how many hosts are looked at before a rule is made.
const maxKnownHosts = 200_000

// KnownHosts returns the hosts of which accounts are known, by name.
func (v *View) KnownHosts(ctx context.Context) ([]string, error) {
	return list[string](ctx, v, `SELECT DISTINCT host FROM accounts WHERE host <> '' ORDER BY host LIMIT $1`, maxKnownHosts)
}

// HostCut counts what there is between hosts and us.
func (v *View) HostCut(ctx context.Context, hosts []string) (c social.HostCut, err error) {
	names, there := asJSON(hosts), `a.host IN `+v.d.strList(1)
	for _, count := range []struct {
		to    *int
		query string
	}{
		{&c.Accounts, `SELECT COUNT(*) FROM accounts a WHERE ` + there},
		{&c.Following, `SELECT COUNT(*) FROM accounts a JOIN follows f ON f.target_id = a.id JOIN accounts o ON o.id = f.owner_id AND o.host = '' WHERE ` + there},
		{&c.Followers, `SELECT COUNT(*) FROM accounts a JOIN follows f ON f.owner_id = a.id AND f.accepted JOIN accounts o ON o.id = f.target_id AND o.host = '' WHERE ` + there},
		{&c.Posts, `SELECT COUNT(*) FROM accounts a JOIN posts p ON p.author_id = a.id WHERE ` + there},
		{&c.Files, `SELECT COUNT(*) FROM accounts a JOIN media m ON m.owner_id = a.id WHERE ` + there},
	} {
		if *count.to, err = value[int](ctx, v, count.query, names); err != nil {
			return c, err
		}
	}
	c.Losers, err = rows(ctx, v, func(r row) (l social.HostLoss, err error) {
		return l, r.Scan(&l.Account, &l.Username, &l.Following, &l.Followers)
	}, `SELECT o.id, o.username, SUM(t.following), SUM(t.followers) FROM (
		SELECT f.owner_id AS ours, 1 AS following, 0 AS followers FROM accounts a JOIN follows f ON f.target_id = a.id WHERE `+there+`
		UNION ALL SELECT f.target_id, 0, 1 FROM accounts a JOIN follows f ON f.owner_id = a.id AND f.accepted WHERE `+there+`) t
		JOIN accounts o ON o.id = t.ours AND o.host = ''
		GROUP BY o.id, o.username ORDER BY COUNT(*) DESC, o.id LIMIT $2`, names, social.MaxCutPeople)
	return c, err
}

// A HostFigure is what there is between a host and us, in short.
type HostFigure struct {
	Host                           string
	Accounts, Following, Followers int
}

// HostFigures returns those of all hosts.
func (v *View) HostFigures(ctx context.Context) ([]HostFigure, error) {
	return rows(ctx, v, func(r row) (f HostFigure, err error) {
		return f, r.Scan(&f.Host, &f.Accounts, &f.Following, &f.Followers)
	}, `SELECT t.host, SUM(t.accounts), SUM(t.following), SUM(t.followers) FROM (
		SELECT a.host, COUNT(*) AS accounts, 0 AS following, 0 AS followers FROM accounts a WHERE a.host <> '' GROUP BY a.host
		UNION ALL SELECT a.host, 0, COUNT(*), 0 FROM accounts a JOIN follows f ON f.target_id = a.id WHERE a.host <> '' GROUP BY a.host
		UNION ALL SELECT a.host, 0, 0, COUNT(*) FROM accounts a JOIN follows f ON f.owner_id = a.id WHERE a.host <> '' AND f.accepted GROUP BY a.host) t
		GROUP BY t.host LIMIT $1`, maxKnownHosts)
}
