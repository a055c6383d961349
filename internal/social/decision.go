package social

import (
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Action is what the staff does about an account.
type Action string

// The actions that are held against somebody, those that take one back, and
// what else is decided about accounts.
const (
	Warn    Action = "warn"      // nothing but a word
	Veil    Action = "sensitive" // what its posts show is behind a warning
	Disable Action = "disable"   // nobody can sign in
	Limit   Action = "limit"     // nobody meets it who does not follow it
	Suspend Action = "suspend"   // it is not here, until that is taken back

	Unveil    Action = "unsensitive"
	Enable    Action = "enable"
	Unlimit   Action = "unlimit"
	Unsuspend Action = "unsuspend"

	Admit       Action = "approve"
	TurnDown    Action = "reject"
	Expel       Action = "delete" // it is gone for good
	ChangeRole  Action = "role"
	ChangeEntry Action = "entry" // another address or password, from the command line
)

// Sanction reports whether a is held against somebody, who is told of it.
func (a Action) Sanction() bool {
	switch a {
	case Warn, Veil, Disable, Limit, Suspend:
		return true
	}
	return false
}

// Local reports whether a is for accounts that live here only.
func (a Action) Local() bool { return a == Disable || a == Enable }

// Grave reports whether the account is of no use to its owner afterwards.
func (a Action) Grave() bool { return a == Disable || a == Suspend || a == Expel }

// Apply is an account, and what we know of it if it is ours, after a; changed
// tells whether that differs from before.
func (a Action) Apply(who Account, u User) (_ Account, _ User, changed bool) {
	was, closed := who, u.Disabled
	switch a {
	case Veil, Unveil:
		who.Sensitive = a == Veil
	case Limit, Unlimit:
		who.Limited = a == Limit
	case Disable, Enable:
		u.Disabled = a == Disable
	case Suspend:
		who.Standing = Suspended
	case Unsuspend:
		if who.Standing == Suspended {
			who.Standing = Good
			if who.Local() && !(u.Confirmed && u.Approved) {
				who.Standing = Pending
			}
		}
	case Warn:
		return who, u, true
	}
	return who, u, who.Standing != was.Standing || who.Limited != was.Limited || who.Sensitive != was.Sensitive || u.Disabled != closed
}

// MaxDecisionText is how many characters a decision's reason has, at most.
const MaxDecisionText = 2000

// A Decision is what somebody of the staff did about an account, and why. It
// is never changed.
type Decision struct {
	ID      DecisionID
	By      AccountID // zero for the command line
	Account AccountID
	Action  Action
	Report  ReportID // that led to it, if any
	Posts   []PostID // those of the report
	Text    string   // to whom it is about
	At      time.Time
}

// Check reports why d cannot be taken, or nil.
func (d Decision) Check() error {
	if utf8.RuneCountInString(d.Text) > MaxDecisionText {
		return errs.Newf(errs.Invalid, "Validation failed: Say why in at most %d characters.", MaxDecisionText)
	}
	return nil
}

// MayJudge reports why a may not decide about somebody with a role, or nil:
// it takes a higher role than theirs.
func (a Actor) MayJudge(theirs Role) error {
	if err := a.MustAct(); err != nil {
		return err
	}
	if !a.Role.AtLeast(Moderator) || theirs.AtLeast(a.Role) {
		return errs.New(errs.Forbidden, "This action is not allowed")
	}
	return nil
}

// MustModerate reports why a may not look after the house, or nil.
func (a Actor) MustModerate() error { return a.MayJudge(Member) }

// An AccountFilter says which accounts the staff looks for. Zero is any.
type AccountFilter struct {
	From     Origin
	State    AccountState
	Host     string
	Username string // the beginning of it
	Name     string // the beginning of the display name
	Email    string // a part of it
	Roles    []Role
	Invited  AccountID // by whom
}

// AccountState is how an account stands, as the staff looks for it.
type AccountState string

// The states. An active account is one that is not suspended; of the others
// only suspended ones are suspended.
const (
	StateActive    AccountState = "active"
	StatePending   AccountState = "pending"
	StateDisabled  AccountState = "disabled"
	StateLimited   AccountState = "limited"
	StateSensitive AccountState = "sensitive"
	StateSuspended AccountState = "suspended"
)
