package event

import "github.com/plaza-social/plaza/internal/social"

// BadgesChanged: the staff confirmed who somebody is, or took that back; or who
// looks after the house wants that to be seen, or no more. It is shown here alone.
type BadgesChanged struct {
	Account social.AccountID `json:"account"`
	// Guarded is set when others may not pass for them from now on.
	Guarded bool `json:"guarded,omitempty"`
	// Withdrawn is set when the staff took back what it said.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// Kind implements Fact.
func (BadgesChanged) Kind() string { return "account.badges" }

var _ = register[BadgesChanged]()
