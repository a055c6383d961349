package relays

import (
	"context"
	"slices"
	"sync"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// known remembers all relays: whoever brings something is looked for here. What
// was loaded before it was forgotten does not come in after: drops are counted.
type known struct {
	mu     sync.RWMutex
	drops  uint64
	loaded bool
	all    []social.Relay
}

func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drops++
	k.loaded, k.all = false, nil
}

func (k *known) get() (all []social.Relay, loaded bool, drops uint64) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.all, k.loaded, k.drops
}

func (k *known) put(all []social.Relay, drops uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.drops == drops {
		k.loaded, k.all = true, all
	}
}

func (s *Service) list(ctx context.Context) ([]social.Relay, error) {
	all, loaded, drops := s.known.get()
	if loaded {
		return all, nil
	}
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.Relays(ctx)
		return err
	}); err != nil {
		return nil, err
	}
	s.known.put(all, drops)
	return all, nil
}

// find is a relay, or NotFound.
func (s *Service) find(ctx context.Context, is func(social.Relay) bool) (social.Relay, error) {
	all, err := s.list(ctx)
	if err != nil {
		return social.Relay{}, err
	}
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], nil
	}
	return social.Relay{}, noRelay
}

// Get is a relay by its id, or NotFound.
func (s *Service) Get(ctx context.Context, which social.RelayID) (social.Relay, error) {
	return s.find(ctx, func(r social.Relay) bool { return r.ID == which })
}

// Accepted is the relay that an actor speaks for and that has accepted, or
// NotFound.
func (s *Service) Accepted(ctx context.Context, actor string) (social.Relay, error) {
	return s.find(ctx, func(r social.Relay) bool {
		return actor != "" && r.Actor == actor && r.State == social.RelayAccepted
	})
}

// Wanted is the relay that an actor speaks for and that was asked, or has
// accepted already; or NotFound.
func (s *Service) Wanted(ctx context.Context, actor string) (social.Relay, error) {
	return s.find(ctx, func(r social.Relay) bool {
		return actor != "" && r.Actor == actor && r.State != social.RelayRefused
	})
}

// Watch forgets what may be otherwise now. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch r.Fact.(type) {
		case event.RelayAdded, event.RelayAnswered, event.RelayRemoved:
			s.known.forget()
		}
	}
}
