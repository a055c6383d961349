package event

// HostsChanged: what was decided about a host is another thing now.
type HostsChanged struct {
	Host string `json:"host"`
}

// Kind implements Fact.
func (HostsChanged) Kind() string { return "hosts.changed" }

var _ = register[HostsChanged]()
