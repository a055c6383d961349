package social

import "maps"

// Limits of what is told of a change of the rules about hosts before it is
// made.
const (
	MaxCutHosts  = 20 // hosts by name
	MaxCutPeople = 5  // of ours, those who would lose the most
)

// A HostCut is what a change of the rules about hosts would keep people here
// from. Nothing of it is deleted: docs/decisions/0027-undo.md.
type HostCut struct {
	Hosts     []string // that are known here and kept further away than before, by name; the first of them
	Known     int      // how many those are
	Accounts  int      // known there
	Following int      // follows of ours to there, with those that were asked for
	Followers int      // follows from there to ours
	Posts     int      // of theirs that are kept
	Files     int      // of theirs that are known
	Losers    []HostLoss
}

// A HostLoss is what one of ours would lose.
type HostLoss struct {
	Account              AccountID
	Username             string
	Following, Followers int
}

// weight orders how far a rule keeps away.
var weight = map[HostSeverity]int{HostNoop: 0, HostSilence: 1, HostSuspends: 2}

// Stricter reports whether b keeps further away than was, in any way.
func (b HostBlock) Stricter(was HostBlock) bool {
	return weight[b.Severity] > weight[was.Severity] || b.RejectMedia && !was.RejectMedia || b.RejectReports && !was.RejectReports
}

// StricterAt is those of hosts from which r keeps further away than was.
func (r *HostRules) StricterAt(was *HostRules, hosts []string) (out []string) {
	for _, host := range hosts {
		if r.On(host).Stricter(was.On(host)) {
			out = append(out, host)
		}
	}
	return out
}

func (r *HostRules) clone() *HostRules {
	return &HostRules{maps.Clone(r.blocks), maps.Clone(r.allows), r.limited, r.rejectMedia}
}

// With is what would hold with blocks, in place of those that their hosts have.
func (r *HostRules) With(blocks ...HostBlock) *HostRules {
	c := r.clone()
	for _, b := range blocks {
		c.blocks[b.Host] = b
	}
	return c
}

// Without is what would hold without blocks of hosts.
func (r *HostRules) Without(hosts ...string) *HostRules {
	c := r.clone()
	for _, host := range hosts {
		delete(c.blocks, host)
	}
	return c
}

// Disallowing is what would hold if a host were not let in any more.
func (r *HostRules) Disallowing(host string) *HostRules {
	c := r.clone()
	delete(c.allows, host)
	return c
}

// Limiting is what would hold if only hosts that were let in might come.
func (r *HostRules) Limiting() *HostRules {
	c := r.clone()
	c.limited = true
	return c
}

// Limited reports whether only hosts that were let in may come.
func (r *HostRules) Limited() bool { return r.limited }
