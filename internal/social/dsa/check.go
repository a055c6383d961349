package dsa

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The lengths of texts, in characters.
const (
	maxShort       = 500
	maxExplanation = 2000
	maxFacts       = 5000
)

// The days a date may be.
var (
	firstContent = day(2000, time.January, 1)
	firstApplied = day(2020, time.January, 1)
	lastDay      = day(2038, time.January, 1)
)

var (
	puidForm = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)
	eanForm  = regexp.MustCompile(`^[0-9]{13}$`)
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// A Fault is a field that the database would refuse, or drop without a word.
type Fault struct{ Field, Why string }

func (f Fault) Error() string { return f.Field + ": " + f.Why }

// faults gathers them.
type faults []error

func (f *faults) add(field, why string) { *f = append(*f, Fault{field, why}) }

// Check tells every Fault of s, or nil.
func (s Statement) Check() error {
	var f faults
	f.decision(s)
	f.ground(s)
	f.content(s)
	f.category(s)
	f.dates(s)
	f.source(s)
	return errors.Join(f...)
}

func (f *faults) decision(s Statement) {
	if len(s.Visibility) == 0 && s.Monetary == "" && s.Provision == "" && s.Account == "" {
		f.add("decision_visibility", "one of the four decisions must be named")
	}
	f.list("decision_visibility", s.Visibility, visibilities)
	f.only("decision_visibility_other", s.VisibilityOther, slices.Contains(s.Visibility, OtherVisibility), maxShort)
	f.word("decision_monetary", s.Monetary, monetaries, false)
	f.only("decision_monetary_other", s.MonetaryOther, s.Monetary == OtherMonetary, maxShort)
	f.word("decision_provision", s.Provision, provisions, false)
	f.word("decision_account", s.Account, accounts, false)
	f.word("account_type", s.AccountType, accountTypes, false)
}

func (f *faults) ground(s Statement) {
	f.word("decision_ground", s.Ground, grounds, true)
	illegal, against := s.Ground == GroundIllegal, s.Ground == GroundIncompatible
	f.only("illegal_content_legal_ground", s.IllegalGround, illegal, maxShort)
	f.only("illegal_content_explanation", s.IllegalExplanation, illegal, maxExplanation)
	f.only("incompatible_content_ground", s.IncompatibleGround, against, maxShort)
	if against && s.IncompatibleGround != "" && strings.TrimSpace(strings.TrimPrefix(s.IncompatibleGround, "Rule")) == "" {
		f.add("incompatible_content_ground", "it names no rule")
	}
	f.only("incompatible_content_explanation", s.IncompatibleExplanation, against, maxExplanation)
	f.word("incompatible_content_illegal", s.IncompatibleIllegal, yesNo, false)
	if s.IncompatibleIllegal != "" && !against {
		f.add("incompatible_content_illegal", "it is for content that breaks the terms only")
	}
	f.long("decision_ground_reference_url", s.GroundURL, maxShort)
	if s.GroundURL != "" && !webAddress(s.GroundURL) {
		f.add("decision_ground_reference_url", "it is not the address of a page")
	}
}

func (f *faults) content(s Statement) {
	if len(s.ContentType) == 0 {
		f.add("content_type", "it must not be empty")
	}
	f.list("content_type", s.ContentType, contentTypes)
	f.only("content_type_other", s.ContentTypeOther, slices.Contains(s.ContentType, OtherContent), maxShort)
	f.word("content_language", s.ContentLanguage, languages, false)
	if s.ContentID != nil && s.ContentID.EAN13 != "" && !eanForm.MatchString(s.ContentID.EAN13) {
		f.add("content_id.EAN-13", "it must have 13 digits")
	}
}

func (f *faults) category(s Statement) {
	f.word("category", s.Category, categories, true)
	f.list("category_addition", s.CategoryAddition, categories)
	f.list("category_specification", s.Specification, keywords)
	f.long("category_specification_other", s.SpecificationOther, maxShort)
	f.list("territorial_scope", s.Territory, countries)
}

func (f *faults) dates(s Statement) {
	f.date("content_date", s.ContentDate, firstContent, true)
	f.date("application_date", s.Applied, firstApplied, true)
	f.date("end_date_visibility_restriction", s.VisibilityEnds, time.Time{}, false)
	f.date("end_date_monetary_restriction", s.MonetaryEnds, time.Time{}, false)
	f.date("end_date_service_restriction", s.ServiceEnds, time.Time{}, false)
	f.date("end_date_account_restriction", s.AccountEnds, time.Time{}, false)
}

func (f *faults) source(s Statement) {
	f.text("decision_facts", s.Facts, maxFacts)
	f.word("source_type", s.Source, sources, true)
	f.long("source_identity", s.SourceIdentity, maxShort)
	if s.SourceIdentity != "" && s.Source == SourceVoluntary {
		f.add("source_identity", "nobody told of what was found by oneself")
	}
	f.word("automated_detection", s.Detection, yesNo, true)
	f.word("automated_decision", s.Decision, automations, true)
	f.text("puid", s.PUID, maxShort)
	if s.PUID != "" && !puidForm.MatchString(s.PUID) {
		f.add("puid", "it may hold letters, digits, - and _ only")
	}
}

// word is a field that holds one word of v.
func (f *faults) word(field, value string, v vocabulary, needed bool) {
	switch {
	case value == "" && needed:
		f.add(field, "it must not be empty")
	case value != "" && !slices.Contains(v, value):
		f.add(field, fmt.Sprintf("%q is not one of its words", value))
	}
}

// list is a field that holds several.
func (f *faults) list(field string, values []string, v vocabulary) {
	for i, one := range values {
		switch {
		case !slices.Contains(v, one):
			f.add(field, fmt.Sprintf("%q is not one of its words", one))
		case slices.Contains(values[:i], one):
			f.add(field, fmt.Sprintf("%q is in it twice", one))
		}
	}
}

// text is a field that must say something.
func (f *faults) text(field, value string, most int) {
	if value == "" {
		f.add(field, "it must not be empty")
	}
	f.long(field, value, most)
}

func (f *faults) long(field, value string, most int) {
	if n := utf8.RuneCountInString(value); n > most {
		f.add(field, fmt.Sprintf("it has %d characters, of at most %d", n, most))
	}
}

// only is a text that must be there if, and only if, another field has a word.
func (f *faults) only(field, value string, wanted bool, most int) {
	switch {
	case wanted:
		f.text(field, value, most)
	case value != "":
		f.add(field, "it is dropped here: nothing asks for it")
	}
}

func (f *faults) date(field, value string, first time.Time, needed bool) {
	if value == "" {
		if needed {
			f.add(field, "it must not be empty")
		}
		return
	}
	d, err := time.Parse(time.DateOnly, value)
	switch {
	case err != nil:
		f.add(field, "it is not a day, as in 2026-11-30")
	case d.Before(first), d.After(lastDay):
		f.add(field, "it is out of the years that are taken")
	}
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
