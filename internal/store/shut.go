package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// ShutHostJob is the kind of the job that ends the follows between somebody
// and a host that they shut out.
const ShutHostJob = "host.shut"

// A ShutHost is what such a job is about, and a line of the list of them.
type ShutHost struct {
	ID    int64            `json:"-"`
	Owner social.AccountID `json:"owner"`
	Host  string           `json:"host"`
}

// ShutHosts returns a page of the hosts that owner shut out.
func (v *View) ShutHosts(ctx context.Context, owner social.AccountID, p social.Page) ([]ShutHost, error) {
	before, after := bounds(p)
	return rows(ctx, v, func(r row) (h ShutHost, err error) { return h, r.Scan(&h.ID, &h.Owner, &h.Host) },
		`SELECT id, owner_id, host FROM shut_hosts WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"), before, after, p.Limit, owner)
}

// ShutHostCount is how many hosts owner shut out.
func (v *View) ShutHostCount(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM shut_hosts WHERE owner_id = $1`, owner)
}

// IsShut reports whether owner shut a host out.
func (v *View) IsShut(ctx context.Context, owner social.AccountID, host string) (bool, error) {
	n, err := value[int](ctx, v, `SELECT COUNT(*) FROM shut_hosts WHERE owner_id = $1 AND host = $2`, owner, host)
	return n > 0, err
}

// AddShutHost stores that owner shut a host out, tells whether that is new,
// and has the follows between them ended.
func (tx *Tx) AddShutHost(ctx context.Context, owner social.AccountID, host string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO shut_hosts (id, owner_id, host) VALUES ($1, $2, $3) ON CONFLICT (owner_id, host) DO NOTHING`, id.New(tx.Now), owner, host)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.AddJob(ctx, ShutHostJob, ShutHost{Owner: owner, Host: host}, tx.Now, "")
}

// EndShutHost removes that and tells whether there was one.
func (tx *Tx) EndShutHost(ctx context.Context, owner social.AccountID, host string) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM shut_hosts WHERE owner_id = $1 AND host = $2`, owner, host)
	return n > 0, err
}

// FollowsAcross returns up to limit follows and requests, either way, between
// owner and accounts of a host.
func (v *View) FollowsAcross(ctx context.Context, owner social.AccountID, host string, limit int) ([]social.Follow, error) {
	return rows(ctx, v, func(r row) (f social.Follow, err error) { return f, r.Scan(&f.ID, &f.Owner, &f.Target) },
		`SELECT f.id, f.owner_id, f.target_id FROM follows f JOIN accounts a ON a.id = f.target_id WHERE f.owner_id = $1 AND a.host = $2
		UNION ALL SELECT f.id, f.owner_id, f.target_id FROM follows f JOIN accounts a ON a.id = f.owner_id WHERE f.target_id = $1 AND a.host = $2
		LIMIT $3`, owner, host, limit)
}

// CountAcross is how many accounts of a host owner follows, and how many
// follow owner.
func (v *View) CountAcross(ctx context.Context, owner social.AccountID, host string) (following, followers int, err error) {
	if following, err = value[int](ctx, v, `SELECT COUNT(*) FROM follows f JOIN accounts a ON a.id = f.target_id
		WHERE f.owner_id = $1 AND a.host = $2 AND f.accepted`, owner, host); err != nil {
		return 0, 0, err
	}
	followers, err = value[int](ctx, v, `SELECT COUNT(*) FROM follows f JOIN accounts a ON a.id = f.owner_id
		WHERE f.target_id = $1 AND a.host = $2 AND f.accepted`, owner, host)
	return following, followers, err
}
