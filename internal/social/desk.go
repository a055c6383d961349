package social

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// MaxGraphic is how many cases that are hard to look at somebody of the staff is
// given in a day, unless they ask for more.
const MaxGraphic = 30

// GraphicHarms are those whose cases are hard to look at.
var GraphicHarms = []Harm{HarmMinors, HarmViolence, HarmSelfHarm, HarmSexual}

// Graphic reports whether cases of h are hard to look at.
func (h Harm) Graphic() bool {
	for _, g := range GraphicHarms {
		if g == h {
			return true
		}
	}
	return false
}

// Day is the day of a moment, as a number.
func Day(at time.Time) int64 { return at.UTC().Unix() / (24 * 60 * 60) }

// A CaseWish says which case somebody wants to look at next. Zero is the gravest.
type CaseWish struct {
	Queue   Queue
	Not     CaseID // that they are looking at
	After   CaseID // that they passed over, with all before it
	Graphic bool   // also when they have seen MaxGraphic today
}

// Limits of the words that a house has ready for its decisions.
const (
	MaxTemplates    = 60
	MaxTemplateName = 60
)

// A Template is what those about whom something is decided are told, ready to be
// used. Fill tells what it may leave open.
type Template struct {
	Name   string `json:"name"`
	Action Action `json:"action,omitempty"` // that it is for; empty is any
	Harm   Harm   `json:"harm,omitempty"`   // that it is for; empty is any
	Text   string `json:"text"`
}

// Judgements are the actions that end cases, in the order in which they are
// offered.
var Judgements = []Action{Dismiss, LabelPost, LimitPost, HidePost, DeletePost, Warn, Limit, Disable, Suspend, Veil}

// Judges reports whether a ends cases.
func (a Action) Judges() bool {
	for _, j := range Judgements {
		if j == a {
			return true
		}
	}
	return false
}

// CheckTemplates reports why a house cannot have these ready, or nil.
func CheckTemplates(all []Template) error {
	if len(all) > MaxTemplates {
		return errs.Newf(errs.Invalid, "Keep at most %d texts ready.", MaxTemplates)
	}
	for _, t := range all {
		switch {
		case strings.TrimSpace(t.Name) == "" || utf8.RuneCountInString(t.Name) > MaxTemplateName:
			return errs.Newf(errs.Invalid, "Give each text a name, of at most %d characters.", MaxTemplateName)
		case strings.TrimSpace(t.Text) == "" || utf8.RuneCountInString(t.Text) > MaxDecisionText:
			return errs.Newf(errs.Invalid, "“%s” has to say something, in at most %d characters.", t.Name, MaxDecisionText)
		case t.Action != "" && !t.Action.Judges():
			return errs.New(errs.Invalid, "Choose from the list what a text is for.")
		}
		if _, err := ParseHarm(string(t.Harm)); err != nil {
			return err
		}
	}
	return nil
}

// standard is what people are told when the house has nothing of its own ready.
var standard = map[Action]string{
	Warn:       "What you posted breaks {rule}. Nothing else follows this time: please keep to it from now on.",
	LabelPost:  "Your post breaks {rule}. It stands behind a warning now{until}.",
	LimitPost:  "Your post breaks {rule}. Only those who follow you come across it now{until}.",
	HidePost:   "Your post breaks {rule}. Nobody sees it any more{until}.",
	DeletePost: "Your post breaks {rule}. It was deleted.",
	Veil:       "What you post breaks {rule}. What your posts show stands behind a warning now{until}.",
	Limit:      "What you post breaks {rule}. Only those who follow you come across it now{until}.",
	Disable:    "What you did with your account breaks {rule}. You cannot sign in now{until}.",
	Suspend:    "What you did with your account breaks {rule}. It is suspended{until}: nobody can see it.",
}

// Words is what somebody is told of an action about a harm: what the house has
// ready for just that, or for the action, or else what everybody says.
func Words(all []Template, a Action, h Harm) string {
	best, words := -1, standard[a]
	for _, t := range all {
		fits := 0
		switch {
		case t.Action != a || t.Harm != "" && t.Harm != h:
			continue
		case t.Harm != "":
			fits = 1
		}
		if fits > best {
			best, words = fits, t.Text
		}
	}
	return words
}

// Fill writes into a text that was kept ready what it leaves open: {rule} is what
// was broken, {until} when it ends by itself, {house} what the house is called.
func Fill(words, house, rule string, d Decision) string {
	broken, until := "the rules of this house", ""
	switch {
	case d.Ground == GroundLaw:
		broken = "the law (" + d.Law + ")"
	case rule != "":
		broken = "our rule “" + strings.TrimRight(rule, ".") + "”"
	}
	if !d.Until.IsZero() {
		until = " until " + d.Until.UTC().Format("2 January 2006, 15:04 UTC")
	}
	return strings.NewReplacer("{rule}", broken, "{until}", until, "{house}", house).Replace(words)
}
