package social

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ScheduledID names a post that is to be said later.
type ScheduledID int64

// A Scheduled is a post that is to be said later.
// https://docs.joinmastodon.org/entities/ScheduledStatus/
type Scheduled struct {
	ID    ScheduledID
	Owner AccountID
	App   AppID
	At    time.Time // when it is to be said
	Draft Draft
}

// Limits of scheduled posts. Mastodon's, which apps know.
const (
	MinSchedule     = 5 * time.Minute // from now
	MaxSchedule     = 5 * 365 * 24 * time.Hour
	MaxScheduled    = 300
	MaxScheduledDay = 25
	// UndoFor is how long a post waits that is held so that it can be taken back.
	UndoFor = 10 * time.Second
)

// CheckSchedule reports why nothing can be said at a time later, or nil.
func CheckSchedule(at, now time.Time) error {
	switch {
	case at.Before(now.Add(MinSchedule)):
		return errs.Newf(errs.Invalid, "Validation failed: Scheduled at must be at least %d minutes in the future", int(MinSchedule/time.Minute))
	case at.After(now.Add(MaxSchedule)):
		return errs.New(errs.Invalid, "Validation failed: Scheduled at is too far in the future")
	}
	return nil
}
