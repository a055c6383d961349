package web

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/jury"
	"github.com/plaza-social/plaza/internal/social"
)

// The pages of juries: what a juror is asked, what a member wants, and how the
// staff sees it.
const (
	juryPage      = "/jury"
	jurorSettings = "/settings/jury"
	juryState     = "/settings/juries"
)

func (s *Site) juryRoutes(r *router) {
	r.Do("GET "+juryPage, member, s.showJury)
	r.Do("POST "+juryPage+"/next", member, s.nextCase)
	r.Do("POST "+juryPage+"/{seat}", member, s.judge)
	r.Do("GET "+jurorSettings, member, func(q *ask) error { return s.showJuror(q, http.StatusOK, "") })
	r.Do("POST "+jurorSettings, member, s.saveJuror)
	r.Do("GET "+jurorSettings+"/quiz", member, func(q *ask) error { return s.showQuiz(q, http.StatusOK, "") })
	r.Do("POST "+jurorSettings+"/quiz", member, s.answerQuiz)
	r.Do("GET "+juryState, moderator, func(q *ask) error { return s.showJuries(q, http.StatusOK, social.Gold{}, "") })
	r.Do("GET "+juryState+"/pool.txt", moderator, s.poolList)
	r.Do("POST "+juryState+"/ask", moderator, s.askJury)
	r.Do("POST "+juryState+"/{jury}", moderator, s.override)
	r.Do("POST "+juryState+"/gold", moderator, s.addGold)
	r.Do("POST "+juryState+"/gold/{gold}/retire", moderator, s.retireGold)
}

// sits reports whether there are juries here.
func (q *ask) sits() error {
	if !q.page.House.Juries {
		return nowhere
	}
	return nil
}

func (s *Site) showJury(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	return s.showSheet(q, http.StatusOK, "")
}

func (s *Site) showSheet(q *ask, status int, problem string) error {
	sheet, err := s.Jury.Sheet(q.Context(), q.by)
	if err != nil {
		return err
	}
	if sheet != nil {
		q.page.Tab = "jury"
		return q.showAs(status, "Jury", jurySheet(q.page, sheet, problem))
	}
	who, why, err := s.Jury.Juror(q.Context(), q.by)
	if err != nil {
		return err
	}
	n, err := s.Jury.Waiting(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab = "jury"
	return q.showAs(status, "Jury", juryEmpty(q.page, n, who.Willing, why))
}

func (s *Site) nextCase(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	if _, err := s.Jury.Next(q.Context(), q.by); err != nil {
		return err
	}
	return q.to(juryPage)
}

// noRule is the answer that no rule is broken.
const noRule = "none"

// judge takes what a juror says, or that they skip it, and shows the next case.
func (s *Site) judge(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	seat := social.JurySeatID(q.number("seat"))
	var err error
	if q.form("do") == "skip" {
		err = s.Jury.Skip(q.Context(), q.by, seat)
	} else {
		err = s.Jury.Vote(q.Context(), q.by, seat, q.juryVote())
	}
	if k := errs.KindOf(err); err != nil && (k == errs.Invalid || k == errs.Forbidden) {
		return s.showSheet(q, http.StatusUnprocessableEntity, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	more, err := s.Jury.Next(q.Context(), q.by)
	if err != nil {
		return err
	}
	if more {
		q.say("judged")
	} else {
		q.say("judged-all")
	}
	return q.to(juryPage)
}

// juryVote reads the form: the rule that is broken, or that none is.
func (q *ask) juryVote() (v social.JuryVote) {
	sure, _ := strconv.Atoi(q.form("confidence"))
	v.Confidence = social.Confidence(sure)
	switch answer := q.form("answer"); answer {
	case "":
	case noRule:
		v.Verdict = social.NoBreach
	default:
		v.Verdict, v.Rule = social.Breach, answer
	}
	return v
}

func (s *Site) showJuror(q *ask, status int, problem string) error {
	if err := q.sits(); err != nil {
		return err
	}
	who, why, err := s.Jury.Juror(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Jury", jurorSettingsPage(q.page, who, why, problem))
}

func (s *Site) saveJuror(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	w := jury.Wish{Willing: q.ticked("willing"), Graphic: q.ticked("graphic")}
	for _, c := range social.JuryHarms {
		if !q.ticked("see_" + string(c)) {
			w.Refuses = append(w.Refuses, c)
		}
	}
	if err := s.Jury.SetWish(q.Context(), q.by, w); err != nil {
		return err
	}
	q.say("saved")
	return q.to(jurorSettings)
}

func (s *Site) showQuiz(q *ask, status int, problem string) error {
	if err := q.sits(); err != nil {
		return err
	}
	questions, err := s.Jury.Quiz(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Questions about the rules", juryQuiz(q.page, questions, problem))
}

func (s *Site) answerQuiz(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	answers := make([]int, social.QuizLength)
	for i := range answers {
		n, err := strconv.Atoi(q.form("answer_" + itoa(i)))
		if err != nil {
			n = -1
		}
		answers[i] = n
	}
	passed, err := s.Jury.AnswerQuiz(q.Context(), q.by, answers)
	if errs.KindOf(err) == errs.Limited && err != nil {
		return s.showQuiz(q, http.StatusTooManyRequests, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	if !passed {
		return s.showQuiz(q, http.StatusUnprocessableEntity, q.page.say("Not all of that was right. Here are other questions; the rules of the house are under About."))
	}
	q.say("quizzed")
	return q.to(jurorSettings)
}

// juriesOnPage is how many the staff sees at once.
const juriesOnPage = 20

// showJuries is also there when no jury is asked any more: what they said can be
// overridden all the same.
func (s *Site) showJuries(q *ask, status int, wish social.Gold, problem string) error {
	state, err := s.Jury.State(q.Context(), q.by, q.pageOf(juriesOnPage))
	if err == nil && q.sits() != nil && len(state.Last) == 0 {
		err = nowhere
	}
	if err != nil {
		return err
	}
	if q.sits() != nil {
		state.Could = nil
	}
	gold, err := s.Jury.Golds(q.Context(), q.by, social.Page{Limit: social.MaxGold})
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Juries", juriesPage(q.page, state, gold, wish, problem))
}

// poolList sends the list that the log commits to: of the pool in the address, or
// of the last.
func (s *Site) poolList(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	which, _ := id.Parse(q.URL.Query().Get("pool"))
	list, err := s.Jury.PoolList(q.Context(), q.by, social.JuryPoolID(which))
	if err != nil {
		return err
	}
	return q.download("pool.txt", "text/plain; charset=utf-8", func(w io.Writer) error { _, err := w.Write(list); return err })
}

// askJury has a jury asked about a case.
func (s *Site) askJury(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	which, _ := id.Parse(q.form("case"))
	_, err := s.Jury.Ask(q.Context(), q.by, social.CaseID(which))
	if k := errs.KindOf(err); err != nil && (k == errs.Forbidden || k == errs.Conflict || k == errs.Unavailable) {
		return s.showJuries(q, http.StatusUnprocessableEntity, social.Gold{}, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	q.say("jury")
	return q.to(juryState)
}

func (s *Site) override(q *ask) error {
	err := s.Jury.Override(q.Context(), q.by, social.JuryID(q.number("jury")), social.Verdict(q.form("instead")), q.form("rule"), q.form("reason_"+q.param("jury")))
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return s.showJuries(q, http.StatusUnprocessableEntity, social.Gold{}, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	q.say("overridden")
	return q.to(juryState)
}

func (s *Site) addGold(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	v := q.juryVote()
	g := social.Gold{Text: strings.TrimSpace(q.form("text")), Warning: strings.TrimSpace(q.form("warning")), Verdict: v.Verdict, Rule: v.Rule, Harm: social.Harm(q.form("harm"))}
	err := s.Jury.AddGold(q.Context(), q.by, g)
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return s.showJuries(q, http.StatusUnprocessableEntity, g, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to(juryState)
}

func (s *Site) retireGold(q *ask) error {
	if err := q.sits(); err != nil {
		return err
	}
	if err := s.Jury.RetireGold(q.Context(), q.by, social.GoldID(q.number("gold"))); err != nil {
		return err
	}
	q.say("saved")
	return q.to(juryState)
}
