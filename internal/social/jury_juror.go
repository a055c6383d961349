package social

import (
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// What somebody must be to be drawn.
const (
	JurorAge     = 30 * 24 * time.Hour
	JurorDays    = 10 // on which they were active
	JurorClean   = 90 * 24 * time.Hour
	QuizLasts    = 365 * 24 * time.Hour
	QuizTries    = 3 // in a day
	QuizPassMark = 5 // of QuizLength
	MaxMissed    = 3 // times in a row that they said nothing
)

// A Juror is somebody who may be drawn, and what that depends on.
type Juror struct {
	Account  AccountID
	Willing  bool
	Refuses  []Harm    // what they do not want to be asked about
	Graphic  bool      // they can be shown it, blurred
	Passed   time.Time // when they passed the quiz, zero if they did not
	Since    time.Time // when the account came to be
	Days     int       // on which they were active
	Struck   time.Time // when they were last sanctioned, zero for never
	Standing Standing
	Role     Role
	Local    bool
	Skill    Skill
	Missed   int // times in a row that they said nothing when they were drawn
}

// Fit reports why j is not drawn now, in a sentence for j, or nil. How well j
// judges is not among the reasons: whoever is out for that is not told.
func (j Juror) Fit(now time.Time) error {
	switch {
	case !j.Local || j.Standing != Good:
		return errs.New(errs.Forbidden, "This account cannot be drawn.")
	case j.Role.AtLeast(Moderator):
		return errs.New(errs.Forbidden, "Who looks after the house decides about cases elsewhere, and is not drawn.")
	case !j.Willing:
		return errs.New(errs.Forbidden, "You have not said yet that you want to be drawn.")
	case now.Sub(j.Since) < JurorAge:
		return errs.Newf(errs.Forbidden, "You can be drawn when your account is %d days old.", int(JurorAge.Hours()/24))
	case j.Days < JurorDays:
		return errs.Newf(errs.Forbidden, "You can be drawn when you have been active here on %d days.", JurorDays)
	case !j.Struck.IsZero() && now.Sub(j.Struck) < JurorClean:
		return errs.Newf(errs.Forbidden, "Who broke a rule can be drawn again after %d days.", int(JurorClean.Hours()/24))
	case j.Missed >= MaxMissed:
		return errs.New(errs.Forbidden, "You were away the last times you were drawn. Say that you are back to be drawn again.")
	case j.Passed.IsZero() || now.Sub(j.Passed) >= QuizLasts:
		return errs.New(errs.Forbidden, "Answer the questions about the rules first.")
	}
	return nil
}

// Drawn reports whether j is in the pool now.
func (j Juror) Drawn(now time.Time) bool { return j.Fit(now) == nil && !j.Skill.Out() }

// Takes reports whether j wants to be asked about m at all.
func (j Juror) Takes(m Charge) bool {
	if m.Graphic && !j.Graphic {
		return false
	}
	return !slices.ContainsFunc(m.Harms, func(h Harm) bool { return slices.Contains(j.Refuses, h) })
}

// CheckRefused reports why refuses is no list of what a juror may refuse, or nil.
func CheckRefused(refuses []Harm) error {
	for _, c := range refuses {
		if !slices.Contains(JuryHarms, c) {
			return errs.New(errs.Invalid, "Validation failed: There is no such kind of case.")
		}
	}
	if len(refuses) > len(JuryHarms) {
		return errs.New(errs.Invalid, "Validation failed: Name each kind of case once.")
	}
	return nil
}

// A JurorDay is what a juror was shown within a day, skipped or not.
type JurorDay struct{ Cases, Graphic int }

// Room reports whether one more case can be shown in d.
func (d JurorDay) Room(graphic bool) bool {
	return d.Cases < MaxJurorDay && (!graphic || d.Graphic < MaxJurorGrave)
}

// Ties are those who have something to do with a case.
type Ties struct {
	Author    AccountID
	Reporters []AccountID
	Thread    []AccountID // who wrote in it, or is mentioned there
	Judged    []AccountID // who was drawn for it before
}

// Sides are those whose friends and foes do not judge: who follows them, blocks
// or mutes them, or is followed, blocked or muted by them.
func (t Ties) Sides() []AccountID {
	out := append([]AccountID{t.Author}, t.Reporters...)
	slices.Sort(out)
	return slices.Compact(out)
}

// Bind reports whether who does not judge, being related to a side or not.
func (t Ties) Bind(who AccountID, related bool) bool {
	return related || who == t.Author || slices.Contains(t.Reporters, who) || slices.Contains(t.Thread, who) || slices.Contains(t.Judged, who)
}
