package social

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// HostListID names a list of hosts that somebody else keeps.
type HostListID int64

// HostListStage says what is under way with a list.
type HostListStage string

// The stages: nothing; what the list says now waits for a person; it is being
// applied; the rules of the list are being taken back, and then it is gone.
const (
	HostListIdle     HostListStage = ""
	HostListWaiting  HostListStage = "waiting"
	HostListApplying HostListStage = "applying"
	HostListEnding   HostListStage = "ending"
)

// A HostList is a list of blocks that somebody else keeps at an address, and
// that this house heeds.
type HostList struct {
	ID         HostListID
	URL        string
	Auto       bool // what changes there is applied without asking, unless it is a lot
	Stage      HostListStage
	CreatedAt  time.Time
	CheckedAt  time.Time // when it was last asked for; zero if never
	NextCheck  time.Time
	AppliedAt  time.Time // when something of it was last applied
	ProposedAt time.Time // when what waits was fetched
	Failure    string    // why the last attempt was none; empty if it was
	Hosts      int       // that are heeded
}

// A HostLine is what a list says of a host, as far as it is heeded.
type HostLine struct {
	List  HostListID
	Block HostBlock
	Since time.Time
}

// Limits of lists that others keep.
const (
	MaxHostLists     = 10
	MaxHostListURL   = 500     // bytes
	MaxHostListBytes = 4 << 20 // of the file
	MaxHostListLines = MaxHosts
	HostListEvery    = 24 * time.Hour
	// MaxHostListShift is how many percent of a list may come or go at once
	// without a person looking at it, and FewHosts how many always may, of a
	// list that does not become empty.
	MaxHostListShift = 20
	FewHosts         = 5
)

// CleanListURL is the address of a list as it is kept, or Invalid.
func CleanListURL(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	u, err := url.Parse(typed)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(typed) > MaxHostListURL {
		return "", errs.New(errs.Invalid, "Validation failed: A list has an address that begins with https://.")
	}
	u.Fragment = ""
	return u.String(), nil
}

// A HostListChange is what becomes of what is heeded of a list.
type HostListChange struct {
	Added, Changed, Dropped []HostBlock // by name
}

// All is how many lines change.
func (c HostListChange) All() int { return len(c.Added) + len(c.Changed) + len(c.Dropped) }

// Parts is the same change in parts of up to n lines.
func (c HostListChange) Parts(n int) (out []HostListChange) {
	take := func(from *[]HostBlock, room int) (some []HostBlock) {
		some, *from = (*from)[:min(room, len(*from))], (*from)[min(room, len(*from)):]
		return some
	}
	for c.All() > 0 {
		var p HostListChange
		p.Added = take(&c.Added, n)
		p.Changed = take(&c.Changed, n-p.All())
		p.Dropped = take(&c.Dropped, n-p.All())
		out = append(out, p)
	}
	return out
}

// CompareHosts tells what becomes of what is heeded of a list when it says now.
func CompareHosts(heeded map[string]HostBlock, now []HostBlock) (c HostListChange) {
	left := maps.Clone(heeded)
	for _, b := range now {
		was, known := heeded[b.Host]
		delete(left, b.Host)
		switch {
		case !known:
			c.Added = append(c.Added, b)
		case !was.SaysWhat(b):
			c.Changed = append(c.Changed, b)
		}
	}
	c.Dropped = slices.Collect(maps.Values(left))
	for _, some := range [][]HostBlock{c.Added, c.Changed, c.Dropped} {
		slices.SortFunc(some, func(a, b HostBlock) int { return cmp.Compare(a.Host, b.Host) })
	}
	return c
}

// SaysWhat reports whether b says the same as other, but for the notes.
func (b HostBlock) SaysWhat(other HostBlock) bool {
	return b.Severity == other.Severity && b.RejectMedia == other.RejectMedia && b.RejectReports == other.RejectReports && b.Public == other.Public && b.Obfuscate == other.Obfuscate
}

// Sudden reports whether a change of a list of so many hosts is one that a
// person has to look at.
func (c HostListChange) Sudden(of int) bool {
	many := func(n int) bool { return n > FewHosts && n*100 > of*MaxHostListShift }
	return len(c.Dropped) == of || many(len(c.Added)) || many(len(c.Changed)) || many(len(c.Dropped))
}

// Strongest is what holds for a host of which several lists say something: the
// furthest that any of them goes. The first that goes so far tells why.
func Strongest(all []HostLine) (b HostBlock) {
	for i, l := range all {
		if i == 0 || weight[l.Block.Severity] > weight[b.Severity] {
			b.Host, b.Severity, b.Public = l.Block.Host, l.Block.Severity, l.Block.Public
		}
		b.RejectMedia, b.RejectReports = b.RejectMedia || l.Block.RejectMedia, b.RejectReports || l.Block.RejectReports
		b.Obfuscate = b.Obfuscate || l.Block.Obfuscate
	}
	return b
}
