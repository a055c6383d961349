package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// SynchronizeJob is the kind of the job that asks another server which of ours
// follow one of its accounts; its argument is a Synchronizing.
const SynchronizeJob = "followers.synchronize"

// A Synchronizing is what another server says of who of ours follow somebody
// there: the list is at an address, and all of it makes a muster.
type Synchronizing struct {
	Account social.AccountID `json:"account"`
	At      string           `json:"at"`
	Muster  string           `json:"muster"`
}

// ClaimSynchronizing reports whether an account's list may be asked for now;
// then it may not be until next.
func (tx *Tx) ClaimSynchronizing(ctx context.Context, of social.AccountID, next time.Time) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO synchronized (account_id, next_ms) VALUES ($1, $2) ON CONFLICT (account_id) DO UPDATE SET next_ms = $2 WHERE synchronized.next_ms <= $3`,
		of, millis(next), millis(tx.Now))
	return n > 0, err
}

// A FollowerElsewhere is somebody on another server who follows one of ours.
type FollowerElsewhere struct {
	ID  social.FollowID
	URI string
}

// FollowersElsewhere returns up to limit of those who follow an account from
// other servers, by the ids of their follows, after one.
func (v *View) FollowersElsewhere(ctx context.Context, of social.AccountID, after social.FollowID, limit int) ([]FollowerElsewhere, error) {
	return rows(ctx, v, func(r row) (f FollowerElsewhere, err error) { return f, r.Scan(&f.ID, &f.URI) },
		`SELECT f.id, a.uri FROM follows f JOIN accounts a ON a.id = f.owner_id
		WHERE f.target_id = $1 AND f.id > $2 AND f.accepted AND a.host <> '' AND a.uri <> '' ORDER BY f.id LIMIT $3`, of, after, limit)
}
