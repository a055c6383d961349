package store

import (
	"sync"
	"sync/atomic"
)

// gate keeps writes out while it is shut.
type gate struct {
	why     atomic.Pointer[error]
	commits sync.RWMutex // held for reading by commits under way
}

// Shut has every write answered with why, an error of kind Unavailable, until
// OpenGate; reads and watchers go on. It returns when the commits under way
// are over: after that, nothing is committed any more.
func (s *Store) Shut(why error) {
	s.gate.why.Store(&why)
	s.gate.commits.Lock() // waits for those that came before
	defer s.gate.commits.Unlock()
}

// OpenGate lets writes in again. A store that follows stays shut: there is
// nothing that it could write to.
func (s *Store) OpenGate() {
	if s.follows {
		s.gate.why.Store(&errFollows)
		return
	}
	s.gate.why.Store(nil)
}

// Gate is what writes are answered now, or nil while they are let in.
func (s *Store) Gate() error {
	if why := s.gate.why.Load(); why != nil {
		return *why
	}
	return nil
}

// commit runs do unless the gate is shut, and keeps Shut waiting meanwhile.
func (s *Store) commit(do func() error) error {
	s.gate.commits.RLock()
	defer s.gate.commits.RUnlock()
	if err := s.Gate(); err != nil {
		return err
	}
	return do()
}
