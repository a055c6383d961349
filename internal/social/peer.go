package social

import "time"

// A Contact is how a remote account is reached.
// https://www.w3.org/TR/activitypub/#actor-objects
type Contact struct {
	Account      AccountID
	Inbox        string
	SharedInbox  string // empty if its host has none
	Outbox       string
	Followers    string // its collections, by their addresses
	Following    string
	Featured     string
	FeaturedTags string
	FetchedAt    time.Time // when its server was last asked who it is
}

// Mailbox is where what is meant for everybody at the account's host is sent.
func (c Contact) Mailbox() string {
	if c.SharedInbox != "" {
		return c.SharedInbox
	}
	return c.Inbox
}

// KeyKind says what a key signs with.
type KeyKind string

// The kinds: what every server reads, and what the newer ones do.
const (
	RSA     KeyKind = "rsa"
	Ed25519 KeyKind = "ed25519"
)

// A PublicKey is one that a remote account signs with.
type PublicKey struct {
	ID        string // its address
	Account   AccountID
	Kind      KeyKind
	DER       []byte // PKIX
	FetchedAt time.Time
}

// An OwnKey is one that an account of ours signs with, or the house itself,
// whose account is zero.
type OwnKey struct {
	Account AccountID
	Kind    KeyKind
	PKCS8   []byte
	MadeAt  time.Time
}

// A Peer is another server, as far as it was met.
type Peer struct {
	Host      string
	Software  string // as its NodeInfo says; empty until it was asked
	Version   string
	AskedAt   time.Time // when it was last asked for that
	MetAt     time.Time
	HeardAt   time.Time // when something of it was last taken
	Signature string    // the kind of signature it takes; empty for the usual one

	// Of the queue of what is sent to it.
	Waiting      int
	Oldest       time.Time // when the oldest of what waits was queued; zero if none does
	ReachedAt    time.Time
	FailingSince time.Time // zero if the last attempt went well
	Failures     int       // in a row
	NextTry      time.Time
	LastError    string
	HeldAt       time.Time // since when nothing is sent to it, because of what was decided about it; zero if it is
}

// Heeded reports whether something is queued for a host from which this house
// keeps away: for a while, since who did that may have been mistaken.
func (p Peer) Heeded(now time.Time) bool { return p.HeldAt.IsZero() || now.Sub(p.HeldAt) < HoldFor }

// Parked reports whether a host was not reached for so long that nothing is
// queued for it until it is heard of again.
func (p Peer) Parked(now time.Time) bool {
	return !p.FailingSince.IsZero() && now.Sub(p.FailingSince) > ParkAfter
}

// Queues says how the queues of all hosts together are doing.
type Queues struct {
	Met     int       // hosts in all
	Waiting int       // deliveries
	Hosts   int       // that something waits for
	Failing int       // that did not answer last time, with those that are parked
	Parked  int       // that have not answered for so long that nothing is queued for them
	Oldest  time.Time // of what waits; zero if nothing does
}

// Limits of what is sent to other hosts.
const (
	ParkAfter    = 7 * 24 * time.Hour  // without an answer, before nothing more is queued
	DeliveryLife = 10 * 24 * time.Hour // for which one is tried
	// HoldFor is how long it is queued for a host, and what came from there is
	// kept, after it was decided to keep away from it.
	HoldFor = 10 * 24 * time.Hour
)

// ActivityID names something that is sent to other servers.
type ActivityID int64

// DeliveryID names the sending of it to one of them.
type DeliveryID int64

// An Activity is what is sent, as it is sent, to however many inboxes.
type Activity struct {
	ID     ActivityID
	Signer AccountID // zero for the house
	Post   PostID    // that it carries, so that what is deleted does not wait in a queue; zero if none
	Body   []byte    // JSON
	At     time.Time
	// ForFollowers says that it is for the signer's followers alone, so that whoever
	// gets it had better know who they are.
	ForFollowers bool
}

// A Delivery is an activity on its way to an inbox.
type Delivery struct {
	ID       DeliveryID
	Activity Activity
	Host     string
	Inbox    string
	Attempts int
}

// ActKind says what a remote account did, of what has an address of its own
// but no row that keeps it.
type ActKind string

// The kinds.
const (
	ActLike     ActKind = "like"
	ActFollow   ActKind = "follow"
	ActBlock    ActKind = "block"
	ActReaction ActKind = "reaction"
	ActDown     ActKind = "down"
)

// An Act is what a remote account did to a post or an account, by the address
// it is undone by.
type Act struct {
	URI    string
	Kind   ActKind
	Owner  AccountID
	Target int64 // a PostID, an AccountID or a ReactionID
	At     time.Time
}

// How often a server is asked what it runs, and how soon again if it did not
// say.
const (
	AskAgain  = 7 * 24 * time.Hour
	AskSooner = 24 * time.Hour
)
