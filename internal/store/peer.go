package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const peerColumns = `p.host, p.software, p.version, p.asked_ms, p.met_ms, p.heard_ms, p.signature, p.reached_ms, p.failing_ms, p.failures, p.last_error, p.held_ms,
	COALESCE((SELECT next_ms FROM queues WHERE queues.host = p.host), 0),
	(SELECT COUNT(*) FROM deliveries d WHERE d.host = p.host),
	COALESCE((SELECT a.at_ms FROM activities a WHERE a.id = (SELECT d.activity_id FROM deliveries d WHERE d.host = p.host ORDER BY d.id LIMIT 1)), 0)`

func scanPeer(r row) (p social.Peer, err error) {
	var asked, met, heard, reached, failing, held, next, oldest int64
	err = r.Scan(&p.Host, &p.Software, &p.Version, &asked, &met, &heard, &p.Signature, &reached, &failing, &p.Failures, &p.LastError, &held, &next, &p.Waiting, &oldest)
	p.AskedAt, p.MetAt, p.HeardAt, p.ReachedAt = moment(asked), moment(met), moment(heard), moment(reached)
	p.FailingSince, p.NextTry, p.Oldest, p.HeldAt = moment(failing), moment(next), moment(oldest), moment(held)
	return p, err
}

var noPeer = errs.New(errs.NotFound, "No such server was met yet.")

// Peer returns what is known of a host, or NotFound.
func (v *View) Peer(ctx context.Context, host string) (social.Peer, error) {
	return one(ctx, v, noPeer, scanPeer, `SELECT `+peerColumns+` FROM peers p WHERE p.host = $1`, host)
}

// Peers returns up to limit hosts by name, those after one; failing leaves out
// those that answered last time.
func (v *View) Peers(ctx context.Context, failing bool, after string, limit int) ([]social.Peer, error) {
	least := 0
	if failing {
		least = 1
	}
	return rows(ctx, v, scanPeer, `SELECT `+peerColumns+` FROM peers p WHERE p.host > $1 AND p.failures >= $3 ORDER BY p.host LIMIT $2`, after, limit, least)
}

// MeetPeer keeps that a host exists.
func (tx *Tx) MeetPeer(ctx context.Context, host string) error {
	_, err := tx.exec(ctx, `INSERT INTO peers (host, software, version, asked_ms, met_ms, heard_ms, signature, reached_ms, failing_ms, failures, last_error)
		VALUES ($1, '', '', 0, $2, 0, '', 0, 0, 0, '') ON CONFLICT DO NOTHING`, host, millis(tx.Now))
	return err
}

// PeerHeard keeps that something of a host was taken: it lives, so what waits
// for it is sent, and what is new waits for it again.
func (tx *Tx) PeerHeard(ctx context.Context, host string) error {
	if err := tx.MeetPeer(ctx, host); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE peers SET heard_ms = $2 WHERE host = $1`, host, millis(tx.Now)); err != nil {
		return err
	}
	n, err := tx.exec(ctx, `UPDATE peers SET failing_ms = 0, failures = 0 WHERE host = $1 AND failing_ms > 0`, host)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE queues SET next_ms = $2 WHERE host = $1 AND next_ms > $2`, host, millis(tx.Now))
	return err
}

// SetPeerSoftware keeps what a host says that it runs.
func (tx *Tx) SetPeerSoftware(ctx context.Context, host, software, version string) error {
	_, err := tx.exec(ctx, `UPDATE peers SET software = $2, version = $3, asked_ms = $4 WHERE host = $1`, host, software, version, millis(tx.Now))
	return err
}

// SetPeerSignature keeps which kind of signature a host takes.
func (tx *Tx) SetPeerSignature(ctx context.Context, host, kind string) error {
	_, err := tx.exec(ctx, `UPDATE peers SET signature = $2 WHERE host = $1`, host, kind)
	return err
}

func activityWhere(a social.ActivityID) string {
	return "activity " + strconv.FormatInt(int64(a), 10)
}

// AddActivity stores what is to be sent, for Send. It is sealed: what is said to one is
// no other's, and here it is not known.
func (tx *Tx) AddActivity(ctx context.Context, a social.Activity) error {
	body, err := tx.keys.seal(activityWhere(a.ID), a.Body)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO activities (id, signer_id, post_id, body, at_ms, for_followers) VALUES ($1, $2, $3, $4, $5, $6)`,
		a.ID, a.Signer, a.Post, body, millis(tx.Now), a.ForFollowers)
	return err
}

// An Inbox is where something is sent.
type Inbox struct{ Host, URL string }

// Inboxes returns those of the hosts of remote accounts, each once: the shared
// one if there is one and the accounts need not be named.
func (v *View) Inboxes(ctx context.Context, ids []social.AccountID, shared bool) ([]Inbox, error) {
	box := `c.inbox`
	if shared {
		box = mailbox
	}
	return rows(ctx, v, scanInbox, `SELECT a.host, `+box+` FROM contacts c JOIN accounts a ON a.id = c.account_id WHERE c.account_id `+v.d.idList(1)+`
		UNION SELECT n.host, `+box+` FROM accounts a JOIN peers p ON p.host = a.host AND p.failing_ms <> 0
		JOIN accounts n ON n.id = a.moved_to JOIN contacts c ON c.account_id = n.id WHERE a.moved_to <> 0 AND a.id `+v.d.idList(1), asJSON(ids))
}

const mailbox = `CASE WHEN c.shared_inbox <> '' THEN c.shared_inbox ELSE c.inbox END`

func scanInbox(r row) (i Inbox, err error) { return i, r.Scan(&i.Host, &i.URL) }

// Send has an activity delivered to inboxes, in the order of hosts, so that two
// who send at once do not wait for each other. Hosts that have not been reached
// for long are left out.
func (tx *Tx) Send(ctx context.Context, a social.ActivityID, to []Inbox) error {
	to = slices.SortedStableFunc(slices.Values(to), func(a, b Inbox) int { return strings.Compare(a.Host, b.Host) })
	parked := millis(tx.Now.Add(-social.ParkAfter))
	for _, box := range to {
		if err := tx.MeetPeer(ctx, box.Host); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO deliveries (activity_id, host, inbox, attempts)
			SELECT CAST($1 AS BIGINT), host, CAST($3 AS TEXT), 0 FROM peers WHERE host = $2 AND (failing_ms = 0 OR failing_ms > $4)`, a, box.Host, box.URL, parked)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		// Whoever ends the queue at this moment waits, or is waited for.
		if _, err := tx.exec(ctx, `INSERT INTO queues (host, next_ms) VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET next_ms = queues.next_ms`, box.Host, millis(tx.Now)); err != nil {
			return err
		}
	}
	return nil
}

// DropActivities takes what carries a post out of all queues.
func (tx *Tx) DropActivities(ctx context.Context, post social.PostID) error {
	_, err := tx.exec(ctx, `DELETE FROM activities WHERE post_id = $1 AND post_id <> 0`, post)
	return err
}

// ClaimQueues takes up to limit hosts that something waits for and whose turn
// it is, of those that did answer last time or of those that did not. Each is
// the caller's until lease has passed.
func (tx *Tx) ClaimQueues(ctx context.Context, failing bool, limit int, lease time.Duration) ([]string, error) {
	return list[string](ctx, &tx.View, `UPDATE queues SET next_ms = $3 WHERE host IN (
		SELECT host FROM queues WHERE next_ms <= $1 AND `+failed(failing)+` ORDER BY next_ms LIMIT $2`+tx.d.skip+`) RETURNING host`,
		millis(tx.Now), limit, millis(tx.Now.Add(lease)))
}

// QueueDue reports whether there is such a host to claim.
func (v *View) QueueDue(ctx context.Context, failing bool, now time.Time) (bool, error) {
	n, err := list[string](ctx, v, `SELECT host FROM queues WHERE next_ms <= $1 AND `+failed(failing)+` LIMIT 1`, millis(now))
	return len(n) > 0, err
}

func failed(failing bool) string {
	if failing {
		return `EXISTS (SELECT 1 FROM peers WHERE peers.host = queues.host AND failures > 0 AND held_ms = 0)`
	}
	return `NOT EXISTS (SELECT 1 FROM peers WHERE peers.host = queues.host AND (failures > 0 OR held_ms > 0))`
}

// Queues says how all queues together are doing.
func (v *View) Queues(ctx context.Context, now time.Time) (social.Queues, error) {
	return one(ctx, v, errNone, func(r row) (s social.Queues, err error) {
		var oldest int64
		err = r.Scan(&s.Met, &s.Waiting, &s.Hosts, &s.Failing, &s.Parked, &oldest)
		s.Oldest = moment(oldest)
		return s, err
	}, `SELECT (SELECT COUNT(*) FROM peers), (SELECT COUNT(*) FROM deliveries), (SELECT COUNT(*) FROM queues), (SELECT COUNT(*) FROM peers WHERE failures > 0),
		(SELECT COUNT(*) FROM peers WHERE failing_ms > 0 AND failing_ms <= $1),
		COALESCE((SELECT a.at_ms FROM activities a WHERE a.id = (SELECT d.activity_id FROM deliveries d
			WHERE NOT EXISTS (SELECT 1 FROM peers p WHERE p.host = d.host AND p.held_ms > 0) ORDER BY d.id LIMIT 1)), 0)`,
		millis(now.Add(-social.ParkAfter)))
}

// Deliveries returns up to limit of what waits for a host, oldest first.
func (v *View) Deliveries(ctx context.Context, host string, limit int) ([]social.Delivery, error) {
	return rows(ctx, v, func(r row) (d social.Delivery, err error) {
		var body string
		var at int64
		err = r.Scan(&d.ID, &d.Host, &d.Inbox, &d.Attempts, &d.Activity.ID, &d.Activity.Signer, &d.Activity.Post, &body, &at, &d.Activity.ForFollowers)
		if err != nil {
			return d, err
		}
		d.Activity.At = moment(at)
		d.Activity.Body, err = r.ring().open(activityWhere(d.Activity.ID), body)
		return d, err
	}, `SELECT d.id, d.host, d.inbox, d.attempts, a.id, a.signer_id, a.post_id, a.body, a.at_ms, a.for_followers FROM deliveries d JOIN activities a ON a.id = d.activity_id
		WHERE d.host = $1 ORDER BY d.id LIMIT $2`, host, limit)
}

// EndDelivery forgets one that arrived, or never will, and its activity with
// the last of them.
func (tx *Tx) EndDelivery(ctx context.Context, d social.Delivery) error {
	if _, err := tx.exec(ctx, `DELETE FROM deliveries WHERE id = $1`, d.ID); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM activities WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE activity_id = $1)
		AND NOT EXISTS (SELECT 1 FROM spreads WHERE activity_id = $1)`, d.Activity.ID)
	return err
}

// DeliveryFailed counts an attempt.
func (tx *Tx) DeliveryFailed(ctx context.Context, which social.DeliveryID) error {
	_, err := tx.exec(ctx, `UPDATE deliveries SET attempts = attempts + 1 WHERE id = $1`, which)
	return err
}

// QueueDone gives a host back: with what still waits it is due at next, without
// it is no queue any more.
func (tx *Tx) QueueDone(ctx context.Context, host string, next time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE queues SET next_ms = $2 WHERE host = $1`, host, millis(next)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM queues WHERE host = $1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.host = $1)`, host)
	return err
}

// PeerReached keeps that a host answered.
func (tx *Tx) PeerReached(ctx context.Context, host string) error {
	_, err := tx.exec(ctx, `UPDATE peers SET reached_ms = $2, failing_ms = 0, failures = 0, last_error = '' WHERE host = $1`, host, millis(tx.Now))
	return err
}

// PeerFailed keeps that it did not, and why.
func (tx *Tx) PeerFailed(ctx context.Context, host, why string) error {
	_, err := tx.exec(ctx, `UPDATE peers SET failures = failures + 1, failing_ms = CASE WHEN failing_ms = 0 THEN $2 ELSE failing_ms END, last_error = $3 WHERE host = $1`,
		host, millis(tx.Now), why)
	return err
}

// A HeldPeer is since when nothing is sent to a host; zero if it is.
type HeldPeer struct {
	Host string
	At   time.Time
}

func scanHeldPeer(r row) (h HeldPeer, err error) {
	var at int64
	err = r.Scan(&h.Host, &at)
	h.At = moment(at)
	return h, err
}

// HeldPeers returns up to limit hosts by name, those after one, with since when
// nothing is sent to them.
func (v *View) HeldPeers(ctx context.Context, after string, limit int) ([]HeldPeer, error) {
	return rows(ctx, v, scanHeldPeer, `SELECT host, held_ms FROM peers WHERE host > $1 ORDER BY host LIMIT $2`, after, limit)
}

// PeersHeld returns the same of those of hosts that were met.
func (v *View) PeersHeld(ctx context.Context, hosts []string) (map[string]time.Time, error) {
	all, err := rows(ctx, v, scanHeldPeer, `SELECT host, held_ms FROM peers WHERE host IN `+v.d.strList(1), asJSON(hosts))
	out := make(map[string]time.Time, len(all))
	for _, h := range all {
		out[h.Host] = h.At
	}
	return out, err
}

// HoldPeer has nothing be sent to a host. What is for it waits.
func (tx *Tx) HoldPeer(ctx context.Context, host string) error {
	_, err := tx.exec(ctx, `UPDATE peers SET held_ms = $2 WHERE host = $1 AND held_ms = 0`, host, millis(tx.Now))
	return err
}

// FreePeer has what waits for a host be sent, at once. Whether it answers is to
// be seen anew.
func (tx *Tx) FreePeer(ctx context.Context, host string) error {
	if _, err := tx.exec(ctx, `UPDATE peers SET held_ms = 0, failing_ms = 0, failures = 0 WHERE host = $1`, host); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE queues SET next_ms = $2 WHERE host = $1`, host, millis(tx.Now))
	return err
}

// FollowsTo returns up to limit follows of ours to accounts of a host, with
// those that were asked for: those after one.
func (v *View) FollowsTo(ctx context.Context, host string, after social.FollowID, limit int) ([]social.Follow, error) {
	return rows(ctx, v, func(r row) (f social.Follow, err error) { return f, r.Scan(&f.ID, &f.Owner, &f.Target) }, `
		SELECT f.id, f.owner_id, f.target_id FROM accounts a JOIN follows f ON f.target_id = a.id JOIN users u ON u.account_id = f.owner_id
		WHERE a.host = $1 AND f.id > $2 ORDER BY f.id LIMIT $3`, host, after, limit)
}

// DropQueue forgets all that waits for a host.
func (tx *Tx) DropQueue(ctx context.Context, host string) error {
	if _, err := tx.exec(ctx, `DELETE FROM deliveries WHERE host = $1`, host); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM queues WHERE host = $1`, host)
	return err
}

// TrimActivities forgets what was queued before a moment, and what waits for
// nobody any more.
func (tx *Tx) TrimActivities(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM activities WHERE at_ms < $1 OR NOT EXISTS (SELECT 1 FROM deliveries WHERE activity_id = activities.id)
		AND NOT EXISTS (SELECT 1 FROM spreads WHERE activity_id = activities.id)`, millis(before))
	return err
}

// TrimOwnKeys forgets what accounts signed with that are gone, after the last
// thing that they sent.
func (tx *Tx) TrimOwnKeys(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM own_keys WHERE account_id <> 0 AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = own_keys.account_id)
		AND NOT EXISTS (SELECT 1 FROM activities WHERE signer_id = own_keys.account_id)`)
	return err
}

// ClaimUnasked takes up to limit hosts that were not asked what they run since
// a moment, those first that never were. They count as asked.
func (tx *Tx) ClaimUnasked(ctx context.Context, since time.Time, limit int) ([]string, error) {
	return list[string](ctx, &tx.View, `UPDATE peers SET asked_ms = $2 WHERE host IN (
		SELECT host FROM peers WHERE asked_ms <= $1 ORDER BY asked_ms LIMIT $3`+tx.d.skip+`) RETURNING host`, millis(since), millis(tx.Now), limit)
}

// AskPeerAt has a host count as last asked what it runs at a moment.
func (tx *Tx) AskPeerAt(ctx context.Context, host string, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE peers SET asked_ms = $2 WHERE host = $1`, host, millis(at))
	return err
}

// AnyUnasked reports whether there are such hosts.
func (v *View) AnyUnasked(ctx context.Context, since time.Time) (bool, error) {
	n, err := list[string](ctx, v, `SELECT host FROM peers WHERE asked_ms <= $1 LIMIT 1`, millis(since))
	return len(n) > 0, err
}
