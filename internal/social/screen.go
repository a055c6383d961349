package social

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ScreenID names something that is turned away.
type ScreenID int64

// A MailBlock turns away those whose letters go to a host, or one below it.
// https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock/
type MailBlock struct {
	ID        ScreenID
	Host      string
	Approval  bool // they may ask, and somebody looks at it
	CreatedAt time.Time
	Days      []MailTries // of the last days, the present one first
}

// MailTries is how often, and from how many places, one wanted to join on a
// day although a block stood against it.
type MailTries struct {
	Day          time.Time
	Uses, People int
}

// MailTryDays is how long tries are told of.
const MailTryDays = 7

// A PrintBlock turns away whoever has one address, which is not kept: only its
// fingerprint is.
// https://docs.joinmastodon.org/entities/Admin_CanonicalEmailBlock/
type PrintBlock struct {
	ID        ScreenID
	Print     string
	CreatedAt time.Time
}

// MailPrint is the fingerprint of an e-mail address, the same for its many
// spellings: dots and what follows a plus sign do not count.
// https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/
func MailPrint(address string) string {
	name, host, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	name, _, _ = strings.Cut(strings.ReplaceAll(name, ".", ""), "+")
	sum := sha256.Sum256([]byte(name + "@" + host))
	return hex.EncodeToString(sum[:])
}

// CheckPrint reports why s cannot be a fingerprint, or nil.
func CheckPrint(s string) error {
	if b, err := hex.DecodeString(s); err != nil || len(b) != sha256.Size || strings.ToLower(s) != s {
		return errs.New(errs.Invalid, "Validation failed: Give an e-mail address, or the SHA-256 of one as 64 digits and letters from a to f.")
	}
	return nil
}

// Above is a host and all above it, nearest first: those whose
// blocks hold for it.
func Above(host string) (out []string) {
	for host = strings.ToLower(strings.Trim(host, ".")); host != ""; {
		out = append(out, host)
		_, host, _ = strings.Cut(host, ".")
	}
	return out
}

// IPSeverity says what those who come from somewhere may not do.
type IPSeverity string

// The severities, as Mastodon names them: join without somebody looking at it,
// join at all, or call us at all.
const (
	IPApproval IPSeverity = "sign_up_requires_approval"
	IPNoSignUp IPSeverity = "sign_up_block"
	IPNoAccess IPSeverity = "no_access"
)

var ipRank = map[IPSeverity]int{IPApproval: 1, IPNoSignUp: 2, IPNoAccess: 3}

// Beyond reports whether s is more severe than other.
func (s IPSeverity) Beyond(other IPSeverity) bool { return ipRank[s] > ipRank[other] }

// An IPBlock turns away those who come from a network.
// https://docs.joinmastodon.org/entities/Admin_IpBlock/
type IPBlock struct {
	ID        ScreenID
	Net       netip.Prefix
	Severity  IPSeverity
	Comment   string
	ExpiresAt time.Time // zero for never
	CreatedAt time.Time
}

// Limits of what is turned away.
const (
	MaxIPBlocks  = 10_000 // they are kept in memory
	MaxIPComment = 1000   // characters
	MaxMails     = 50_000 // hosts of e-mail, and as many fingerprints
	MaxIPBlock   = 10 * 366 * 24 * time.Hour
)

// ParseNet reads an address or a network: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32.
func ParseNet(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	p, err := netip.ParsePrefix(s)
	if a, aerr := netip.ParseAddr(s); aerr == nil {
		a = a.Unmap().WithZone("")
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err == nil && p.Addr().Is4In6() {
		if p.Bits() < 96 {
			err = errNet
		} else {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
	}
	if err != nil {
		return p, errNet
	}
	return p.Masked(), nil
}

var errNet = errs.New(errs.Invalid, "Validation failed: Give an address or a network, such as 192.0.2.0/24 or 2001:db8::/32.")

// Household is how much of an IPv6 address is one customer's: the rest is
// theirs to choose, anew for each call, and so nothing to tell them by.
const Household = 64

// NetworkOf is what one household or landlord has all addresses of; empty for what
// is no address.
func NetworkOf(at netip.Addr) string {
	bits := 24
	if at.Is6() {
		bits = 48
	}
	p, err := at.Prefix(bits)
	if err != nil || !p.IsValid() {
		return ""
	}
	return p.String()
}

// Reach is the network that p turns away: of IPv6 at least a household.
func (b IPBlock) Reach() netip.Prefix {
	if b.Net.Addr().Is6() && b.Net.Bits() > Household {
		return netip.PrefixFrom(b.Net.Addr(), Household).Masked()
	}
	return b.Net
}

// ShutsOut reports whether b keeps who calls from an address from calling.
func (b IPBlock) ShutsOut(at netip.Addr) bool {
	return b.Severity == IPNoAccess && b.Reach().Contains(at.Unmap().WithZone(""))
}

var loopbacks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// Check reports what is wrong with b, or nil.
func (b IPBlock) Check(now time.Time) error {
	switch {
	case !b.Net.IsValid():
		return errNet
	case ipRank[b.Severity] == 0:
		return errs.New(errs.Invalid, "Validation failed: How severe a block is, is one of sign_up_requires_approval, sign_up_block and no_access.")
	case utf8.RuneCountInString(b.Comment) > MaxIPComment:
		return errs.Newf(errs.Invalid, "Validation failed: A comment has at most %d characters.", MaxIPComment)
	case !b.ExpiresAt.IsZero() && (!b.ExpiresAt.After(now) || b.ExpiresAt.After(now.Add(MaxIPBlock))):
		return errs.New(errs.Invalid, "Validation failed: A block ends in the future, within ten years, or never.")
	}
	for _, l := range loopbacks {
		if b.Severity == IPNoAccess && b.Reach().Overlaps(l) {
			return errs.New(errs.Invalid, "Validation failed: This network holds the machine itself, which would be shut out too.")
		}
	}
	return nil
}

// An IPTable finds the blocks that hold for an address, in one look for each
// length of network that there is.
type IPTable struct {
	nets map[netip.Prefix][]IPBlock // of each severity at most one
	bits [2][]int                   // the lengths there are, for IPv4 and IPv6
}

// NewIPTable puts blocks in order. Of two for one network that are as severe
// the one that lasts longer holds.
func NewIPTable(blocks []IPBlock) *IPTable {
	t := &IPTable{nets: map[netip.Prefix][]IPBlock{}}
	var has [2][129]bool
	for _, b := range blocks {
		p := b.Reach()
		t.add(p, b)
		if f := family(p.Addr()); !has[f][p.Bits()] {
			has[f][p.Bits()] = true
			t.bits[f] = append(t.bits[f], p.Bits())
		}
	}
	return t
}

func (t *IPTable) add(p netip.Prefix, b IPBlock) {
	for i, was := range t.nets[p] {
		if was.Severity == b.Severity {
			if b.outlasts(was) {
				t.nets[p][i] = b
			}
			return
		}
	}
	t.nets[p] = append(t.nets[p], b)
}

func (b IPBlock) outlasts(other IPBlock) bool {
	return !other.ExpiresAt.IsZero() && (b.ExpiresAt.IsZero() || b.ExpiresAt.After(other.ExpiresAt))
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// Find is the most severe of the blocks that hold for an address now; empty if
// there is none.
func (t *IPTable) Find(at netip.Addr, now time.Time) (worst IPSeverity) {
	if len(t.nets) == 0 || !at.IsValid() {
		return ""
	}
	at = at.Unmap().WithZone("")
	for _, n := range t.bits[family(at)] {
		p, err := at.Prefix(n)
		if err != nil {
			continue
		}
		for _, b := range t.nets[p] {
			if b.Severity.Beyond(worst) && (b.ExpiresAt.IsZero() || now.Before(b.ExpiresAt)) {
				worst = b.Severity
			}
		}
	}
	return worst
}
