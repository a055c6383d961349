// Package dsa is what the Digital Services Act (Regulation (EU) 2022/2065) wants
// in writing: statements of reasons as the Commission's Transparency Database
// takes them, and the figures of the yearly report. It sends nothing anywhere.
//
// No personal data may be in either. What is written in words is put together
// here from what was decided; nothing that somebody typed about somebody is
// taken over.
package dsa

// A Statement is a statement of reasons, in the fields of version 2 of the
// Transparency Database's schema.
type Statement struct {
	Visibility      []string `json:"decision_visibility,omitempty"`
	VisibilityOther string   `json:"decision_visibility_other,omitempty"`
	Monetary        string   `json:"decision_monetary,omitempty"`
	MonetaryOther   string   `json:"decision_monetary_other,omitempty"`
	Provision       string   `json:"decision_provision,omitempty"`
	Account         string   `json:"decision_account,omitempty"`
	AccountType     string   `json:"account_type,omitempty"`

	Ground                  string `json:"decision_ground"`
	GroundURL               string `json:"decision_ground_reference_url,omitempty"`
	IllegalGround           string `json:"illegal_content_legal_ground,omitempty"`
	IllegalExplanation      string `json:"illegal_content_explanation,omitempty"`
	IncompatibleGround      string `json:"incompatible_content_ground,omitempty"`
	IncompatibleExplanation string `json:"incompatible_content_explanation,omitempty"`
	IncompatibleIllegal     string `json:"incompatible_content_illegal,omitempty"`

	ContentType      []string   `json:"content_type"`
	ContentTypeOther string     `json:"content_type_other,omitempty"`
	ContentLanguage  string     `json:"content_language,omitempty"`
	ContentDate      string     `json:"content_date"`
	ContentID        *ContentID `json:"content_id,omitempty"`

	Category           string   `json:"category"`
	CategoryAddition   []string `json:"category_addition,omitempty"`
	Specification      []string `json:"category_specification,omitempty"`
	SpecificationOther string   `json:"category_specification_other,omitempty"`

	Territory      []string `json:"territorial_scope,omitempty"`
	Applied        string   `json:"application_date"`
	VisibilityEnds string   `json:"end_date_visibility_restriction,omitempty"`
	MonetaryEnds   string   `json:"end_date_monetary_restriction,omitempty"`
	ServiceEnds    string   `json:"end_date_service_restriction,omitempty"`
	AccountEnds    string   `json:"end_date_account_restriction,omitempty"`

	Facts          string `json:"decision_facts"`
	Source         string `json:"source_type"`
	SourceIdentity string `json:"source_identity,omitempty"`
	Detection      string `json:"automated_detection"`
	Decision       string `json:"automated_decision"`
	PUID           string `json:"puid"`
}

// A ContentID is a number that goods have outside of the house.
type ContentID struct {
	EAN13 string `json:"EAN-13,omitempty"`
}

// A Batch is what one request to the database holds.
type Batch struct {
	Statements []Statement `json:"statements"`
}

// MaxBatch is how many statements one request takes. One that is wrong has all
// of them refused.
const MaxBatch = 100
