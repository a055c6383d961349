package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const recordPage = "/settings/record"

// Everybody can read what was decided about them, and appeal: also those who
// cannot sign in any more, by the link in the letter that told them.
func (s *Site) recordRoutes(r *router) {
	r.Do("GET "+recordPage, waiting, func(q *ask) error { return s.showRecord(q, http.StatusOK, record{By: q.by, Path: recordPage}) })
	r.Do("POST "+recordPage+"/{decision}", waiting, func(q *ask) error { return s.appeal(q, record{By: q.by, Path: recordPage}) })
	r.Do("GET /record/{token}", anyone, s.byLetter(func(q *ask, r record) error { return s.showRecord(q, http.StatusOK, r) }))
	r.Do("POST /record/{token}/{decision}", anyone, s.byLetter(s.appeal))
	r.Do("POST /record/{token}/answer", anyone, s.sparing(secretRule, s.wantAnswer))
	r.Do("POST /record/{token}/again", anyone, s.sparing(reportRule, s.lookAgain))
}

// A record is what was decided about somebody, before them.
type record struct {
	By      social.Actor
	Path    string // of the page
	Entries view.Slice[moderation.Entry]
	Counts  int
	Which   social.DecisionID // whose appeal was not taken
	Words   string
	Problem string
}

// wordsFor are those of the appeal against a decision that was not taken.
func (r record) wordsFor(which social.DecisionID) string {
	if r.Which != which {
		return ""
	}
	return r.Words
}

// byLetter lets in whoever has the link of a letter, to the record of whom it was
// sent to and to nothing else.
func (s *Site) byLetter(do func(q *ask, r record) error) handler {
	return s.sparing(secretRule, func(q *ask) error {
		if q.Method == http.MethodGet {
			of, err := s.Auth.ByReport(q.Context(), q.param("token"))
			if err == nil {
				return s.showUnknown(q, http.StatusOK, of, "", "")
			}
			if errs.KindOf(err) != errs.NotFound {
				return err
			}
		}
		who, err := s.Auth.ByRecord(q.Context(), q.param("token"))
		if err != nil {
			return err
		}
		q.page.Plain, q.page.Head.Hide = true, true
		return do(q, record{By: social.Actor{Account: who}, Path: "/record/" + q.param("token")})
	})
}

// showUnknown shows somebody without an account what became of their report.
func (s *Site) showUnknown(q *ask, status int, of social.StrangerReport, words, problem string) error {
	u, err := s.Moderation.Unknown(q.Context(), of)
	if err != nil {
		return err
	}
	q.page.Plain, q.page.Head.Hide = true, true
	return q.showAs(status, "Your report", unknownReport(q.page, u, s.receiptOf(q, u.Own.Report), "/record/"+q.param("token"), words, problem))
}

func (s *Site) wantAnswer(q *ask) error {
	if err := s.Auth.WantAnswer(q.Context(), q.param("token")); err != nil {
		return err
	}
	return q.to("/record/" + q.param("token"))
}

func (s *Site) lookAgain(q *ask) error {
	of, err := s.Auth.ByReport(q.Context(), q.param("token"))
	if err != nil {
		return err
	}
	words := strings.TrimSpace(q.form("text"))
	err = s.Moderation.LookAgain(q.Context(), of, words)
	if problem, ok := q.wrong(err); ok {
		return s.showUnknown(q, http.StatusUnprocessableEntity, of, words, problem)
	}
	if err != nil {
		return err
	}
	return q.to("/record/" + q.param("token"))
}

func (s *Site) showRecord(q *ask, status int, r record) (err error) {
	if r.Entries, err = slice(q, linesOnPage, func(p social.Page) (view.Slice[moderation.Entry], error) {
		all, err := s.Moderation.Record(q.Context(), r.By, p)
		return view.Ends(all, p, func(e moderation.Entry) int64 { return int64(e.Decision.ID) }), err
	}); err != nil {
		return err
	}
	for _, e := range r.Entries.Items {
		if e.Counts {
			r.Counts++
		}
	}
	q.settle()
	return q.showAs(status, "What was decided about you", recordBody(q.page, r))
}

func (s *Site) appeal(q *ask, r record) error {
	r.Which, r.Words = social.DecisionID(q.number("decision")), strings.TrimSpace(q.form("text"))
	_, err := s.Moderation.Appeal(q.Context(), r.By, r.Which, r.Words)
	if problem, ok := q.wrong(err); ok {
		r.Problem = problem
		return s.showRecord(q, http.StatusUnprocessableEntity, r)
	}
	if err != nil {
		return err
	}
	q.say("appealed")
	return q.to(r.Path)
}

// ruleSaid is what the rule said that a decision names.
func ruleSaid(e moderation.Entry) string {
	if e.Rule == nil {
		return ""
	}
	return e.Rule.Text
}

// reasonWords are the pieces that social.Statements are made of. What is open in them is a date.
var reasonWords = []string{
	msg("The people who run this house want to tell you something about your account. Nothing else changes."),
	msg("What your posts show stands behind a warning from now on."),
	msg("Your account is limited: only those who follow you come across what you post. You can use it as before."),
	msg("Your account is closed to you: nobody can sign in to it, and apps cannot use it. What you posted stays."),
	msg("Your account is suspended: nobody can see it or what you posted, and nobody can sign in to it."),
	msg("Your post stands behind a warning."),
	msg("Your post is limited: only those who follow you come across it."),
	msg("Your post is hidden: nobody sees it."),
	msg("Your post was deleted."),
	msg("It ends by itself on %s."),
	msg("It holds until it is taken back."),
	msg("That is so everywhere this house can be seen."),

	msg("A rule that acts by itself found it."),
	msg("It was reported to us."),
	msg("We came upon it ourselves."),
	msg("A machine decided, without a person."),
	msg("A jury of people who live here decided, without a machine."),
	msg("A person decided."),
	msg("A person decided, without a machine."),

	msg("If you think this is wrong, you can appeal until %s, at no cost: somebody who had no part in it looks at it again."),
	msg("If you think this is wrong, you can ask until %s that it is looked at again, at no cost, where you see how your report stands."),
	msg("You can also turn to a body for the settlement of disputes out of court that is certified where you live (in the European Union: Article 21 of the Digital Services Act), or to a court."),

	msg("The account that it was about was deleted before anybody decided, and what it posted with it. So there is nothing left to decide about."),
	msg("There was nothing left to do, as this was so already."),
	msg("There was nothing left to do: the post was deleted by whose it is, or this was so already."),
	msg("It was looked at, and breaks neither the rules of this house nor, as far as we can see, the law. Nothing was done."),
	msg("Whose it is was warned."),
	msg("What they post stands behind a warning now."),
	msg("The account is limited: only those who follow it come across what it posts."),
	msg("The account was closed to whoever had it."),
	msg("The account was suspended: nobody can see it or what it posted."),
	msg("The post stands behind a warning now."),
	msg("The post is limited: only those who follow its author come across it."),
	msg("The post was hidden: nobody sees it."),
	msg("The post was deleted."),
}

// groundWords are what a decision rests on. What is open in them are people's words.
var groundWords = []string{msg("It rests on the law: %s."), msg("It rests on a rule of this house, as it stood then: “%s”"), msg("It rests on the rules of this house.")}

// reasonIn is the piece that words begin with, the date in it, and what comes after it.
func reasonIn(words string) (reason, at, rest string) {
	for _, r := range reasonWords {
		before, after, open := strings.Cut(r, "%s")
		rest, ok := strings.CutPrefix(words, before)
		if ok && open {
			at, rest, ok = strings.Cut(rest, after)
		}
		if ok {
			return r, at, strings.TrimSpace(rest)
		}
	}
	return words, "", ""
}

// sayReasons has a part of a social.Statement said.
func sayReasons(ctx context.Context, words string) string {
	var out []string
	for reason, at, rest := reasonIn(words); reason != ""; reason, at, rest = reasonIn(rest) {
		if at == "" {
			out = append(out, say(ctx, reason))
			continue
		}
		for _, layout := range []string{msg("2 January 2006"), msg("2 January 2006, 15:04 UTC")} {
			if day, err := time.Parse(layout, at); err == nil {
				at = dateIn(ctx, day, layout)
				break
			}
		}
		out = append(out, say(ctx, reason, at))
	}
	return strings.Join(out, " ")
}

// sayGround has what a decision rests on said.
func sayGround(ctx context.Context, words string) string {
	for _, g := range groundWords {
		before, after, open := strings.Cut(g, "%s")
		if rest, ok := strings.CutPrefix(words, before); ok && open {
			return say(ctx, g, strings.TrimSuffix(rest, after))
		}
	}
	return say(ctx, words)
}
