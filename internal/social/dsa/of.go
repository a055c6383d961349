package dsa

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// Of is the statement of reasons for d; ok is false where d restricts nothing,
// so that none is due.
func Of(d Decision) (s Statement, ok bool) {
	if !s.restrict(d) {
		return Statement{}, false
	}
	s.PUID = "decision-" + strconv.FormatInt(int64(d.ID), 10)
	if d.Done == Terminate {
		s.PUID += "-end" // the account was suspended by the same decision
	}
	s.rest(d)
	s.ContentType = d.Content
	if len(s.ContentType) == 0 {
		s.ContentType = []string{"CONTENT_TYPE_TEXT"}
	}
	s.ContentLanguage = language(d.Language)
	s.ContentDate, s.Applied = date(d.Made), date(d.At)
	s.Category, s.Specification = category(d)
	s.Territory = d.Territory
	s.Source, s.SourceIdentity = source(d.Origin)
	s.Detection, s.Decision = automation(d)
	s.Facts = facts(d)
	return s, true
}

// restrict says what d restricts, and until when.
func (s *Statement) restrict(d Decision) bool {
	until := date(d.Until)
	switch d.Done {
	case Label, Sensitive:
		s.Visibility, s.VisibilityEnds = []string{Labelled}, until
	case Limit:
		s.Visibility, s.VisibilityEnds = []string{Demoted}, until
	case Hide:
		s.Visibility, s.VisibilityEnds = []string{Disabled}, until
	case Delete:
		s.Visibility = []string{Removed}
	case Freeze, Disable:
		s.Provision, s.ServiceEnds = TotalSuspension, until
	case Suspend:
		s.Account, s.AccountEnds = AccountSuspended, until
	case Terminate:
		s.Account = AccountTerminated
	default:
		return false
	}
	return true
}

// rest says what d rests on.
func (s *Statement) rest(d Decision) {
	if d.Ground == social.GroundLaw {
		s.Ground = GroundIllegal
		s.IllegalGround = cut(d.Law, maxShort)
		if s.IllegalGround == "" {
			s.IllegalGround = lawOn(d.Harm)
		}
		s.IllegalExplanation = "What it says or shows is what this law forbids to make public."
		return
	}
	s.Ground = GroundIncompatible
	s.IncompatibleGround = d.Rule.name()
	s.IncompatibleExplanation = "It is what this rule of the house, which everybody here agreed to, does not allow."
	s.GroundURL = d.Rule.URL
}

// kinds is which category of the database each of ours is, by ground, and the
// keyword that always fits it.
var kinds = map[social.Harm]struct{ rules, law, keyword, lawOn string }{
	social.HarmSpam:       {"OTHER_VIOLATION_TC", "SCAMS_AND_FRAUD", "", "The law against unsolicited and misleading commercial communication"},
	social.HarmScam:       {"SCAMS_AND_FRAUD", "SCAMS_AND_FRAUD", "", "The criminal law on fraud"},
	social.HarmHarassment: {"CYBER_VIOLENCE", "CYBER_VIOLENCE", "CYBER_HARASSMENT", "The law against harassment, stalking and insult"},
	social.HarmHate:       {"ILLEGAL_OR_HARMFUL_SPEECH", "ILLEGAL_OR_HARMFUL_SPEECH", "", "The criminal law on incitement to hatred"},
	social.HarmViolence:   {"VIOLENCE", "VIOLENCE", "INCITEMENT_VIOLENCE_HATRED", "The criminal law on threats and on incitement to violence"},
	social.HarmSelfHarm:   {"SELF_HARM", "SELF_HARM", "", "The law that protects life and health"},
	social.HarmSexual:     {"OTHER_VIOLATION_TC", "CYBER_VIOLENCE", "", "The law on sexual images, and on those that were made public without consent"},
	social.HarmMinors:     {"PROTECTION_OF_MINORS", "PROTECTION_OF_MINORS", "", "The law that protects minors"},
	social.HarmPrivacy:    {"DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "", "The law on personal data and privacy"},
	social.HarmRights:     {"INTELLECTUAL_PROPERTY_INFRINGEMENTS", "INTELLECTUAL_PROPERTY_INFRINGEMENTS", "", "The law on copyright, trademarks and related rights"},
	social.HarmIllegal:    {"OTHER_VIOLATION_TC", "NOT_SPECIFIED_NOTICE", "", other},
	social.HarmRules:      {"OTHER_VIOLATION_TC", "NOT_SPECIFIED_NOTICE", "", other},
	social.HarmOther:      {"OTHER_VIOLATION_TC", "NOT_SPECIFIED_NOTICE", "", other},
}

const other = "The law that the decision names to whom it is about"

func category(d Decision) (string, []string) {
	k, ok := kinds[d.Harm]
	if !ok {
		k = kinds[social.HarmOther]
	}
	exactly := slices.Clone(d.Exactly)
	if len(exactly) == 0 && k.keyword != "" {
		exactly = []string{"KEYWORD_" + k.keyword}
	}
	if d.Ground == social.GroundLaw {
		return "STATEMENT_CATEGORY_" + k.law, exactly
	}
	return "STATEMENT_CATEGORY_" + k.rules, exactly
}

// CategoryOf is the category of the database that something is of, by the ground on
// which it was decided.
func CategoryOf(h social.Harm, g social.Ground) string {
	c, _ := category(Decision{Harm: h, Ground: g})
	return c
}

func lawOn(h social.Harm) string {
	if k, ok := kinds[h]; ok {
		return k.lawOn
	}
	return other
}

// source is the source of what o told; who it was is never said.
func source(o Origin) (string, string) {
	switch o {
	case Notice:
		return SourceArticle16, "Somebody who gave notice"
	case Trusted:
		return SourceTrusted, "A trusted flagger"
	case Told:
		return SourceOther, "Somebody who reported it"
	}
	return SourceVoluntary, ""
}

// automation is whether a machine found it, and whether one decided. What a
// jury decides it decides without having been told what a machine thought.
func automation(d Decision) (detection, decision string) {
	detection, decision = No, NotAutomated
	if d.Machine {
		detection = Yes
		if d.Decider == social.ByPerson {
			decision = PartlyAutomated
		}
	}
	if d.Decider == social.ByMachine {
		decision = FullyAutomated
	}
	return detection, decision
}

// language is the language's code as the schema wants it, or "".
func language(tag string) string {
	base, _, _ := strings.Cut(strings.ToUpper(tag), "-")
	if slices.Contains(languages, base) {
		return base
	}
	return ""
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
