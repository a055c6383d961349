package deliver

import (
	"context"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

// turn sends a host what waits for it, until nothing does, its time is over, or
// it does not answer.
func (s *Sender) turn(ctx context.Context, host string) {
	begin := time.Now()
	for more := true; more; {
		peer, ds, err := s.Core.Waiting(ctx, host, batch)
		if err != nil {
			if ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "not sent, trying again later", "host", host, "err", err)
			}
			return // it is somebody's turn when the lease is over
		}
		t := s.send(ctx, peer, ds, begin.Add(turnTime))
		more = len(ds) == batch && !t.stopped && ctx.Err() == nil && time.Since(begin) < turnTime
		t.Host, t.Over, t.Next = host, !more, s.Clock().Add(t.rest)
		if err := s.settle(ctx, t.Result); err != nil {
			s.Log.ErrorContext(ctx, "not kept how it went; some may be sent again", "host", host, "err", err)
			return
		}
	}
}

// settle also happens when the Sender is about to stop.
func (s *Sender) settle(ctx context.Context, r federation.Result) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer stop()
	return s.Core.Settle(ctx, r)
}

// A trip is how it goes with a batch.
type trip struct {
	mu sync.Mutex
	federation.Result
	kind    sign.Kind     // that the host takes, as far as it is known
	stopped bool          // nothing more is sent for now
	rest    time.Duration // for how long
}

// send sends a batch: what is for one inbox in order, and a few inboxes side by
// side. Nothing is begun after end.
func (s *Sender) send(ctx context.Context, peer social.Peer, ds []social.Delivery, end time.Time) *trip {
	t := &trip{kind: sign.Cavage}
	if peer.Signature != "" {
		t.kind = sign.Kind(peer.Signature)
	}
	lanes, inboxes := map[string][]social.Delivery{}, []string(nil)
	for _, d := range ds {
		if lanes[d.Inbox] == nil {
			inboxes = append(inboxes, d.Inbox)
		}
		lanes[d.Inbox] = append(lanes[d.Inbox], d)
	}
	var wg sync.WaitGroup
	places := make(chan struct{}, requestsAtOnce)
	for _, inbox := range inboxes {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			for _, d := range lanes[inbox] {
				kind, on := t.next(ctx, end)
				if !on {
					return
				}
				s.took(ctx, t, peer, d, s.deliver(ctx, d, kind))
			}
		})
	}
	wg.Wait()
	return t
}

// next is the kind of the next signature, if anything is to be sent still.
func (t *trip) next(ctx context.Context, end time.Time) (sign.Kind, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kind, !t.stopped && ctx.Err() == nil && time.Now().Before(end)
}

// took keeps what came of a delivery.
func (s *Sender) took(ctx context.Context, t *trip, peer social.Peer, d social.Delivery, o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Answered = t.Answered || o.answered
	if o.kind != "" && o.kind != t.kind {
		t.kind, t.Signature = o.kind, string(o.kind)
	}
	switch o.verdict {
	case interrupted:
		return
	case ownFault: // nothing that the host could be blamed for
		t.stopped, t.rest = true, firstPause
		return
	case arrived:
		t.Done = append(t.Done, d)
	case refused, vanished:
		t.Done = append(t.Done, d)
		if o.gone {
			t.Vanished = append(t.Vanished, d.Inbox)
		}
		s.Log.InfoContext(ctx, "not delivered, given up", "host", d.Host, "activity", d.Activity.ID, "why", o.why)
	default:
		t.Tried = append(t.Tried, d)
		t.stopped, t.Failed, t.rest = true, o.why, max(t.rest, pause(peer.Failures+1), o.wait)
	}
	s.counts.add(o.verdict)
}
