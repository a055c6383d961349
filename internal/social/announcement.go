package social

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// AnnouncementID names what the house tells everybody.
type AnnouncementID int64

// An Announcement is what the house tells everybody who is here.
// https://docs.joinmastodon.org/entities/Announcement/
type Announcement struct {
	ID        AnnouncementID
	Text      string
	StartsAt  time.Time // of what it tells of; zero if that has no time
	EndsAt    time.Time // after which it is not shown; zero for never
	AllDay    bool      // the hours of the two do not count
	CreatedAt time.Time
	ChangedAt time.Time
}

// Over reports whether it is not shown any more.
func (a Announcement) Over(now time.Time) bool { return !a.EndsAt.IsZero() && !now.Before(a.EndsAt) }

// A Reaction is an emoji under an announcement or a post, and how many chose
// it.
type Reaction struct {
	Name  string // a sign, or of a picture the shortcode; of one elsewhere with its host: "cat@far.example"
	Count int
	Mine  bool   // the reader chose it, too
	Image string // of a picture elsewhere: its address
}

// Limits of announcements.
const (
	MaxAnnouncement  = 5000 // characters
	MaxAnnouncements = 50   // at a time
	MaxReactions     = 8    // different ones under one of them
)

// Check reports why a cannot be told, or nil.
func (a Announcement) Check(now time.Time) error {
	switch {
	case strings.TrimSpace(a.Text) == "":
		return errs.New(errs.Invalid, "Write what is to be announced.")
	case utf8.RuneCountInString(a.Text) > MaxAnnouncement:
		return errs.Newf(errs.Invalid, "An announcement has at most %d characters.", MaxAnnouncement)
	case a.Over(now):
		return errs.New(errs.Invalid, "An announcement ends in the future, or never.")
	case !a.StartsAt.IsZero() && !a.EndsAt.IsZero() && a.EndsAt.Before(a.StartsAt):
		return errs.New(errs.Invalid, "What is announced ends after it starts.")
	case a.AllDay && (a.StartsAt.IsZero() || a.EndsAt.IsZero()):
		return errs.New(errs.Invalid, "What takes whole days has a first and a last one.")
	}
	return nil
}
