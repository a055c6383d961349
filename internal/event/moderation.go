package event

import "github.com/plaza-social/plaza/internal/social"

// Reported: somebody told the staff of somebody.
type Reported struct {
	Report   social.ReportID  `json:"report"`
	Reporter social.AccountID `json:"reporter"`
	Target   social.AccountID `json:"target"`
}

// Kind implements Fact.
func (Reported) Kind() string { return "report.made" }

// Decided: the staff did something about an account. Letter tells whether its
// owner is to be written to.
type Decided struct {
	Decision social.DecisionID `json:"decision"`
	Account  social.AccountID  `json:"account"`
	By       social.AccountID  `json:"by,omitempty"` // zero for the command line
	Action   social.Action     `json:"action"`
	Letter   bool              `json:"letter,omitempty"`
}

// Kind implements Fact.
func (Decided) Kind() string { return "decision.made" }

var (
	_ = register[Reported]()
	_ = register[Decided]()
)
