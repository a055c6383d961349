package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// namesSetting is what the house is called.
const namesSetting = "house_names"

// HouseNames is what the house is called; the zero value if its settings alone say
// that.
func (v *View) HouseNames(ctx context.Context) (n social.HouseNames, err error) {
	err = v.Setting(ctx, namesSetting, &n)
	return n, err
}

// SetHouseNames stores it.
func (tx *Tx) SetHouseNames(ctx context.Context, n social.HouseNames) error {
	return tx.SetSetting(ctx, namesSetting, n)
}

// CountHousehold counts those who live here, those of them who have keys, and so
// are known elsewhere, who follows them from there, and from how many hosts.
func (v *View) CountHousehold(ctx context.Context) (people, known, followers, hosts int, err error) {
	_, err = one(ctx, v, errNone, func(r row) (none int, err error) { return 0, r.Scan(&people, &known, &followers, &hosts) },
		`SELECT (SELECT COUNT(*) FROM accounts WHERE host = ''),
		(SELECT COUNT(DISTINCT account_id) FROM own_keys WHERE account_id <> 0),
		COUNT(*), COUNT(DISTINCT o.host) FROM follows f JOIN accounts o ON o.id = f.owner_id JOIN accounts t ON t.id = f.target_id
		WHERE f.accepted AND o.host <> '' AND t.host = ''`)
	return people, known, followers, hosts, err
}

// CountActs counts what remote accounts did of a kind since a moment, and have not
// undone.
func (v *View) CountActs(ctx context.Context, kind social.ActKind, since time.Time) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM acts WHERE kind = $1 AND at_ms >= $2`, kind, millis(since))
}

// A Keepsake is who follows one of ours from elsewhere, as far as it takes to
// write to them.
type Keepsake struct {
	Follow   social.FollowID `json:"-"`
	URI      string          `json:"uri"`
	Username string          `json:"username"`
	Host     string          `json:"host"`
	Inbox    string          `json:"inbox"`
	Shared   string          `json:"shared,omitempty"`
}

// Keepsakes are those who follow an account from elsewhere, after a follow.
func (v *View) Keepsakes(ctx context.Context, of social.AccountID, after social.FollowID, limit int) ([]Keepsake, error) {
	return rows(ctx, v, func(r row) (k Keepsake, err error) {
		return k, r.Scan(&k.Follow, &k.URI, &k.Username, &k.Host, &k.Inbox, &k.Shared)
	}, `SELECT f.id, a.uri, a.username, a.host, c.inbox, c.shared_inbox FROM follows f JOIN accounts a ON a.id = f.owner_id JOIN contacts c ON c.account_id = a.id
		WHERE f.target_id = $1 AND f.accepted AND a.host <> '' AND f.id > $2 ORDER BY f.id LIMIT $3`, of, after, limit)
}

// CountUnkept counts those here whose keys were made, or who came, after a moment.
func (v *View) CountUnkept(ctx context.Context, since time.Time) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM accounts a WHERE a.host = '' AND (a.created_ms > $1
		OR EXISTS (SELECT 1 FROM own_keys k WHERE k.account_id = a.id AND k.made_ms > $1))`, millis(since))
}
