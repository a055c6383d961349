package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/plaza-social/plaza/internal/social"
)

// A Spread is an activity for so many inboxes that it is queued bit by bit.
type Spread struct {
	Activity social.ActivityID
	Owner    social.AccountID // whose followers it is for; zero for every host that is known
	After    string           // the inbox up to which it is queued, in their order
	Except   []string         // inboxes that it was queued for before
}

const spreadColumns = `activity_id, owner_id, after_inbox, except_inboxes`

func scanSpread(r row) (s Spread, err error) {
	var except string
	if err := r.Scan(&s.Activity, &s.Owner, &s.After, &except); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(except), &s.Except)
}

// AddSpread has an activity queued bit by bit. It keeps the activity until
// EndSpread.
func (tx *Tx) AddSpread(ctx context.Context, s Spread) error {
	_, err := tx.exec(ctx, `INSERT INTO spreads (`+spreadColumns+`) VALUES ($1, $2, $3, $4)`, s.Activity, s.Owner, s.After, asJSON(s.Except))
	return err
}

// OldestSpread returns what is to be queued first; found is false if there is
// nothing.
func (v *View) OldestSpread(ctx context.Context) (s Spread, found bool, err error) {
	s, err = one(ctx, v, errNone, scanSpread, `SELECT `+spreadColumns+` FROM spreads ORDER BY id LIMIT 1`)
	if errors.Is(err, errNone) {
		return s, false, nil
	}
	return s, err == nil, err
}

// HoldSpread returns how far an activity is queued, and keeps others from
// going on with it until the commit; found is false if it is done or dropped.
func (tx *Tx) HoldSpread(ctx context.Context, which social.ActivityID) (s Spread, found bool, err error) {
	s, err = one(ctx, &tx.View, errNone, scanSpread, `SELECT `+spreadColumns+` FROM spreads WHERE activity_id = $1`+tx.d.forUpdate, which)
	if errors.Is(err, errNone) {
		return s, false, nil
	}
	return s, err == nil, err
}

// SetSpread notes how far an activity is queued.
func (tx *Tx) SetSpread(ctx context.Context, s Spread) error {
	_, err := tx.exec(ctx, `UPDATE spreads SET after_inbox = $2 WHERE activity_id = $1`, s.Activity, s.After)
	return err
}

// EndSpread notes that an activity is queued for everybody.
func (tx *Tx) EndSpread(ctx context.Context, which social.ActivityID) error {
	_, err := tx.exec(ctx, `DELETE FROM spreads WHERE activity_id = $1`, which)
	return err
}

// SpreadInboxes returns up to limit inboxes that a spread is for and has not
// come to, in their order.
func (v *View) SpreadInboxes(ctx context.Context, s Spread, limit int) ([]Inbox, error) {
	if s.Owner == 0 {
		return rows(ctx, v, scanInbox, `SELECT MIN(a.host), c.shared_inbox FROM contacts c JOIN accounts a ON a.id = c.account_id
			WHERE c.shared_inbox <> '' AND c.shared_inbox > $1 GROUP BY c.shared_inbox ORDER BY c.shared_inbox LIMIT $2`, s.After, limit)
	}
	return rows(ctx, v, scanInbox, `SELECT MIN(a.host), `+mailbox+` FROM follows f JOIN contacts c ON c.account_id = f.owner_id JOIN accounts a ON a.id = c.account_id
		WHERE f.target_id = $1 AND f.accepted AND `+mailbox+` > $2 GROUP BY 2 ORDER BY 2 LIMIT $3`, s.Owner, s.After, limit)
}

// ActivityHosts returns the hosts for which an activity is queued, as inboxes without
// addresses.
func (v *View) ActivityHosts(ctx context.Context, which social.ActivityID) ([]Inbox, error) {
	return rows(ctx, v, scanInbox, `SELECT DISTINCT host, '' FROM deliveries WHERE activity_id = $1`, which)
}

// FollowerHosts returns the hosts of the followers of an account that can be reached,
// in the same way.
func (tx *Tx) FollowerHosts(ctx context.Context, of social.AccountID) ([]Inbox, error) {
	return rows(ctx, &tx.View, scanInbox, `SELECT h.host, '' FROM (SELECT DISTINCT a.host FROM follows f JOIN contacts c ON c.account_id = f.owner_id JOIN accounts a ON a.id = c.account_id
		WHERE f.target_id = $1 AND f.accepted) AS h WHERE NOT EXISTS (SELECT 1 FROM peers p WHERE p.host = h.host AND p.failing_ms <> 0 AND p.failing_ms <= $2)`,
		of, millis(tx.Now.Add(-social.ParkAfter)))
}
