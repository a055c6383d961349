package social

import (
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A jury is members of the house, drawn by lot, who say whether something
// breaks one of its rules. docs/decisions/0041-jury.md tells why it is as it is.

// JuryID names a jury: a case, and those who are drawn for it.
type JuryID int64

// JuryPoolID names a pool: those among whom lots are drawn, for a day.
type JuryPoolID int64

// Verdict is what a juror, or a jury, says.
type Verdict string

// The verdicts. Empty is none yet.
const (
	Breach   Verdict = "breach"    // it breaks a rule
	NoBreach Verdict = "no_breach" // it breaks none
)

// JuryEnd says how a jury ended.
type JuryEnd string

// The ends. Empty is that it goes on.
const (
	JuryBreach   JuryEnd = "breach"
	JuryNoBreach JuryEnd = "no_breach"
	JuryHung     JuryEnd = "hung"  // the last panel did not agree
	JuryLate     JuryEnd = "late"  // nobody may wait longer
	JuryShort    JuryEnd = "short" // there was nobody left to draw
	JuryMoot     JuryEnd = "moot"  // there is nothing to judge any more, or the staff took it back
)

// Verdict is what a jury that ended so has said, empty if it said nothing:
// then the staff decides.
func (e JuryEnd) Verdict() Verdict {
	switch e {
	case JuryBreach:
		return Breach
	case JuryNoBreach:
		return NoBreach
	}
	return ""
}

// A Panel is how many are drawn, how many of them must agree, and how many of
// those who are close to each other may be among them.
type Panel struct {
	Seats  int
	Quorum int
	Close  int
}

// Panels are those that a case goes to, one after the other: whom the first
// could not decide is decided by a larger one of others, or else by the staff.
var Panels = []Panel{{Seats: 5, Quorum: 4, Close: 2}, {Seats: 7, Quorum: 5, Close: 3}}

// Appeals is the panel that decides again about what a jury has decided.
var Appeals = Panel{Seats: 7, Quorum: 5, Close: 3}

// Times of a jury.
const (
	JurySoon = 30 * time.Minute // after that another is drawn for who said nothing
	JuryLast = 4 * time.Hour    // after that the staff decides
)

// Limits of a jury.
const (
	MinJuryPool    = 25   // fewer know each other, and know who voted
	MaxJurySeats   = 60   // that are drawn for one case, all in all
	MaxJuryLots    = 1000 // that are looked at for one case
	MaxJurorDay    = 10   // cases of a juror in a day
	MaxJurorGrave  = 3    // of them graphic
	MaxJuryPosts   = 20   // that are shown of one case
	MaxJuryReason  = 2000 // characters, of a reason to override
	MinJuryReason  = 10
	MaxJurySpent   = time.Hour // that is written down as time spent
	MaxJurySet     = 200       // open juries at once: beyond that the staff decides
	JurorDayLength = 24 * time.Hour
)

// A Tally is how the votes of a panel stand.
type Tally struct{ Breach, NoBreach int }

// Votes is how many voted.
func (t Tally) Votes() int { return t.Breach + t.NoBreach }

// Outcome is what a panel with a tally has said: a verdict as soon as enough
// agree, hung as soon as not enough can agree any more, else empty.
func (p Panel) Outcome(t Tally) JuryEnd {
	left := max(p.Seats-t.Votes(), 0)
	switch {
	case t.Breach >= p.Quorum:
		return JuryBreach
	case t.NoBreach >= p.Quorum:
		return JuryNoBreach
	case t.Breach+left < p.Quorum && t.NoBreach+left < p.Quorum:
		return JuryHung
	}
	return ""
}

// Confidence is how sure a juror is, 1 to 3.
type Confidence int

// The confidences.
const (
	Unsure Confidence = 1
	Rather Confidence = 2
	Sure   Confidence = 3
)

// A JuryVote is what a juror says about a case.
type JuryVote struct {
	Verdict    Verdict
	Rule       string // the id of the one that is broken
	Confidence Confidence
	Spent      time.Duration // from seeing to saying, as far as we know
}

// Check reports why v cannot be taken in a house with rules, or nil.
func (v JuryVote) Check(rules []Rule) error {
	switch {
	case v.Verdict != Breach && v.Verdict != NoBreach:
		return errs.New(errs.Invalid, "Validation failed: Say whether it breaks a rule or not.")
	case v.Confidence < Unsure || v.Confidence > Sure:
		return errs.New(errs.Invalid, "Validation failed: Say how sure you are, from 1 to 3.")
	case v.Verdict == NoBreach && v.Rule != "":
		return errs.New(errs.Invalid, "Validation failed: Name a rule only if it is broken.")
	case v.Verdict == NoBreach:
		return nil
	}
	for _, r := range rules {
		if r.ID == v.Rule {
			return nil
		}
	}
	return errs.New(errs.Invalid, "Validation failed: Choose the rule that is broken.")
}

// Broken is the rule that most of the votes for a breach name; of several that
// as many name, the first in the house's order.
func Broken(votes []JuryVote, rules []Rule) (rule string) {
	said := map[string]int{}
	for _, v := range votes {
		if v.Verdict == Breach {
			said[v.Rule]++
		}
	}
	most := 0
	for _, r := range rules {
		if said[r.ID] > most {
			rule, most = r.ID, said[r.ID]
		}
	}
	return rule
}

// An Override is how the staff decides otherwise than a jury: only with a
// reason, which is kept and counted.
type Override struct {
	By      AccountID
	Verdict Verdict
	Rule    string // that is broken, if the verdict is that one is
	Reason  string
	At      time.Time
}

// Check reports why o cannot take the place of what a jury said, or nil.
func (o Override) Check(said Verdict, rules []Rule) error {
	n := utf8.RuneCountInString(o.Reason)
	switch {
	case said == "":
		return errs.New(errs.Conflict, "This jury has said nothing that could be overridden.")
	case o.Verdict != Breach && o.Verdict != NoBreach || o.Verdict == said:
		return errs.New(errs.Invalid, "Validation failed: Say what shall hold instead.")
	case n < MinJuryReason:
		return errs.New(errs.Invalid, "Validation failed: Write down why. The reason is kept, and how often this happens is public.")
	case n > MaxJuryReason:
		return errs.Newf(errs.Invalid, "Validation failed: Give the reason in at most %d characters.", MaxJuryReason)
	}
	return JuryVote{Verdict: o.Verdict, Rule: o.Rule, Confidence: Sure}.Check(rules)
}
