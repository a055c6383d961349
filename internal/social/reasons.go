package social

import (
	"fmt"
	"strings"
	"time"
)

// A Statement says why something was decided, to whom it is about: all that the
// law wants told (DSA Art. 17).
type Statement struct {
	What    string // was decided, where it holds and for how long
	Ground  string // it rests on
	Facts   string // that it rests on; empty if there is nothing to add
	Found   string // how it came to us, and who or what decided
	Redress string // what they can do about it
}

// meanings is what each decision means for whom it is about.
var meanings = map[Action]string{
	Warn:       "The people who run this house want to tell you something about your account. Nothing else changes.",
	Veil:       "What your posts show stands behind a warning from now on.",
	Limit:      "Your account is limited: only those who follow you come across what you post. You can use it as before.",
	Disable:    "Your account is closed to you: nobody can sign in to it, and apps cannot use it. What you posted stays.",
	Suspend:    "Your account is suspended: nobody can see it or what you posted, and nobody can sign in to it.",
	LabelPost:  "Your post stands behind a warning.",
	LimitPost:  "Your post is limited: only those who follow you come across it.",
	HidePost:   "Your post is hidden: nobody sees it.",
	DeletePost: "Your post was deleted.",
}

const reasonsDate = "2 January 2006"

// Statement is why d was decided, where the rule that it names says what rule
// says. Only sanctions have one.
func (d Decision) Statement(rule string) Statement {
	s := Statement{What: meanings[d.Action], Facts: d.Facts}
	switch {
	case !d.Until.IsZero():
		s.What += " It ends by itself on " + d.Until.UTC().Format(reasonsDate+", 15:04 UTC") + "."
	case d.Action.Inverse() != "":
		s.What += " It holds until it is taken back."
	}
	if d.Action != Warn {
		s.What += " That is so everywhere this house can be seen."
	}
	switch {
	case d.Ground == GroundLaw:
		s.Ground = "It rests on the law: " + d.Law + "."
	case rule != "" && rule != GeneralRule.Text:
		s.Ground = "It rests on a rule of this house, as it stood then: “" + rule + "”"
	default:
		s.Ground = "It rests on the rules of this house."
	}
	switch {
	case d.Machine:
		s.Found = "A rule that acts by itself found it."
	case d.Case != 0 || d.Report != 0:
		s.Found = "It was reported to us."
	default:
		s.Found = "We came upon it ourselves."
	}
	switch d.Decider {
	case ByMachine:
		s.Found += " A machine decided, without a person."
	case ByJury:
		s.Found += " A jury of people who live here decided, without a machine."
	default:
		if s.Found += " A person decided"; d.Machine {
			s.Found += "."
			break
		}
		s.Found += ", without a machine."
	}
	s.Redress = fmt.Sprintf("If you think this is wrong, you can appeal until %s, at no cost: somebody who had no part in it looks at it again. "+
		"You can also turn to a body for the settlement of disputes out of court that is certified where you live (in the European Union: Article 21 of the Digital Services Act), or to a court.",
		d.At.Add(AppealWithin).UTC().Format(reasonsDate))
	return s
}

// Text is s in paragraphs.
func (s Statement) Text() string {
	all := []string{s.What, s.Ground, s.Facts, s.Found, s.Redress}
	var out []string
	for _, p := range all {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n\n")
}

// AppealUntil is until when d can be appealed.
func (d Decision) AppealUntil() time.Time { return d.At.Add(AppealWithin) }
