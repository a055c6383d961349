package social

import (
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// HoldID names a hold.
type HoldID int64

// HoldKind says what a hold is on.
type HoldKind string

// The kinds.
const (
	HoldAccount HoldKind = "account" // all records about somebody, and of what they reported
	HoldCase    HoldKind = "case"    // those of one case
	HoldMatter  HoldKind = "matter"  // those of a notice of a host or an authority, and of the cases that it brought
)

// A Hold keeps records of how the house is looked after from being erased, also
// when whom they are about leaves: a court, a law or a claim asks for them.
type Hold struct {
	ID       HoldID // its time is when it began
	Kind     HoldKind
	Subject  int64     // the account, case or matter
	Account  AccountID // whom it is about; zero if it is nobody, or several
	Name     string    // what the subject was called then
	Reason   string
	By       AccountID
	Until    time.Time // zero is until somebody ends it
	Silent   bool      // whom it is about is not told
	Asked    AccountID // who wants it ended, where somebody else has to agree
	AskedAt  time.Time
	Ended    time.Time
	EndedBy  AccountID
	EndedWhy string
	Evidence EvidenceID
}

// Limits of holds.
const (
	MaxHoldReason = 2000
	MaxHolds      = 500 // that hold at once
	MaxHoldFor    = 10 * 366 * 24 * time.Hour
	MaxLiftAsked  = 7 * 24 * time.Hour // for which somebody else can agree to its end
)

// Holds reports whether h keeps anything at a moment.
func (h Hold) Holds(at time.Time) bool {
	return h.Ended.IsZero() && (h.Until.IsZero() || h.Until.After(at))
}

// Check reports why h cannot be, or nil.
func (h Hold) Check(now time.Time) error {
	switch {
	case h.Kind != HoldAccount && h.Kind != HoldCase && h.Kind != HoldMatter:
		return errs.New(errs.Invalid, "A hold is on an account, a case or a matter.")
	case strings.TrimSpace(h.Reason) == "":
		return errs.New(errs.Invalid, "Write down why: who asks for it, and by what right.")
	case len([]rune(h.Reason)) > MaxHoldReason:
		return errs.Newf(errs.Invalid, "The reason has more than %d characters.", MaxHoldReason)
	case !h.Until.IsZero() && !h.Until.After(now):
		return errs.New(errs.Invalid, "A hold ends in the future.")
	case h.Until.After(now.Add(MaxHoldFor)):
		return errs.New(errs.Invalid, "A hold is for ten years at most. One without an end is looked at again, too.")
	}
	return nil
}

// HeldUntil is when the last of some holds ends; zero is when somebody ends it.
// There is false if there are none.
func HeldUntil(all []Hold) (until time.Time, there bool) {
	for _, h := range all {
		if h.Until.IsZero() {
			return time.Time{}, true
		}
		if h.Until.After(until) {
			until = h.Until
		}
	}
	return until, len(all) > 0
}

// HeldWords tells somebody what is kept although they leave (GDPR, Article 17(3)).
func HeldWords(until time.Time) string {
	end := "until that is over"
	if !until.IsZero() {
		end = "until " + until.UTC().Format("2 January 2006")
	}
	return "A legal hold keeps some of what moderators wrote down about this account, or what it reported: sealed, " + end + ". The law allows that (GDPR, Article 17(3)). After that it is erased as well."
}
