package dsa

import (
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// Done is what was done, as far as the law wants to know.
type Done string

// The restrictions. Whatever else is decided needs no statement.
const (
	Label     Done = "label"     // a note beside it
	Sensitive Done = "sensitive" // behind a warning
	Limit     Done = "limit"     // nobody is led to it
	Hide      Done = "hide"      // nobody can reach it, until that is taken back
	Delete    Done = "delete"    // it is gone
	Freeze    Done = "freeze"    // whose account it is can read, and no more
	Disable   Done = "disable"   // nobody can sign in
	Suspend   Done = "suspend"   // the account is not here, until that is taken back
	Terminate Done = "terminate" // the account is gone
)

// DoneBy is what an action is here, or "".
func DoneBy(a social.Action) Done {
	switch a {
	case social.Veil:
		return Sensitive
	case social.Disable:
		return Disable
	case social.Limit:
		return Limit
	case social.Suspend:
		return Suspend
	case social.Expel:
		return Terminate
	case social.LabelPost:
		return Label
	case social.LimitPost:
		return Limit
	case social.HidePost:
		return Hide
	case social.DeletePost:
		return Delete
	}
	return ""
}

// Origin is who told of it.
type Origin string

// The origins.
const (
	Notice  Origin = "notice"  // under Article 16
	Trusted Origin = "trusted" // a notice of a trusted flagger (Article 22)
	Told    Origin = "told"    // a report that is no notice: members, hosts, authorities, other servers
	Own     Origin = "own"     // nobody: it was found here
)

// OriginOf is the origin of what came by a channel of reports (see
// evidence.Reported) and rests on a ground. What a member says about the rules
// of the house is no notice of something illegal.
func OriginOf(channel string, g social.Ground) Origin {
	switch channel {
	case "trusted":
		return Trusted
	case "stranger", "rights":
		return Notice
	case "app", "web":
		if g == social.GroundLaw {
			return Notice
		}
		return Told
	case "flag", "host", "authority":
		return Told
	}
	return Own
}

// A Decision is what Of makes a statement of. It holds nothing that was typed
// about somebody.
type Decision struct {
	ID      social.DecisionID
	Done    Done
	Ground  social.Ground
	Rule    Rule   // of the house; zero where the ground is the law
	Law     string // the name of the law, of those that the house keeps a list of; empty is the category's
	Harm    social.Harm
	Exactly []string // keywords, if it is known more exactly
	Decider social.Decider
	Machine bool // one came upon it
	Origin  Origin

	Content   []string // content types; empty is text
	Language  string   // BCP 47, as posts have it
	Made      time.Time
	At        time.Time
	Until     time.Time // zero where no end is set
	Territory []string  // countries; empty is everywhere
}

// Decided is what Of asks for, of a decision of ours. What somebody wrote about
// whom it is about is left out. The rest is about what was decided upon.
func Decided(d social.Decision, rule Rule, channel string) Decision {
	out := Decision{ID: d.ID, Done: DoneBy(d.Action), Ground: d.Ground, Rule: rule, Harm: d.Harm, Decider: d.Decider, Machine: d.Machine, At: d.At, Until: d.Until}
	if out.Ground == "" {
		out.Ground = social.GroundRules
	}
	if out.Decider == "" {
		out.Decider = social.ByPerson
	}
	out.Origin = OriginOf(channel, out.Ground)
	return out
}

// A Rule is a rule of the house as it stood when it was applied.
type Rule struct {
	ID      string
	Version int
	Text    string // what the house publishes
	URL     string
}

// name is how a statement calls r.
func (r Rule) name() string {
	s := "Rule " + r.ID
	if r.Version > 0 {
		s += ", version " + strconv.Itoa(r.Version)
	}
	if r.Text != "" {
		s += ": " + r.Text
	}
	return cut(s, maxShort)
}

// cut is s in at most n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
