package social

import "time"

// RelayID names a relay.
type RelayID int64

// RelayKind says in which of two ways a relay is spoken with (FEP-ae0c).
type RelayKind string

// The kinds. One is known by an inbox, is asked for everything, and passes on
// what it is sent as it is; the other by an actor, which is followed and
// follows back, and passes posts on by their addresses.
const (
	RelayMastodon RelayKind = "mastodon"
	RelayLitePub  RelayKind = "litepub"
)

// RelayState says what came of asking.
type RelayState string

// The states. Only through a relay that accepted anything goes or comes.
const (
	RelayAsked    RelayState = "asked"
	RelayAccepted RelayState = "accepted"
	RelayRefused  RelayState = "refused"
)

// A Relay is a server that passes on what is said before everybody, ours to
// others and theirs to us.
type Relay struct {
	ID        RelayID
	Kind      RelayKind
	Inbox     string
	Host      string // of the inbox, with its port
	Actor     string // who speaks for it; empty until somebody has answered for an inbox
	State     RelayState
	Since     time.Time // when it came into this state
	By        AccountID // who added it
	CreatedAt time.Time
}

// Address is what a relay is known by.
func (r Relay) Address() string {
	if r.Kind == RelayLitePub {
		return r.Actor
	}
	return r.Inbox
}

// MaxRelays is how many relays a house has at most: each is sent every public
// post, and all are in memory.
const MaxRelays = 20
