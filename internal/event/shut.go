package event

import "github.com/plaza-social/plaza/internal/social"

// HostShut: an account wants to see nothing from a host, or no longer minds.
type HostShut struct {
	Owner social.AccountID `json:"owner"`
	Host  string           `json:"host"`
	Off   bool             `json:"off,omitempty"`
}

// Kind implements Fact.
func (HostShut) Kind() string { return "host.shut" }

var _ = register[HostShut]()
