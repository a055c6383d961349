package social

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A HouseName is one address of the house: where it stands on the web, and what
// follows the second @ in the addresses of its people.
type HouseName struct {
	URL  string `json:"url"`
	Host string `json:"host"`
}

// A FormerName is one under which the house does not live any more. What was
// made before a moment keeps the ids that it had under it.
type FormerName struct {
	HouseName
	Until time.Time `json:"until"`
}

// HouseNames are all that the house is called. Next, if there is one, answers
// already, so that the house can go there when it has to.
type HouseNames struct {
	Now    HouseName    `json:"now"`
	Former []FormerName `json:"former,omitempty"` // the oldest first
	Next   HouseName    `json:"next"`
}

// Under is the names of a house whose settings say what it is called: unless
// that is what it was called before it moved.
func (n HouseNames) Under(set HouseName) HouseNames {
	if n.Now.URL == "" || !n.was(set.URL) {
		n.Now = set
	}
	n.Former = slices.DeleteFunc(slices.Clone(n.Former), func(f FormerName) bool { return f.URL == n.Now.URL })
	if n.Next.URL == n.Now.URL {
		n.Next = HouseName{}
	}
	return n
}

func (n HouseNames) was(address string) bool {
	return slices.ContainsFunc(n.Former, func(f FormerName) bool { return f.URL == address })
}

// Moved reports whether the house has ever had another name.
func (n HouseNames) Moved() bool { return len(n.Former) > 0 }

// Last is the name that the house had before this one.
func (n HouseNames) Last() HouseName {
	if !n.Moved() {
		return HouseName{}
	}
	return n.Former[len(n.Former)-1].HouseName
}

// MovedAt is when it got this one; zero if it never had another.
func (n HouseNames) MovedAt() time.Time {
	if !n.Moved() {
		return time.Time{}
	}
	return n.Former[len(n.Former)-1].Until
}

// Others are all names but the one of now.
func (n HouseNames) Others() (out []HouseName) {
	for _, f := range n.Former {
		out = append(out, f.HouseName)
	}
	if n.Next.URL != "" {
		out = append(out, n.Next)
	}
	return out
}

// ParseHouseName is a name as an admin writes it: new.example, or an address
// with its scheme. It is false for what is none.
func ParseHouseName(typed, host string) (n HouseName, ok bool) {
	typed = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(typed), "/"))
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return n, false
	}
	if n = (HouseName{URL: typed, Host: strings.ToLower(host)}); host == "" {
		n.Host = u.Host
	}
	plain := n.Host
	if name, _, err := net.SplitHostPort(n.Host); err == nil {
		plain = name
	}
	_, err = CleanHost(plain)
	return n, err == nil
}
