package web

import (
	"net/http"
	"strings"

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
