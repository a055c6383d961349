package federation

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Claim takes up to limit hosts that something waits for and whose turn it is,
// of those that answered last time or of those that did not. Each is the
// caller's until lease has passed, or until it is given back by Settle.
func (s *Service) Claim(ctx context.Context, failing bool, limit int, lease time.Duration) (hosts []string, err error) {
	due := false
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		due, err = v.QueueDue(ctx, failing, s.store.Now())
		return err
	}); err != nil || !due || limit <= 0 {
		return nil, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		hosts, err = tx.ClaimQueues(ctx, failing, limit, lease)
		return err
	})
	return hosts, err
}

// Waiting returns what is known of a host and up to limit of what waits for it,
// oldest first. If this house does not deal with it any more, nothing is sent
// to it until it does again.
func (s *Service) Waiting(ctx context.Context, host string, limit int) (p social.Peer, ds []social.Delivery, err error) {
	rules, err := s.rules.HostRules(ctx)
	if err != nil {
		return p, nil, err
	}
	if rules.On(host).Severity == social.HostSuspends {
		return p, nil, s.store.Write(ctx, func(tx *store.Tx) error { return tx.HoldPeer(ctx, host) })
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		if p, err = v.Peer(ctx, host); err != nil {
			return err
		}
		ds, err = v.Deliveries(ctx, host, limit)
		return err
	})
	return p, ds, err
}

// A Result is how it went with some of what waits for a host.
type Result struct {
	Host  string
	Done  []social.Delivery // that arrived, or never will
	Tried []social.Delivery // that have to be tried again
	// Vanished are inboxes of which the host says that they are gone.
	Vanished []string
	Failed   string // why the host is to be left alone; empty if it is not
	// Answered is whether it said anything to any of them.
	Answered  bool
	Signature string    // the kind that it takes, if that is another than was known
	Next      time.Time // when it is its turn again, if something still waits
	Over      bool      // it is given back
}

// Settle keeps how it went. A host that was not reached for too long loses what
// waits for it, and is left alone until it is heard of.
func (s *Service) Settle(ctx context.Context, r Result) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := settlePeer(ctx, tx, r); err != nil { // before the queue, as others do
			return err
		}
		for _, d := range r.Done {
			if err := tx.EndDelivery(ctx, d); err != nil {
				return err
			}
		}
		for _, d := range r.Tried {
			if err := tx.DeliveryFailed(ctx, d.ID); err != nil {
				return err
			}
		}
		for _, inbox := range r.Vanished {
			if err := tx.AddJob(ctx, VanishedJob, inbox, tx.Now, inbox); err != nil {
				return err
			}
		}
		if !r.Over {
			return nil
		}
		return tx.QueueDone(ctx, r.Host, r.Next)
	})
}

func settlePeer(ctx context.Context, tx *store.Tx, r Result) error {
	if r.Signature != "" {
		if err := tx.SetPeerSignature(ctx, r.Host, r.Signature); err != nil {
			return err
		}
	}
	if r.Failed == "" {
		if !r.Answered {
			return nil
		}
		return tx.PeerReached(ctx, r.Host)
	}
	if err := tx.PeerFailed(ctx, r.Host, r.Failed); err != nil {
		return err
	}
	p, err := tx.Peer(ctx, r.Host)
	if err != nil || !p.Parked(tx.Now) {
		return err
	}
	return tx.DropQueue(ctx, r.Host)
}

// Tidy forgets what is too old to be sent, and the keys of who is gone once
// nothing waits that they signed.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.TrimActivities(ctx, tx.Now.Add(-social.DeliveryLife)); err != nil {
			return err
		}
		return tx.TrimOwnKeys(ctx)
	})
}

// Queues says how all queues together are doing.
func (s *Service) Queues(ctx context.Context) (q social.Queues, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		q, err = v.Queues(ctx, s.store.Now())
		return err
	})
	return q, err
}

// MaxPeers is how many hosts a page has.
const MaxPeers = 100

// Peers is a page of the hosts that were met, by name, those after one; failing
// leaves out those that answered last time. It is for admins.
func (s *Service) Peers(ctx context.Context, by social.Actor, failing bool, after string, limit int) (all []social.Peer, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPeers {
		return nil, errs.Newf(errs.Invalid, "A page has 1 to %d hosts.", MaxPeers)
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err = v.Peers(ctx, failing, after, limit)
		return err
	})
	return all, err
}
