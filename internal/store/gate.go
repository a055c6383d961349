package store

import (
	"sync"
	"sync/atomic"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// gate keeps writes out while it is shut.
type gate struct {
	why     atomic.Pointer[error]
	mu      sync.Mutex
	turns   chan struct{} // closed when it is shut or opened; nil while nobody waits
	commits sync.RWMutex  // held for reading by commits under way
}

// Shut has every write answered with why, an error of kind Unavailable, until
// OpenGate; reads and watchers go on. It returns when the commits under way
// are over: after that, nothing is committed any more.
func (s *Store) Shut(why error) {
	s.gate.turn(&why)
	s.gate.commits.Lock() // waits for those that came before
	defer s.gate.commits.Unlock()
}

// OpenGate lets writes in again. A store that follows stays shut: there is
// nothing that it could write to.
func (s *Store) OpenGate() {
	if s.follows {
		s.gate.turn(&errFollows)
		return
	}
	s.gate.turn(nil)
}

func (g *gate) turn(why *error) {
	g.why.Store(why)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turns != nil {
		close(g.turns)
		g.turns = nil
	}
}

// GateTurns is closed at the next Shut or OpenGate.
func (s *Store) GateTurns() <-chan struct{} {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	if s.gate.turns == nil {
		s.gate.turns = make(chan struct{})
	}
	return s.gate.turns
}

// Gate is what writes are answered now, or nil while they are let in.
func (s *Store) Gate() error {
	if why := s.gate.why.Load(); why != nil {
		return *why
	}
	if s.may != nil {
		return s.may()
	}
	return nil
}

// errTooLate is what is answered when a commit, or the machine, took so long that
// another may write by now, who does not have what was committed.
var errTooLate = errs.New(errs.Unavailable, "This was saved here, and it took so long that another Plaza may have taken over meanwhile, without it. Look whether it is there before you send it again.")

// stillMay is asked after a commit, before it is answered.
func (s *Store) stillMay() error {
	if s.may != nil && s.may() != nil {
		return errTooLate
	}
	return nil
}

// commit runs do unless the gate is shut, and keeps Shut waiting meanwhile.
func (s *Store) commit(do func() error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	return do()
}

// enter keeps Shut waiting until leave is called, unless the gate is shut.
func (s *Store) enter() (leave func(), err error) {
	s.gate.commits.RLock()
	if err := s.Gate(); err != nil {
		s.gate.commits.RUnlock()
		return nil, err
	}
	return s.gate.commits.RUnlock, nil
}
