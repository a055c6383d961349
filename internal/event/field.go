package event

import "github.com/plaza-social/plaza/internal/social"

// FieldsChecked: a link in an account's profile is verified, or no longer. It is
// shown here; other servers see for themselves.
type FieldsChecked struct {
	Account social.AccountID `json:"account"`
}

// Kind implements Fact.
func (FieldsChecked) Kind() string { return "account.fields" }

var _ = register[FieldsChecked]()
