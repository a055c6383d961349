// Package deliver sends what waits for other hosts: signed, in order, and with
// patience. Each host has a queue of its own, so that one that does not answer
// keeps nobody else waiting; what happened here and for whom it is was decided
// before, by core/federation.
//
// What was sent may be sent again after a crash: an activity has the same id
// each time.
package deliver

import (
	"context"
	"crypto"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	// hostsAtOnce is how many hosts are sent to side by side; suspectsAtOnce is
	// how many besides that did not answer last time: however many of those there
	// are, they take nothing from the others.
	hostsAtOnce    = 256
	suspectsAtOnce = 64
	// requestsAtOnce is how many requests one host is sent side by side, each to
	// another inbox.
	requestsAtOnce = 4
	// batch is how much of what waits for a host is in memory.
	batch = 8
	// turnTime is how long one host is sent to before it is somebody else's turn,
	// and lease by when it is, if this process died: longer than a turn and the
	// two requests that may be under way at its end.
	turnTime = 30 * time.Second
	lease    = 2 * time.Minute
	// every is how often queues are looked at for what nobody rang for: pauses
	// that are over, and what other processes queued.
	every = time.Second
	// afterFault is how long to rest when the queues cannot be read.
	afterFault = 5 * time.Second
	// settleTime is how long it may take to keep how it went, also when stopping.
	settleTime = 10 * time.Second
)

// Config is what a Sender needs.
type Config struct {
	Core *federation.Service
	// Key returns what an account of ours signs with, and the key's address; zero
	// is the house. NotFound says that there is no such account.
	Key func(ctx context.Context, signer social.AccountID) (id string, private crypto.Signer, err error)
	// As is the address of the key for what is said by one of ours under another
	// address than Key's; empty for what is not. Nil is never.
	As func(body []byte) string
	// Synchronization is the header that tells an inbox which followers of an
	// account are on its server; empty for none. Nil has none told.
	Synchronization func(ctx context.Context, signer social.AccountID, inbox string) (string, error)
	Client          *http.Client // as netsafe makes it
	Agent           string
	Clock           clock.Clock
	Log             *slog.Logger
}

// Sender does it, from Run until its context ends.
type Sender struct {
	Config
	counts  counts
	signing chan struct{} // a place for each signature that is made at a time
}

// New returns a Sender. Its client follows no redirects any more: what is signed
// is for one address.
func New(c Config) *Sender {
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client
	// Half of the processors are for people here.
	return &Sender{Config: c, signing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// Run sends until ctx ends, and returns when everything it started has stopped.
func (s *Sender) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wake := make(chan struct{}, 1)
	wg.Go(func() { s.spread(ctx, wake) })
	well, failing := &pool{most: hostsAtOnce}, &pool{failing: true, most: suspectsAtOnce}
	done := make(chan *pool, hostsAtOnce+suspectsAtOnce)
	for ctx.Err() == nil {
		err := errors.Join(s.fill(ctx, well, &wg, done), s.fill(ctx, failing, &wg, done))
		wait := every
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "queues cannot be read, trying again", "err", err)
			wait = afterFault
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case p := <-done:
			p.busy--
		case <-s.Core.Bell():
			ring(wake)
		case <-t.C:
			ring(wake)
		}
		t.Stop()
		for range len(done) { // whoever else got ready meanwhile
			(<-done).busy--
		}
	}
	wg.Wait()
}

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// A pool is places for hosts that are sent to.
type pool struct {
	failing    bool
	busy, most int
}

// fill gives the free places of a pool to hosts whose turn it is.
func (s *Sender) fill(ctx context.Context, p *pool, wg *sync.WaitGroup, done chan<- *pool) error {
	hosts, err := s.Core.Claim(ctx, p.failing, p.most-p.busy, lease)
	for _, host := range hosts {
		p.busy++
		wg.Go(func() {
			s.turn(ctx, host)
			done <- p
		})
	}
	return err
}

// spread has what is for many queued, as long as there is any.
func (s *Sender) spread(ctx context.Context, wake <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = s.Core.Spread(ctx); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "what is for many cannot be queued, trying again", "err", err)
			}
		}
	}
}
