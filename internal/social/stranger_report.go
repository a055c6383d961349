package social

import (
	"strings"
	"time"
)

// A StrangerReport is what is known of somebody without an account who reported
// something and left an address.
type StrangerReport struct {
	Report    ReportID
	Email     string
	Asked     time.Time // when it came
	Sent      time.Time // when they were written to that it came; zero while that waits
	Crowd     bool      // more came from their network than its share
	Confirmed time.Time // when they said that the address is theirs; zero for not yet
	Told      time.Time // when they were told what came of it
	Again     time.Time // when they asked that somebody else looks at it
}

// Limits of letters to addresses that nobody has confirmed. What is over them is
// written later, when there is room; what is over the last one after all others.
const (
	MaxStrangerLetters = 3   // to one address in a day
	MaxStrangerHour    = 100 // to all of them in an hour
	MaxStrangerNetwork = 20  // because of reports from one network in an hour
)

// MaxAgain is how many characters somebody has who asks to look at a report again.
const MaxAgain = MaxReportComment - 100

// ContactEmail is the e-mail address in how a stranger can be reached, or empty.
func ContactEmail(contact string) string {
	words := strings.Fields(contact)
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if !plausibleEmail(last) {
		return ""
	}
	return last
}

// MayAgain reports whether r, which s made, can be looked at again because of that.
func (s StrangerReport) MayAgain(r Report, now time.Time) bool {
	return r.Closed() && s.Again.IsZero() && !s.Confirmed.IsZero() && now.Sub(r.ClosedAt) < AppealWithin
}
