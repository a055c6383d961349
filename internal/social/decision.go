package social

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Action is what the staff does about an account, or a post of it.
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

	LabelPost   Action = "label_post"   // it is behind a warning
	LimitPost   Action = "limit_post"   // nobody meets it who does not follow its author
	HidePost    Action = "hide_post"    // nobody sees it, until that is taken back
	DeletePost  Action = "delete_post"  // it is gone for good
	RestorePost Action = "restore_post" // it is as if nothing had been done about it
	Dismiss     Action = "dismiss"      // there was no breach
	Pardon      Action = "pardon"       // what was decided does not count any more

	Admit       Action = "approve"
	TurnDown    Action = "reject"
	Expel       Action = "delete" // it is gone for good
	ChangeRole  Action = "role"
	ChangeEntry Action = "entry"     // another address or password, from the command line
	Confirm     Action = "confirm"   // the staff knows who it is
	Unconfirm   Action = "unconfirm" // and takes that back
)

// Sanction reports whether a is held against somebody, who is told of it.
func (a Action) Sanction() bool {
	switch a {
	case Warn, Veil, Disable, Limit, Suspend:
		return true
	}
	return a.OfPost() && a != RestorePost
}

// OfPost reports whether a is about posts.
func (a Action) OfPost() bool {
	switch a {
	case LabelPost, LimitPost, HidePost, DeletePost, RestorePost:
		return true
	}
	return false
}

// Inverse is what takes a back, or empty for what cannot be.
func (a Action) Inverse() Action {
	switch a {
	case Veil:
		return Unveil
	case Disable:
		return Enable
	case Limit:
		return Unlimit
	case Suspend:
		return Unsuspend
	case LabelPost, LimitPost, HidePost:
		return RestorePost
	}
	return ""
}

// Local reports whether a is for accounts that live here only.
func (a Action) Local() bool { return a == Disable || a == Enable }

// SecondEyes reports whether a waits for somebody else to agree, in a house that
// wants that: it cannot be taken back without loss.
func (a Action) SecondEyes() bool { return a == Suspend || a == DeletePost }

// Removes reports whether a takes something out of everybody's sight.
func (a Action) Removes() bool { return a == HidePost || a == DeletePost || a == Suspend }

// Grave reports whether the account is of no use to its owner afterwards.
func (a Action) Grave() bool { return a == Disable || a == Suspend || a == Expel }

// Apply is an account, and what we know of it if it is ours, after a; changed
// tells whether that differs from before.
func (a Action) Apply(who Account, u User) (_ Account, _ User, changed bool) {
	was, closed := who, u
	switch a {
	case Veil, Unveil:
		who.Sensitive = a == Veil
	case Limit, Unlimit:
		who.Limited = a == Limit
	case Disable, Enable:
		u.Disabled = a == Disable
	case Suspend:
		who.Standing, u.LeavesAt = Suspended, time.Time{} // who is suspended does not get away by leaving
	case Unsuspend:
		if who.Standing == Suspended && u.LeavesAt.IsZero() {
			who.Standing = Good
			if who.Local() && !(u.Confirmed && u.Approved) {
				who.Standing = Pending
			}
		}
	case Warn:
		return who, u, true
	}
	return who, u, who.Standing != was.Standing || who.Limited != was.Limited || who.Sensitive != was.Sensitive || u.Disabled != closed.Disabled || u.LeavesAt != closed.LeavesAt
}

// MaxDecisionText is how many characters a decision's reason has, at most.
const MaxDecisionText = 2000

// Ground is what a decision rests on.
type Ground string

// The grounds.
const (
	GroundRules Ground = "rules" // of the house
	GroundLaw   Ground = "law"
)

// Decider is who decided: which the law wants told.
type Decider string

// The deciders.
const (
	ByPerson  Decider = "person"
	ByJury    Decider = "jury"
	ByMachine Decider = "machine"
)

// How long a decision counts against somebody.
const (
	StrikeFor      = 90 * 24 * time.Hour
	GraveStrikeFor = 365 * 24 * time.Hour
)

// Limits of a decision, in characters.
const (
	MaxLaw   = 500
	MaxFacts = 2000
)

// A Decision is what somebody of the staff did about an account, and why. It
// is never changed: what takes it back is another.
type Decision struct {
	ID       DecisionID
	By       AccountID // zero for the command line, a machine or a jury
	Second   AccountID // who agreed, if that was needed
	Account  AccountID
	Action   Action
	Case     CaseID     // that it ends, if any
	Report   ReportID   // that led to it, if any
	Posts    []PostID   // what it is about, of the account
	Text     string     // to whom it is about
	Harm     Harm       // empty if it is not said
	Rule     string     // id@version of the rule of the house that was broken; see GeneralRule
	Ground   Ground     // empty is the rules
	Law      string     // which, if it is that
	Facts    string     // what was found, for the record
	Machine  bool       // a machine found it
	Decider  Decider    // empty is a person
	Until    time.Time  // when it ends by itself, zero for never
	Expires  time.Time  // until when it counts against them
	Undoes   DecisionID // that this one takes back
	Seen     time.Time  `json:"-"` // when whoever decides was shown the case, if that is known
	Evidence EvidenceID
	At       time.Time
}

// Check reports why d cannot be taken, or nil.
func (d Decision) Check(now time.Time) error {
	switch {
	case utf8.RuneCountInString(d.Text) > MaxDecisionText:
		return errs.Newf(errs.Invalid, "Validation failed: Say why in at most %d characters.", MaxDecisionText)
	case utf8.RuneCountInString(d.Law) > MaxLaw:
		return errs.Newf(errs.Invalid, "Validation failed: Name the law in at most %d characters.", MaxLaw)
	case utf8.RuneCountInString(d.Facts) > MaxFacts:
		return errs.Newf(errs.Invalid, "Validation failed: Say what was found in at most %d characters.", MaxFacts)
	case d.Ground == GroundLaw && d.Law == "":
		return errs.New(errs.Invalid, "Validation failed: Name the law that was broken.")
	case d.Ground != "" && d.Ground != GroundRules && d.Ground != GroundLaw:
		return errs.New(errs.Invalid, "Validation failed: A decision rests on the rules or on the law.")
	case !d.Until.IsZero() && d.Action.Inverse() == "":
		return errs.New(errs.Invalid, "Validation failed: This cannot be taken back, so it cannot end by itself.")
	case !d.Until.IsZero() && !d.Until.After(now):
		return errs.New(errs.Invalid, "Validation failed: It would end before it begins.")
	case d.Action.OfPost() && len(d.Posts) == 0:
		return errs.New(errs.Invalid, "Validation failed: Say which posts this is about.")
	case len(d.Posts) > MaxReportPosts:
		return errs.Newf(errs.Invalid, "Validation failed: Decide about at most %d posts at once.", MaxReportPosts)
	}
	return nil
}

// Grounded is d with what it rests on: nothing is held against anybody without a
// rule or a law.
func (d Decision) Grounded() Decision {
	if d.Ground == "" {
		d.Ground = GroundRules
	}
	if d.Ground == GroundRules && d.Rule == "" && d.Action.Sanction() {
		d.Rule = GeneralRule.ID
	}
	return d
}

// Strike is until when d counts against somebody, zero if it does not.
func (d Decision) Strike(at time.Time) time.Time {
	switch {
	case !d.Action.Sanction():
		return time.Time{}
	case d.Action.Grave():
		return at.Add(GraveStrikeFor)
	}
	return at.Add(StrikeFor)
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

// Judges are the roles of those about whom a may decide.
func (a Actor) Judges() (out []Role) {
	for _, r := range []Role{Member, Moderator, Admin, Owner} {
		if a.MayJudge(r) == nil {
			out = append(out, r)
		}
	}
	return out
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
	Called   string // the beginning of either
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

// About reports whether d is about a post, or, if there is none, about the whole
// account.
func (d Decision) About(post PostID) bool {
	if post == 0 {
		return !d.Action.OfPost()
	}
	return slices.Contains(d.Posts, post)
}

// RuleVersion is the rule of the house that d names, and which version of it; ok is
// false for none.
func (d Decision) RuleVersion() (rule string, version int, ok bool) {
	rule, at, _ := strings.Cut(d.Rule, "@")
	version, err := strconv.Atoi(at)
	return rule, version, err == nil
}
