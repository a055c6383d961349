package social

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// HostID names what was decided about a host.
type HostID int64

// HostSeverity says how far this house keeps away from a host.
type HostSeverity string

// The severities, as Mastodon names them: nothing but what else the block says,
// not put before people who do not follow, not shown at all.
const (
	HostNoop     HostSeverity = "noop"
	HostSilence  HostSeverity = "silence"
	HostSuspends HostSeverity = "suspend"
)

// A HostBlock is how this house keeps away from a host and all below it.
// https://docs.joinmastodon.org/entities/Admin_DomainBlock/
type HostBlock struct {
	ID            HostID
	Host          string
	Severity      HostSeverity
	RejectMedia   bool // its pictures are not fetched
	RejectReports bool // its reports are not taken
	Private       string
	Public        string
	Obfuscate     bool // the public list shows the name in part
	Listed        bool // it stands because of lists that others keep, and goes with them
	CreatedAt     time.Time
}

// A HostAllow lets a host in where only those may come that were let in.
type HostAllow struct {
	ID        HostID
	Host      string
	CreatedAt time.Time
}

// Limits of what is decided about hosts.
const (
	MaxHost        = 253   // bytes of a name
	MaxHostComment = 1000  // characters
	MaxHosts       = 20000 // blocks, and as many let in: they are kept in memory
)

// CleanHost is a host's name as it is compared, or Invalid. An address of a
// page there will do.
func CleanHost(typed string) (string, error) {
	host := strings.TrimSpace(typed)
	if strings.Contains(host, "://") {
		u, err := url.Parse(host)
		if err != nil {
			return "", errHost
		}
		host = u.Hostname()
	}
	host = strings.Trim(strings.TrimPrefix(host, "@"), "./")
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || len(ascii) > MaxHost || !siteForm.MatchString(ascii) || !isNameOrAddress(ascii) {
		return "", errHost
	}
	return ascii, nil
}

// HostWithin reports whether a host is a site or one below it, both as CleanHost
// writes them; the dot that may end a name makes no other of it. Without a name there
// is nothing within.
func HostWithin(host, site string) bool {
	host, site = strings.TrimSuffix(host, "."), strings.TrimSuffix(site, ".")
	return site != "" && (host == site || strings.HasSuffix(host, "."+site))
}

// numberForm is a last part of a host that makes all of it an IPv4 address for
// browsers, however odd.
var numberForm = regexp.MustCompile(`\.([0-9]+|0x[0-9a-f]*)$`)

// isNameOrAddress turns away what looks like an address and is none.
func isNameOrAddress(host string) bool {
	if !numberForm.MatchString(host) {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

var errHost = errs.New(errs.Invalid, "Validation failed: A host is given by its name alone, such as example.org.")

// Check reports what is wrong with b, or nil.
func (b HostBlock) Check() error {
	switch {
	case b.Severity != HostNoop && b.Severity != HostSilence && b.Severity != HostSuspends:
		return errs.New(errs.Invalid, "Validation failed: How severe a block is, is one of silence, suspend and noop.")
	case utf8.RuneCountInString(b.Private) > MaxHostComment || utf8.RuneCountInString(b.Public) > MaxHostComment:
		return errs.Newf(errs.Invalid, "Validation failed: A comment has at most %d characters.", MaxHostComment)
	}
	return nil
}

// Digest lets somebody who knows a host find it in a list that does not name it.
func (b HostBlock) Digest() string {
	sum := sha256.Sum256([]byte(b.Host))
	return hex.EncodeToString(sum[:])
}

// Shown is the host's name as the public list gives it: if it is obfuscated,
// only its first and last quarter.
func (b HostBlock) Shown() string {
	if !b.Obfuscate {
		return b.Host
	}
	out, edge := []byte(b.Host), len(b.Host)/4
	for i := edge; i < len(out)-edge; i++ {
		if out[i] != '.' {
			out[i] = '*'
		}
	}
	return string(out)
}

// HostRules is all that was decided about hosts, at one moment.
type HostRules struct {
	blocks  map[string]HostBlock
	allows  map[string]bool
	limited bool

	rejectMedia bool // some
}

// NewHostRules collects what was decided. Where limited, only hosts that were
// let in may come.
func NewHostRules(blocks []HostBlock, allows []HostAllow, limited bool) *HostRules {
	r := &HostRules{blocks: map[string]HostBlock{}, allows: map[string]bool{}, limited: limited, rejectMedia: limited}
	for _, b := range blocks {
		r.blocks[b.Host] = b
		r.rejectMedia = r.rejectMedia || b.RejectMedia
	}
	for _, a := range allows {
		r.allows[a.Host] = true
	}
	return r
}

// RejectMedia reports whether there is any host whose files are not wanted.
func (r *HostRules) RejectMedia() bool { return r.rejectMedia }

// On is what holds for a host: the block of the nearest name above it, or of
// itself, on whatever port. Our own, the empty one, is always welcome.
func (r *HostRules) On(host string) HostBlock {
	if host == "" {
		return HostBlock{Severity: HostNoop}
	}
	if name, _, err := net.SplitHostPort(host); err == nil { // there are ports in closed networks only
		host = name
	}
	if r.limited && !r.allows[host] {
		return HostBlock{Host: host, Severity: HostSuspends, RejectMedia: true, RejectReports: true}
	}
	for name := host; name != ""; {
		if b, ok := r.blocks[name]; ok {
			return b
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return HostBlock{Host: host, Severity: HostNoop}
}
