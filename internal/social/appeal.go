package social

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// AppealState is how an appeal stands.
type AppealState string

// The states.
const (
	AppealPending  AppealState = "pending"
	AppealApproved AppealState = "approved" // the decision was taken back
	AppealRejected AppealState = "rejected"
)

const (
	// AppealWithin is how long a decision can be appealed (DSA Art. 20: at least
	// six months, which are 184 days at most).
	AppealWithin = 184 * 24 * time.Hour
	// MaxAppeal is how many characters an appeal, and its answer, has at most.
	MaxAppeal = 2000
)

// An Appeal asks for a decision to be looked at by somebody else.
type Appeal struct {
	ID       AppealID
	Decision DecisionID
	By       AccountID // about whom it was decided
	Text     string
	State    AppealState
	Answer   string
	Decider  AccountID
	Closed   time.Time
	Evidence EvidenceID
	At       time.Time
	Alarmed  int // the last of Alarms that was given
}

// Check reports why a cannot be made of d, or nil.
func (a Appeal) Check(d Decision, now time.Time) error {
	switch {
	case d.Account != a.By || !d.Action.Sanction():
		return errs.New(errs.NotFound, "Record not found")
	case strings.TrimSpace(a.Text) == "":
		return errs.New(errs.Invalid, "Say why you think that the decision is wrong.")
	case utf8.RuneCountInString(a.Text) > MaxAppeal:
		return errs.Newf(errs.Invalid, "Say it in at most %d characters.", MaxAppeal)
	case now.Sub(d.At) > AppealWithin:
		return errs.New(errs.Invalid, "This decision is more than six months old and cannot be appealed any more.")
	}
	return nil
}

// Span is the time there is to answer a.
func (a Appeal) Span() Span { return ClassComplaint.Span(a.At, Calendar{}) }

// Due is when a should be answered.
func (a Appeal) Due() time.Time { return a.Span().Due }

// MayHear reports why by may not decide about an appeal against d, or nil: it
// takes somebody who had no part in it.
func (d Decision) MayHear(by Actor) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	if by.Account != 0 && (by.Account == d.By || by.Account == d.Second) {
		return errs.New(errs.Forbidden, "Somebody else hears this appeal: you took part in the decision.")
	}
	if by.Account == d.Account {
		return errs.New(errs.Forbidden, "This action is not allowed")
	}
	return nil
}
