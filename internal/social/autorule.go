package social

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// The ids of an automatic rule, of something that met one, and of a list of
// hashes of files.
type (
	AutoRuleID int64
	AutoHitID  int64
	HashListID int64
)

// An AutoRule is what the house does by itself. Text is how its owner wrote it,
// Terms what that says. A change makes another version; earlier ones are kept.
type AutoRule struct {
	ID      AutoRuleID
	Name    string
	Text    string
	Version int
	State   AutoState
	Terms   AutoTerms
	By      AccountID // who made this version
	Changed time.Time // when it began to be so
	Tripped time.Time // when it met more than its quota, and went back to watching; zero if it did not since
}

// AutoState says whether a rule acts.
type AutoState string

// The states. A rule that watches only counts what it would have done.
const (
	AutoOff   AutoState = "off"
	AutoWatch AutoState = "watch"
	AutoOn    AutoState = "on"
)

// AutoScope is what a rule looks at.
type AutoScope string

// The scopes. Messages are looked at only where the owner says so.
const (
	AutoPosts    AutoScope = "posts"
	AutoMessages AutoScope = "posts and messages"
	AutoSignUps  AutoScope = "sign-ups"
)

// AutoAction is what a rule does.
type AutoAction string

// The actions. What is held waits for a look and is seen meanwhile; what is
// hidden is not.
const (
	AutoReport AutoAction = "report"
	AutoHold   AutoAction = "hold"
	AutoWarn   AutoAction = "warn"
	AutoHide   AutoAction = "hide"
	AutoLimit  AutoAction = "limit"
	AutoReject AutoAction = "reject"
)

// Limits of automatic rules. Words and hosts are counted per condition.
const (
	MaxAutoRules      = 100
	MaxAutoName       = 100    // characters
	MaxAutoText       = 20_000 // bytes
	MaxAutoConditions = 30
	MaxAutoWords      = 500
	MaxAutoWord       = 200 // characters
	MaxAutoCount      = 1000
	MaxAutoSay        = 300              // characters of what somebody is told
	MaxAutoPace       = 24 * time.Hour   // a pace is measured over this long at most
	MaxAutoAlike      = 60 * time.Minute // and what is alike is looked for so long
	MaxAutoAge        = 366 * 24 * time.Hour
	DefaultAutoQuota  = 100 // hits a day, after which a rule only watches
	MaxAutoQuota      = 10_000
)

// AutoTerms is what a rule says.
type AutoTerms struct {
	Scope      AutoScope
	Any        bool // one condition is enough; else it takes all
	Conditions []AutoCondition
	Actions    []AutoAction
	Priority   AutoPriority
	Category   Harm
	Quota      int    // a day
	Say        string // to whom something is refused
}

// AutoPriority is how much of a hurry there is.
type AutoPriority string

// The priorities.
const (
	AutoLow    AutoPriority = "low"
	AutoNormal AutoPriority = "normal"
	AutoHigh   AutoPriority = "high"
	AutoUrgent AutoPriority = "urgent"
)

// Weight is p as a number that can be compared.
func (p AutoPriority) Weight() int {
	return map[AutoPriority]int{AutoLow: 20, AutoNormal: 50, AutoHigh: 75, AutoUrgent: 95}[p]
}

// Does reports whether a rule with these terms does something.
func (t AutoTerms) Does(a AutoAction) bool {
	for _, one := range t.Actions {
		if one == a {
			return true
		}
	}
	return false
}

// Steps are the things that a rule with these terms does about what was posted
// or who joined, one after another. All but a warning comes before a person, once.
// What refuses has done so before.
func (t AutoTerms) Steps() (all []AutoAction) {
	if t.Does(AutoReject) {
		return nil
	}
	look := false
	for _, a := range t.Actions {
		if a == AutoWarn || a == AutoHide || a == AutoLimit {
			all = append(all, a)
		}
		look = look || a != AutoWarn
	}
	if look {
		all = append(all, AutoReport)
	}
	return all
}

// Asks reports whether a rule with these terms has a condition of a kind.
func (t AutoTerms) Asks(k AutoKind) bool {
	for _, c := range t.Conditions {
		if c.Kind == k {
			return true
		}
	}
	return false
}

// NewAutoRule reads what somebody wrote as a rule, or tells what to do about it.
func NewAutoRule(name, text string) (r AutoRule, err error) {
	r.Name, r.Text = strings.Join(strings.Fields(name), " "), strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case r.Name == "":
		return r, errs.New(errs.Invalid, "Validation failed: Give the rule a name, by which you know it later.")
	case utf8.RuneCountInString(r.Name) > MaxAutoName:
		return r, errs.Newf(errs.Invalid, "Validation failed: The name has at most %d characters.", MaxAutoName)
	case len(r.Text) > MaxAutoText:
		return r, errs.Newf(errs.Invalid, "Validation failed: A rule has at most %d bytes. Make two of it.", MaxAutoText)
	}
	r.Terms, err = ParseAutoTerms(r.Text)
	return r, err
}

// An AutoRun is a rule held against what was posted before, to see what it
// would have done.
type AutoRun struct {
	Rule     AutoRuleID
	Version  int
	Started  time.Time
	Done     time.Time // zero while it goes on
	Looked   int       // at so many posts
	Hits     int
	People   int      // whose posts they were, up to AutoRunPeople
	Examples []PostID // some of them, the last ones first
	Short    bool     // there was more than AutoRunMost, and the earlier ones were left out
	SeenBy   AccountID
	Seen     time.Time // zero if nobody of the staff has looked at it since it was done
	Failed   string    // why it ended before it was done
}

// Bounds of a run.
const (
	AutoRunDays     = 30
	AutoRunMost     = 200_000 // posts
	AutoRunExamples = 20
	AutoRunPeople   = 10_000
)

// MayTurnOn reports why a rule may not act yet, or nil: somebody must have seen
// what this version of it would have done.
func (r AutoRule) MayTurnOn(run AutoRun) error {
	if r.Terms.Scope == AutoSignUps {
		return nil // there are no earlier ones to try it on
	}
	switch {
	case run.Version != r.Version || run.Started.IsZero():
		return errs.Newf(errs.Invalid, "Try the rule on the last %d days first: only then it can be turned on.", AutoRunDays)
	case run.Failed != "":
		return errs.New(errs.Invalid, "The trial did not come to an end. Start it again.")
	case run.Done.IsZero():
		return errs.New(errs.Invalid, "The trial has not come to an end yet. Wait for it, and look at what it found.")
	case run.Seen.IsZero():
		return errs.New(errs.Invalid, "Look at what the trial found before you turn the rule on.")
	}
	return nil
}

// An AutoHit is something that met a rule.
type AutoHit struct {
	ID      AutoHitID
	Rule    AutoRuleID
	Version int
	Post    PostID // zero for what was refused, and for a sign-up
	Account AccountID
	Acted   bool     // else the rule only watched
	Why     []string // the conditions that it met, as the rule words them
}

// AutoHitDays is how long hits are kept.
const AutoHitDays = 180
