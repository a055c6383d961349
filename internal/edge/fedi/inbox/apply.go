package inbox

import (
	"context"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// A task is an activity that is being applied.
type task struct {
	*Inbox
	a      as2.Activity
	by     social.Actor   // who did it, as they signed
	signer social.Account // the same, but for what others pass on
}

// Workers apply what arrived, what relays brought by itself.
func (s *Inbox) Workers() []work.Worker {
	return []work.Worker{
		{Kind: federation.ArrivalJob, AtOnce: 8, Timeout: 2 * time.Minute, Tries: 8, Lane: lane, Do: s.inTurn},
		{Kind: federation.RelayedJob, AtOnce: 2, Timeout: 2 * time.Minute, Tries: 4, Do: s.anyhow},
		s.SynchronizeWorker(), s.VanishedWorker(),
	}
}

// inTurn applies what somebody did after what they did before.
func (s *Inbox) inTurn(ctx context.Context, args []byte) error {
	arrived, err := federation.ReadArrival(args)
	if err != nil {
		return err
	}
	leave, err := s.turns.wait(ctx, arrived.Signer)
	if err != nil {
		return work.ErrLater
	}
	defer leave()
	return s.settled(ctx, arrived)
}

// anyhow applies what a relay brought, in whatever order: it is all asked for.
func (s *Inbox) anyhow(ctx context.Context, args []byte) error {
	arrived, err := federation.ReadArrival(args)
	if err != nil {
		return err
	}
	arrived.Relay = true
	return s.settled(ctx, arrived)
}

// settled applies one activity. What cannot be applied is dropped: nobody could
// mend it. What may work later is tried again.
func (s *Inbox) settled(ctx context.Context, arrived federation.Arrival) error {
	err := s.apply(ctx, arrived)
	switch errs.KindOf(err) {
	case errs.Internal, errs.Limited, errs.Unavailable:
		return err
	}
	s.Log.DebugContext(ctx, "activity dropped", "signer", int64(arrived.Signer), "err", err)
	return nil
}

// lane is whoever signed: what somebody does and undoes is done in that order.
func lane(args []byte) string {
	arrived, _ := federation.ReadArrival(args) // what is none is refused by itself
	return strconv.FormatInt(int64(arrived.Signer), 10)
}

func (s *Inbox) apply(ctx context.Context, arrived federation.Arrival) error {
	signer, err := s.View.Face(ctx, arrived.Signer)
	if err != nil {
		return err
	}
	a, err := s.activity([]byte(arrived.Body))
	if err != nil {
		return err
	}
	for _, host := range []string{signer.Host, as2.Host(a.Actor)} {
		if away, err := s.Refused(ctx, host); err != nil {
			return err
		} else if away { // since it came, and that may have been a mistake
			return s.Arrivals.PutOff(ctx, arrived)
		}
	}
	if signer.Standing != social.Good {
		return errNotWelcome
	}
	if err := s.welcome(ctx, a.Actor); err != nil {
		return err
	}
	t := &task{s, a, social.Actor{Account: signer.ID, Standing: signer.Standing, Role: social.Member, Remote: true}, signer.Account}
	if done, err := t.byRelay(ctx); done || err != nil {
		return err
	}
	if t.signer.URI != a.Actor {
		return t.passedOn(ctx)
	}
	if err := t.compare(ctx, arrived.Synchronization); err != nil {
		return err
	}
	if do := verbs[a.Type][a.Object.Kind()]; do != nil {
		return do(t, ctx)
	}
	return nil
}

// turns have one account's activities be applied one after the other.
type turns [64]chan struct{}

func (l *turns) wait(ctx context.Context, who social.AccountID) (leave func(), err error) {
	place := l[uint64(who)%uint64(len(l))]
	select {
	case place <- struct{}{}:
		return func() { <-place }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func newTurns() (l turns) {
	for i := range l {
		l[i] = make(chan struct{}, 1)
	}
	return l
}
