package social

import (
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A Poll asks the readers of a post.
// https://docs.joinmastodon.org/entities/Poll/
type Poll struct {
	ID        PollID
	Post      PostID
	Author    AccountID
	Options   []PollOption
	Multiple  bool      // several may be chosen
	HideVotes bool      // until it ends
	EndsAt    time.Time // zero for never
	Voters    int
}

// A PollOption is one of the answers.
type PollOption struct {
	Title string `json:"title"`
	Votes int    `json:"votes"`
}

// Votes is how many votes there are in all.
func (p Poll) Votes() (n int) {
	for _, o := range p.Options {
		n += o.Votes
	}
	return n
}

// Ended reports whether nobody can vote any more.
func (p Poll) Ended(now time.Time) bool { return !p.EndsAt.IsZero() && !now.Before(p.EndsAt) }

// A PollDraft is what an actor wants to ask.
type PollDraft struct {
	Options   []string
	Multiple  bool
	HideVotes bool
	Lasts     time.Duration
}

// Limits of polls.
const (
	MinPollOptions = 2
	MaxPollOptions = 10
	MaxPollOption  = 100 // characters
	MinPoll        = 5 * time.Minute
	MaxPoll        = 180 * 24 * time.Hour
)

// Check reports what is wrong with d, or nil.
func (d PollDraft) Check() error {
	if len(d.Options) < MinPollOptions {
		return errs.New(errs.Invalid, "Validation failed: Poll options must be more than one item")
	}
	if len(d.Options) > MaxPollOptions {
		return errs.Newf(errs.Invalid, "Validation failed: Poll options can't contain more than %d items", MaxPollOptions)
	}
	seen := map[string]bool{}
	for _, o := range d.Options {
		switch {
		case strings.TrimSpace(o) == "":
			return errs.New(errs.Invalid, "Validation failed: Poll options can't be blank")
		case Graphemes(o) > MaxPollOption:
			return errs.Newf(errs.Invalid, "Validation failed: Poll options can't be longer than %d characters each", MaxPollOption)
		case seen[o]:
			return errs.New(errs.Invalid, "Validation failed: Poll options contain duplicate items")
		}
		seen[o] = true
	}
	switch {
	case d.Lasts < MinPoll:
		return errs.New(errs.Invalid, "Validation failed: Poll duration is too short")
	case d.Lasts > MaxPoll:
		return errs.New(errs.Invalid, "Validation failed: Poll duration is too far into the future")
	}
	return nil
}

// MayVote reports why by may not choose options of p at a time, or nil.
func (p Poll) MayVote(by Actor, choices []int, before []int, now time.Time) error {
	switch {
	case p.Ended(now):
		return errs.New(errs.Invalid, "Validation failed: The poll has already ended")
	case p.Author == by.Account:
		return errs.New(errs.Invalid, "Validation failed: You cannot vote in your own polls")
	case len(before) > 0:
		return errs.New(errs.Invalid, "Validation failed: You have already voted on this poll")
	case len(choices) == 0:
		return errs.New(errs.Invalid, "Validation failed: Choose an option to vote for")
	case len(choices) > 1 && !p.Multiple:
		return errs.New(errs.Invalid, "Validation failed: Choose one option only")
	}
	for _, c := range choices {
		if c < 0 || c >= len(p.Options) {
			return errs.New(errs.Invalid, "Validation failed: The chosen vote option does not exist")
		}
	}
	return nil
}

// Titles is what can be chosen.
func (p Poll) Titles() []string {
	out := make([]string, len(p.Options))
	for i, o := range p.Options {
		out[i] = o.Title
	}
	return out
}
