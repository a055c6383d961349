package social

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// A Muster is a set of followers, by their ActivityPub ids, put into so few
// bytes that two servers can see whether they have the same (FEP-8fcf). In
// which order they come does not matter; whoever is put in twice is out again.
type Muster [sha256.Size]byte

// Put puts somebody in.
func (m *Muster) Put(uri string) {
	for i, b := range sha256.Sum256([]byte(uri)) {
		m[i] ^= b
	}
}

// String is how servers tell each other.
func (m Muster) String() string { return hex.EncodeToString(m[:]) }

// MusterOf is the one of some followers.
func MusterOf(uris []string) (m Muster) {
	for _, uri := range uris {
		m.Put(uri)
	}
	return m
}

// Limits of what two servers agree upon.
const (
	// MaxMuster is how many followers on one server are compared. Where there
	// are more, nobody is told of any.
	MaxMuster = 5000
	// MusterEvery is how often the list of one account is asked for, if it is
	// another than is known here.
	MusterEvery = 6 * time.Hour
	// MaxUnfollowed is how many follows that nobody here knows of are taken back
	// at a time.
	MaxUnfollowed = 100
)
