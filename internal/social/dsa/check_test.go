package dsa

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// full is a statement with every field that can stand beside the others.
func full() Statement {
	return Statement{
		Visibility: []string{Disabled, OtherVisibility}, VisibilityOther: "x", Monetary: OtherMonetary, MonetaryOther: "x",
		Provision: TotalSuspension, Account: AccountSuspended, AccountType: "ACCOUNT_TYPE_PRIVATE",
		Ground: GroundIncompatible, GroundURL: "https://plaza.example/about", IncompatibleGround: "x", IncompatibleExplanation: "x", IncompatibleIllegal: No,
		ContentType: []string{"CONTENT_TYPE_TEXT", OtherContent}, ContentTypeOther: "x", ContentLanguage: "EN", ContentDate: "2026-11-26", ContentID: &ContentID{"4006381333931"},
		Category: "STATEMENT_CATEGORY_VIOLENCE", CategoryAddition: []string{"STATEMENT_CATEGORY_SELF_HARM"}, Specification: []string{"KEYWORD_OTHER"}, SpecificationOther: "x",
		Territory: []string{"DE", "NO"}, Applied: "2026-11-26", VisibilityEnds: "2026-12-26", MonetaryEnds: "2026-12-26", ServiceEnds: "2026-12-26", AccountEnds: "2026-12-26",
		Facts: "x", Source: SourceArticle16, SourceIdentity: "x", Detection: Yes, Decision: NotAutomated, PUID: "decision-1",
	}
}

func illegal() Statement {
	s := full()
	s.Ground, s.IncompatibleGround, s.IncompatibleExplanation, s.IncompatibleIllegal = GroundIllegal, "", "", ""
	s.IllegalGround, s.IllegalExplanation = "x", "x"
	return s
}

// chars is a text of n characters that has more bytes.
func chars(n int) string { return strings.Repeat("é", n) }

// Each rule of the schema, on both sides: what is just right, and what is just
// wrong, by the name of its field.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, s := range []Statement{full(), illegal()} {
		if err := s.Check(); err != nil {
			t.Fatalf("the statement that the others differ from: %v", err)
		}
	}
	for _, tt := range []struct {
		field string
		ok    func(*Statement)
		not   func(*Statement)
	}{
		{"decision_visibility", func(s *Statement) { s.Monetary, s.MonetaryOther, s.Provision, s.Account = "", "", "", "" },
			func(s *Statement) {
				s.Visibility, s.VisibilityOther, s.Monetary, s.MonetaryOther, s.Provision, s.Account = nil, "", "", "", "", ""
			}},
		{"decision_visibility", func(s *Statement) { s.Visibility = append([]string(nil), visibilities...) }, func(s *Statement) { s.Visibility[0] = "DECISION_VISIBILITY_CONTENT_GONE" }},
		{"decision_visibility", func(s *Statement) { s.Visibility, s.VisibilityOther = []string{Removed}, "" }, func(s *Statement) { s.Visibility = append(s.Visibility, Disabled) }},
		{"decision_visibility_other", func(s *Statement) { s.VisibilityOther = chars(500) }, func(s *Statement) { s.VisibilityOther = chars(501) }},
		{"decision_visibility_other", func(s *Statement) { s.Visibility, s.VisibilityOther = []string{Removed}, "" }, func(s *Statement) { s.VisibilityOther = "" }},
		{"decision_visibility_other", nil, func(s *Statement) { s.Visibility = []string{Removed} }},
		{"decision_monetary", func(s *Statement) { s.Monetary, s.MonetaryOther = "DECISION_MONETARY_TERMINATION", "" }, func(s *Statement) { s.Monetary, s.MonetaryOther = "FINE", "" }},
		{"decision_monetary_other", func(s *Statement) { s.MonetaryOther = chars(500) }, func(s *Statement) { s.MonetaryOther = chars(501) }},
		{"decision_monetary_other", func(s *Statement) { s.Monetary, s.MonetaryOther = "", "" }, func(s *Statement) { s.MonetaryOther = "" }},
		{"decision_monetary_other", nil, func(s *Statement) { s.Monetary = "" }},
		{"decision_provision", func(s *Statement) { s.Provision = "DECISION_PROVISION_PARTIAL_TERMINATION" }, func(s *Statement) { s.Provision = "TOTAL_SUSPENSION" }},
		{"decision_account", func(s *Statement) { s.Account = AccountTerminated }, func(s *Statement) { s.Account = "DECISION_ACCOUNT_DELETED" }},
		{"account_type", func(s *Statement) { s.AccountType = "" }, func(s *Statement) { s.AccountType = "PRIVATE" }},
		{"decision_ground", nil, func(s *Statement) {
			s.Ground, s.IncompatibleGround, s.IncompatibleExplanation, s.IncompatibleIllegal = "", "", "", ""
		}},
		{"decision_ground", nil, func(s *Statement) {
			s.Ground, s.IncompatibleGround, s.IncompatibleExplanation, s.IncompatibleIllegal = "rules", "", "", ""
		}},
		{"decision_ground_reference_url", func(s *Statement) { s.GroundURL = "https://a.example/" + strings.Repeat("a", 500-18) },
			func(s *Statement) { s.GroundURL = "https://a.example/" + strings.Repeat("a", 501-18) }},
		{"decision_ground_reference_url", func(s *Statement) { s.GroundURL = "" }, func(s *Statement) { s.GroundURL = "javascript:alert(1)" }},
		{"incompatible_content_ground", func(s *Statement) { s.IncompatibleGround = chars(500) }, func(s *Statement) { s.IncompatibleGround = chars(501) }},
		{"incompatible_content_ground", nil, func(s *Statement) { s.IncompatibleGround = "" }},
		{"incompatible_content_ground", nil, func(s *Statement) { s.IncompatibleGround = Rule{}.name() }},
		{"incompatible_content_explanation", func(s *Statement) { s.IncompatibleExplanation = chars(2000) }, func(s *Statement) { s.IncompatibleExplanation = chars(2001) }},
		{"incompatible_content_explanation", nil, func(s *Statement) { s.IncompatibleExplanation = "" }},
		{"incompatible_content_illegal", func(s *Statement) { s.IncompatibleIllegal = Yes }, func(s *Statement) { s.IncompatibleIllegal = "yes" }},
		{"illegal_content_legal_ground", nil, func(s *Statement) { s.IllegalGround = "x" }},
		{"illegal_content_explanation", nil, func(s *Statement) { s.IllegalExplanation = "x" }},
		{"content_type", func(s *Statement) { s.ContentType = append([]string(nil), contentTypes...) }, func(s *Statement) { s.ContentType, s.ContentTypeOther = nil, "" }},
		{"content_type", nil, func(s *Statement) { s.ContentType[0] = "text" }},
		{"content_type_other", func(s *Statement) { s.ContentTypeOther = chars(500) }, func(s *Statement) { s.ContentTypeOther = chars(501) }},
		{"content_type_other", nil, func(s *Statement) { s.ContentTypeOther = "" }},
		{"content_type_other", nil, func(s *Statement) { s.ContentType = []string{"CONTENT_TYPE_TEXT"} }},
		{"content_language", func(s *Statement) { s.ContentLanguage = "" }, func(s *Statement) { s.ContentLanguage = "en" }},
		{"content_id.EAN-13", func(s *Statement) { s.ContentID = nil }, func(s *Statement) { s.ContentID = &ContentID{"400638133393"} }},
		{"category", func(s *Statement) { s.Category = categories[0] }, func(s *Statement) { s.Category = "" }},
		{"category", nil, func(s *Statement) { s.Category = "VIOLENCE" }},
		{"category_addition", func(s *Statement) { s.CategoryAddition = append([]string(nil), categories...) }, func(s *Statement) { s.CategoryAddition = []string{""} }},
		{"category_specification", func(s *Statement) { s.Specification = append([]string(nil), keywords...) }, func(s *Statement) { s.Specification = []string{"KEYWORD_DANGEROUS_TOYS"} }},
		{"category_specification_other", func(s *Statement) { s.SpecificationOther = chars(500) }, func(s *Statement) { s.SpecificationOther = chars(501) }},
		{"territorial_scope", func(s *Statement) { s.Territory = append([]string(nil), countries...) }, func(s *Statement) { s.Territory = []string{"EU"} }},
		{"content_date", func(s *Statement) { s.ContentDate = "2000-01-01" }, func(s *Statement) { s.ContentDate = "1999-12-31" }},
		{"content_date", func(s *Statement) { s.ContentDate = "2038-01-01" }, func(s *Statement) { s.ContentDate = "2038-01-02" }},
		{"content_date", nil, func(s *Statement) { s.ContentDate = "" }},
		{"content_date", nil, func(s *Statement) { s.ContentDate = "26.11.2026" }},
		{"application_date", func(s *Statement) { s.Applied = "2020-01-01" }, func(s *Statement) { s.Applied = "2019-12-31" }},
		{"application_date", func(s *Statement) { s.Applied = "2038-01-01" }, func(s *Statement) { s.Applied = "2038-01-02" }},
		{"application_date", nil, func(s *Statement) { s.Applied = "" }},
		{"application_date", nil, func(s *Statement) { s.Applied = "2026-11-26-17" }},
		{"end_date_visibility_restriction", func(s *Statement) { s.VisibilityEnds = "2038-01-01" }, func(s *Statement) { s.VisibilityEnds = "2038-01-02" }},
		{"end_date_monetary_restriction", func(s *Statement) { s.MonetaryEnds = "2038-01-01" }, func(s *Statement) { s.MonetaryEnds = "2038-01-02" }},
		{"end_date_service_restriction", func(s *Statement) { s.ServiceEnds = "2038-01-01" }, func(s *Statement) { s.ServiceEnds = "2038-01-02" }},
		{"end_date_account_restriction", func(s *Statement) { s.AccountEnds = "" }, func(s *Statement) { s.AccountEnds = "2026-02-30" }},
		{"decision_facts", func(s *Statement) { s.Facts = chars(5000) }, func(s *Statement) { s.Facts = chars(5001) }},
		{"decision_facts", nil, func(s *Statement) { s.Facts = "" }},
		{"source_type", func(s *Statement) { s.Source, s.SourceIdentity = SourceVoluntary, "" }, func(s *Statement) { s.Source = "" }},
		{"source_type", func(s *Statement) { s.Source = SourceOther }, func(s *Statement) { s.Source = "SOURCE_OTHER" }},
		{"source_identity", func(s *Statement) { s.SourceIdentity = chars(500) }, func(s *Statement) { s.SourceIdentity = chars(501) }},
		{"source_identity", func(s *Statement) { s.SourceIdentity = "" }, func(s *Statement) { s.Source = SourceVoluntary }},
		{"automated_detection", func(s *Statement) { s.Detection = No }, func(s *Statement) { s.Detection = "" }},
		{"automated_detection", nil, func(s *Statement) { s.Detection = "true" }},
		{"automated_decision", func(s *Statement) { s.Decision = FullyAutomated }, func(s *Statement) { s.Decision = Yes }},
		{"puid", func(s *Statement) { s.PUID = strings.Repeat("a", 500) }, func(s *Statement) { s.PUID = strings.Repeat("a", 501) }},
		{"puid", func(s *Statement) { s.PUID = "aZ0-_" }, func(s *Statement) { s.PUID = "a b" }},
		{"puid", nil, func(s *Statement) { s.PUID = "a\n" }},
		{"puid", nil, func(s *Statement) { s.PUID = "" }},
	} {
		check(t, full(), tt.field, tt.ok, tt.not)
	}
	for _, tt := range []struct {
		field string
		ok    func(*Statement)
		not   func(*Statement)
	}{
		{"illegal_content_legal_ground", func(s *Statement) { s.IllegalGround = chars(500) }, func(s *Statement) { s.IllegalGround = chars(501) }},
		{"illegal_content_legal_ground", nil, func(s *Statement) { s.IllegalGround = "" }},
		{"illegal_content_explanation", func(s *Statement) { s.IllegalExplanation = chars(2000) }, func(s *Statement) { s.IllegalExplanation = chars(2001) }},
		{"illegal_content_explanation", nil, func(s *Statement) { s.IllegalExplanation = "" }},
		{"incompatible_content_ground", nil, func(s *Statement) { s.IncompatibleGround = "x" }},
		{"incompatible_content_explanation", nil, func(s *Statement) { s.IncompatibleExplanation = "x" }},
		{"incompatible_content_illegal", nil, func(s *Statement) { s.IncompatibleIllegal = Yes }},
	} {
		check(t, illegal(), tt.field, tt.ok, tt.not)
	}
}

// check wants base after ok to be fine, and after not to have one fault only.
func check(t *testing.T, base Statement, field string, ok, not func(*Statement)) {
	t.Helper()
	good, bad := clone(t, base), clone(t, base)
	if ok != nil {
		if ok(&good); good.Check() != nil {
			t.Errorf("%s: %v, want it to be taken", field, good.Check())
		}
	}
	not(&bad)
	fields := faulty(bad.Check())
	if len(fields) != 1 || fields[0] != field {
		t.Errorf("%s: the faults are %v, of %v", field, bad.Check(), fields)
	}
}

func clone(t *testing.T, s Statement) (out Statement) {
	t.Helper()
	raw, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// faulty is the fields that err tells of, each once.
func faulty(err error) (fields []string) {
	if err == nil {
		return nil
	}
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		var f Fault
		if errors.As(one, &f) && !slices.Contains(fields, f.Field) {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

func TestVocabularies(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		v    vocabulary
		want int
	}{
		"categories": {categories, 16}, "keywords": {keywords, 69}, "countries": {countries, 30}, "visibilities": {visibilities, 7},
		"monetaries": {monetaries, 3}, "provisions": {provisions, 4}, "content types": {contentTypes, 8}, "sources": {sources, 4}, "automations": {automations, 3},
	} {
		if len(tt.v) != tt.want {
			t.Errorf("%d %s, want %d", len(tt.v), name, tt.want)
		}
		for i, w := range tt.v {
			if w == "" || slices.Contains(tt.v[:i], w) {
				t.Errorf("%s has %q twice, or it is empty", name, w)
			}
		}
	}
	for _, l := range languages {
		if len(l) != 2 || l != strings.ToUpper(l) {
			t.Errorf("the language %q is not written as the schema has it", l)
		}
	}
}
