package event

import "github.com/plaza-social/plaza/internal/social"

// RelayAdded: an admin wants a relay, which is to be asked.
type RelayAdded struct {
	Relay social.RelayID   `json:"relay"`
	Host  string           `json:"host"`
	By    social.AccountID `json:"by"`
}

// Kind implements Fact.
func (RelayAdded) Kind() string { return "relay.added" }

// RelayAnswered: a relay has accepted, or has refused.
type RelayAnswered struct {
	Relay    social.RelayID `json:"relay"`
	Host     string         `json:"host"`
	Accepted bool           `json:"accepted,omitempty"`
}

// Kind implements Fact.
func (RelayAnswered) Kind() string { return "relay.answered" }

// RelayRemoved: an admin does not want a relay any more. Its row is gone; what
// it takes to tell it stands here.
type RelayRemoved struct {
	Relay social.RelayID   `json:"relay"`
	Way   social.RelayKind `json:"way"`
	Host  string           `json:"host"`
	Inbox string           `json:"inbox"`
	Actor string           `json:"actor,omitempty"`
	By    social.AccountID `json:"by"`
}

// Kind implements Fact.
func (RelayRemoved) Kind() string { return "relay.removed" }

var (
	_ = register[RelayAdded]()
	_ = register[RelayAnswered]()
	_ = register[RelayRemoved]()
)
