package event

import "github.com/plaza-social/plaza/internal/social"

// AutomationChanged: a rule that acts by itself is another now, or with Hashes
// what is on the lists of hashes of files. Rule zero is none in particular.
type AutomationChanged struct {
	Rule   social.AutoRuleID `json:"rule,omitempty"`
	Hashes bool              `json:"hashes,omitempty"`
}

// Kind implements Fact.
func (AutomationChanged) Kind() string { return "automation.changed" }

var _ = register[AutomationChanged]()
