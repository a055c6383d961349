package social

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// How a wave of sign-ups is told from people who join: more in GuardWindow than
// GuardFactor times what is usual, and never fewer than GuardFloor. What is usual
// is what came in the GuardUsual before.
const (
	GuardWindow = time.Hour
	GuardFactor = 5
	GuardFloor  = 20
	GuardUsual  = 28 * 24 * time.Hour
	// GuardAway is for how long nobody of the staff was seen, after which
	// strangers are not let in without a look.
	GuardAway = 72 * time.Hour
)

// A Guard is how the house watches its open door.
type Guard struct {
	Shut  time.Time `json:"shut,omitzero"`  // when it had everybody wait for a look; zero if it did not since it was opened by hand
	Why   GuardWhy  `json:"why,omitempty"`  // that was
	Since time.Time `json:"since,omitzero"` // from when on sign-ups count: when the door was opened by hand
}

// GuardWhy is why the door was shut.
type GuardWhy string

// The reasons.
const (
	GuardWave     GuardWhy = "wave" // of sign-ups
	GuardDeserted GuardWhy = "away" // nobody of the staff was seen
)

// Wave reports whether lately is too many sign-ups, where usual came in
// GuardUsual.
func Wave(lately, usual int) bool {
	return lately > GuardFloor && lately > int(GuardFactor*float64(usual)*float64(GuardWindow)/float64(GuardUsual))
}

// Limits of who is new: on probation is whose account is younger than
// ProbationAge, or who has not posted ProbationPosts times yet.
const (
	ProbationAge      = 24 * time.Hour
	ProbationPosts    = 10
	ProbationMentions = 3 // of people who do not follow them, in one post
)

// OnProbation reports whether somebody is new.
func OnProbation(age time.Duration, posts int) bool {
	return age < ProbationAge || posts < ProbationPosts
}

// MayAddress reports why somebody on probation may not say something with
// links, that mentions so many who do not follow them; or nil.
func MayAddress(links, strangers int) error {
	switch {
	case links > 0 && strangers > 0:
		return errs.New(errs.Forbidden, "Your account is new here: send no links to people who do not follow you yet. Leave out the link or the mention. That ends after a day and ten posts.")
	case strangers > ProbationMentions:
		return errs.Newf(errs.Forbidden, "Your account is new here: mention at most %d people at once who do not follow you yet. That ends after a day and ten posts.", ProbationMentions)
	}
	return nil
}
