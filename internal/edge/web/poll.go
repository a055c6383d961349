package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) pollRoutes(r *router) {
	r.Do("POST /@{name}/{post}/vote", member, s.vote)
}

// vote answers what a post asks.
func (s *Site) vote(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	if p.Poll == nil {
		return nowhere
	}
	var choices []int
	for _, c := range q.PostForm["choice"] {
		n, err := strconv.Atoi(c)
		if err != nil {
			return errs.New(errs.Invalid, "Choose one of the answers.")
		}
		choices = append(choices, n)
	}
	if _, err := s.Polls.Vote(q.Context(), q.by, p.Poll.ID, choices); err != nil {
		return err
	}
	return q.back(postURL(p), "voted")
}

func mayVote(f *frame, p *view.Seen) bool {
	return f.signedIn() && !p.Poll.Ended(f.Now) && p.Poll.Author != f.By.Account && len(p.Votes) == 0
}

func choiceKind(multiple bool) string {
	if multiple {
		return "checkbox"
	}
	return "radio"
}

func choiceHint(multiple bool) string {
	if multiple {
		return msg("Choose any of the answers")
	}
	return msg("Choose one answer")
}

func showsVotes(f *frame, p *social.Poll) bool { return !p.HideVotes || p.Ended(f.Now) }

func chose(p *view.Seen, option int) bool { return slices.Contains(p.Votes, option) }

// share is how many of those who voted chose an option, in percent.
func share(p *social.Poll, o social.PollOption) int {
	if p.Voters == 0 {
		return 0
	}
	return (o.Votes*200 + p.Voters) / (2 * p.Voters)
}

// standing is how many have voted, and until when one can.
func standing(f *frame, p *social.Poll) string {
	voted := f.say("%d people voted", p.Voters)
	switch {
	case p.EndsAt.IsZero():
		return voted
	case p.Ended(f.Now):
		return voted + " · " + f.say("it has ended")
	}
	return voted + " · " + f.say("until %s", f.longDate(p.EndsAt))
}

// answersOf are the answers of a poll that is being written, and room for more.
func answersOf(p *social.PollDraft) []string {
	var all []string
	if p != nil {
		all = slices.Clone(p.Options)
	}
	for range 2 {
		if len(all) < social.MaxPollOptions {
			all = append(all, "")
		}
	}
	return all
}

// A term is how long a poll can be answered.
type term struct {
	minutes int
	name    string
	chosen  bool
}

// lastsOf are the terms that can be chosen for a poll, and the one that is.
func lastsOf(ctx context.Context, p *social.PollDraft) []term {
	all := []term{{5, say(ctx, "for %d minutes", 5), false}, {30, say(ctx, "for half an hour"), false}, {60, say(ctx, "for an hour"), false}, {6 * 60, say(ctx, "for %d hours", 6), false},
		{24 * 60, say(ctx, "for a day"), false}, {3 * 24 * 60, say(ctx, "for %d days", 3), false}, {7 * 24 * 60, say(ctx, "for a week"), false}, {30 * 24 * 60, say(ctx, "for a month"), false}}
	minutes, known := 24*60, false
	if p != nil && p.Lasts > 0 {
		minutes = int(p.Lasts.Minutes())
	}
	for i := range all {
		all[i].chosen = all[i].minutes == minutes
		known = known || all[i].chosen
	}
	if !known {
		all = append(all, term{minutes, say(ctx, "for %d minutes", minutes), true})
	}
	return all
}
