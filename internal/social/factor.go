package social

import "time"

// A PasskeyID names a passkey of somebody's.
type PasskeyID int64

// Factors are how somebody of ours shows who they are besides their password.
type Factors struct {
	Account AccountID
	Handle  string    // by which their passkeys know them: random, and empty before the first
	Secret  string    // that of their app, sealed; empty if they have none
	Since   time.Time // when the app was set up
	Step    int64     // that of the last code of the app that was taken
	Keys    []Passkey
	Codes   int // recovery codes that are left
}

// App reports whether they have an app that makes codes.
func (f Factors) App() bool { return f.Secret != "" }

// Any reports whether they have a second factor. Recovery codes alone are none:
// they stand in for one that is lost.
func (f Factors) Any() bool { return f.App() || len(f.Keys) > 0 }

// A Passkey is a key pair of a device's: we know the public half.
type Passkey struct {
	ID         PasskeyID
	Account    AccountID
	Credential string // the name that the device gave it, in base64url
	Name       string // the name that its person gave it
	Info       string // what is needed to check what it signs, as JSON
	CreatedAt  time.Time
	UsedAt     time.Time
}

// FactorRule says who must have a second factor.
type FactorRule string

// The rules there are.
const (
	FactorNobody    FactorRule = ""
	FactorStaff     FactorRule = "staff"
	FactorEverybody FactorRule = "everybody"
)

// Asks reports whether somebody with a role must have one.
func (r FactorRule) Asks(role Role) bool {
	return r == FactorEverybody || r == FactorStaff && role.AtLeast(Moderator)
}

// Known reports whether there is such a rule.
func (r FactorRule) Known() bool {
	return r == FactorNobody || r == FactorStaff || r == FactorEverybody
}
