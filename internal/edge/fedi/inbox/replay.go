package inbox

import (
	"crypto/sha256"
	"sync"
	"time"
)

// A signature is good for an hour or more. Whoever has seen a request could
// bring it again, after what it said was undone.
const (
	seenLife = 13 * time.Hour // no signature is good for longer
	maxSeen  = 1 << 17        // of which each takes some 60 bytes
)

// seen are signatures that were taken.
type seen struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]time.Time // until when
}

// before reports whether a signature was taken already, and remembers it.
func (s *seen) before(sum [sha256.Size]byte, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until, ok := s.all[sum]; ok && now.Before(until) {
		return true
	}
	for other, until := range s.all { // whichever comes first makes room
		if len(s.all) < maxSeen && now.Before(until) {
			break
		}
		delete(s.all, other)
	}
	s.all[sum] = now.Add(seenLife)
	return false
}

// forget has a signature be taken after all: what it was on was not kept.
func (s *seen) forget(sum [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sum)
}
