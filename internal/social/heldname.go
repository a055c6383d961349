package social

import (
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/skeleton"
)

// HeldNameID names a name that is kept for somebody.
type HeldNameID int64

// A HeldName is a username that the owner keeps for somebody, until they claim it
// with a link. Nobody else gets it, nor one that looks like it.
type HeldName struct {
	ID        HeldNameID
	Username  string
	Note      string // for the owner
	CreatedAt time.Time
	LinkedAt  time.Time // when its link was made; zero if there is none
	ExpiresAt time.Time // when that link ends
	Claimed   bool      // somebody took it, and has not joined yet: their address is not confirmed
}

// Claimable reports whether somebody could claim h with its link.
func (h HeldName) Claimable(now time.Time) bool {
	return !h.LinkedAt.IsZero() && h.ExpiresAt.After(now)
}

// Limits of held names.
const (
	MaxHeldNames = 1000
	MaxHeldNote  = 200 // characters
	MaxClaimTime = 90 * 24 * time.Hour
)

// Check reports why h cannot be held, or nil.
func (h HeldName) Check() error {
	if err := CheckUsername(h.Username); err != nil {
		return err
	}
	if utf8.RuneCountInString(h.Note) > MaxHeldNote {
		return errs.Newf(errs.Invalid, "Say it in at most %d characters.", MaxHeldNote)
	}
	return nil
}

// LookKey is the form under which names are compared that may be mistaken for each
// other; empty for one that is too short to say anything.
func LookKey(name string) string {
	key := skeleton.Of(name)
	if utf8.RuneCountInString(key) < skeleton.Least {
		return ""
	}
	return key
}

// A GuardedName is of somebody whom others may not pass themselves off as: of the
// staff, or confirmed.
type GuardedName struct {
	Account     AccountID
	Username    string
	DisplayName string // that was confirmed, or that somebody of the staff has
}

// Covers reports whether g is of a, and for what a is called: who calls themselves
// otherwise than they were confirmed is somebody like others.
func (g GuardedName) Covers(a Account) bool {
	return g.Account == a.ID && (g.DisplayName == a.DisplayName || sameName(g.DisplayName, a.Name()))
}

// Meets reports whether a can be mistaken for who has g.
func (g GuardedName) Meets(a Account) bool {
	if a.ID == g.Account {
		return false
	}
	theirs := [2]string{LookKey(g.Username), LookKey(g.DisplayName)}
	for _, mine := range []string{LookKey(a.Username), LookKey(a.DisplayName)} {
		if mine != "" && (mine == theirs[0] || mine == theirs[1]) {
			return true
		}
	}
	return false
}
