package federation

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// What this house keeps away from is held, not dropped: who decided that may
// have been mistaken. docs/decisions/0027-undo.md tells what for how long.

const (
	// hostsAtOnce is how many hosts are looked at together.
	hostsAtOnce = 1000
	// RejoinJob is the kind of the jobs in which our people's follows are asked
	// for again.
	RejoinJob     = "rejoin"
	rejoinAtOnce  = 50
	rejoinTimeout = 10 * time.Minute
	rejoinTries   = 20
)

// welcome is those of boxes whose hosts this house deals with, or did until a
// while ago: for those it waits. What was decided a moment ago may not be known
// here yet; whoever sends looks again.
func (s *Service) welcome(ctx context.Context, v *store.View, boxes []store.Inbox) ([]store.Inbox, error) {
	if len(boxes) == 0 {
		return nil, nil
	}
	rules, err := s.rules.HostRules(ctx)
	if err != nil {
		return nil, err
	}
	var refused []string
	for _, box := range boxes {
		if rules.On(box.Host).Severity == social.HostSuspends && !slices.Contains(refused, box.Host) {
			refused = append(refused, box.Host)
		}
	}
	if len(refused) == 0 {
		return boxes, nil
	}
	held, err := v.PeersHeld(ctx, refused)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(boxes, func(box store.Inbox) bool {
		if !slices.Contains(refused, box.Host) {
			return false
		}
		at, met := held[box.Host]
		return !met || !social.Peer{HeldAt: at}.Heeded(s.store.Now())
	}), nil
}

// keepAway holds what waits for hosts that this house does not deal with any
// more, and lets go what waits for those with which it does again.
func (t teller) keepAway(ctx context.Context) error {
	rules, err := t.tx.HostRules(ctx)
	if err != nil {
		return err
	}
	for after := ""; ; {
		hosts, err := t.tx.HeldPeers(ctx, after, hostsAtOnce)
		if err != nil || len(hosts) == 0 {
			return err
		}
		for _, h := range hosts {
			after = h.Host
			if err := t.hold(ctx, h, rules.On(h.Host).Severity == social.HostSuspends); err != nil {
				return err
			}
		}
	}
}

// heardOfBy is when all processes have heard of what was decided a moment ago.
const heardOfBy = 5 * time.Second

func (t teller) hold(ctx context.Context, h store.HeldPeer, away bool) error {
	switch held := !h.At.IsZero(); {
	case away == held:
		return nil
	case away:
		return t.tx.HoldPeer(ctx, h.Host)
	}
	if err := t.tx.FreePeer(ctx, h.Host); err != nil {
		return err
	}
	for _, kind := range []string{ArrivalJob, RelayedJob} { // that were put off
		if err := t.tx.HastenJobs(ctx, kind, t.tx.Now.Add(heardOfBy)); err != nil {
			return err
		}
	}
	return t.tx.AddJob(ctx, RejoinJob, h.Host, t.tx.Now, h.Host)
}

// RejoinWorker asks for the follows of our people to a host again, that this
// house kept away from: the other side may have ended them meanwhile, and could
// not say so. Whoever still has one answers as before.
func (s *Service) RejoinWorker() work.Worker {
	return work.Worker{Kind: RejoinJob, AtOnce: 1, Timeout: rejoinTimeout, Tries: rejoinTries, Do: func(ctx context.Context, args []byte) error {
		var host string
		if err := json.Unmarshal(args, &host); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a host.", err)
		}
		for last, more := social.FollowID(0), true; more; {
			if err := ctx.Err(); err != nil {
				return err
			}
			var next social.FollowID
			if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
				next, more, err = teller{Service: s, tx: tx}.rejoin(ctx, host, last)
				return err
			}); err != nil {
				return err
			}
			last = next
			s.ring()
		}
		return nil
	}}
}

func (t teller) rejoin(ctx context.Context, host string, after social.FollowID) (last social.FollowID, more bool, err error) {
	all, err := t.tx.FollowsTo(ctx, host, after, rejoinAtOnce)
	if err != nil {
		return 0, false, err
	}
	for _, f := range all {
		last = f.ID
		if err := t.relation(ctx, f.Owner, f.Target, followed(t.say.FollowAsked, f.ID)); err != nil {
			return 0, false, err
		}
	}
	return last, len(all) == rejoinAtOnce, nil
}
