package web

import (
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const movingPage = "/settings/moving"

func (s *Site) movingRoutes(r *router) {
	r.Do("GET "+movingPage, member, func(q *ask) error { return s.showMoving(q, http.StatusOK, moving{}) })
	r.Do("POST "+movingPage, member, s.limited(signInRule, s.moveAway))
	r.Do("POST "+movingPage+"/stay", member, s.stay)
	r.Do("POST "+movingPage+"/aliases", member, s.addAlias)
	r.Do("POST "+movingPage+"/aliases/end", member, s.dropAlias)
}

// moving is where somebody lives and lived.
type moving struct {
	Away                 string // what was typed as where to go
	AwayProblem, Problem string
	Aliases              []alias
	To                   *view.Face // where they live now
	Next                 time.Time  // when they may move again, if that is not now
}

// alias is another account of theirs; Face is nil if it is not known here.
type alias struct {
	URI  string
	Face *view.Face
}

func (s *Site) showMoving(q *ask, status int, m moving) error {
	home, err := s.Accounts.Home(q.Context(), q.by)
	if err != nil {
		return err
	}
	ids := []social.AccountID{home.Account.MovedTo}
	for _, a := range home.Aliases {
		ids = append(ids, a.Account)
	}
	faces, err := s.View.Faces(q.Context(), ids)
	if err != nil {
		return err
	}
	byID := map[social.AccountID]*view.Face{}
	for _, f := range faces {
		byID[f.ID] = f
	}
	for _, a := range home.Aliases {
		m.Aliases = append(m.Aliases, alias{a.URI, byID[a.Account]})
	}
	m.To = byID[home.Account.MovedTo]
	if next := home.Account.MovesAgain(); s.config.Clock().Before(next) {
		m.Next = next
	}
	q.settle()
	return q.showAs(status, "Moving", movingSettings(q.page, m))
}

// amiss is the sentence for what could not be done with what was typed, and
// whether err is that and no fault of ours.
func (q *ask) amiss(err error) (string, bool) {
	if sentence, ok := q.wrong(err); ok {
		return sentence, true
	}
	return q.page.fault(err), err != nil && errs.KindOf(err) != errs.Internal
}

func (s *Site) moveAway(q *ask) error {
	to := q.form("to")
	err := s.Auth.Really(q.Context(), q.by, q.form("password"))
	if err == nil {
		_, err = s.Accounts.MoveTo(q.Context(), q.by, to)
	}
	if problem, ok := q.amiss(err); ok {
		return s.showMoving(q, http.StatusUnprocessableEntity, moving{Away: to, AwayProblem: problem})
	}
	if err != nil {
		return err
	}
	q.say("moved")
	return q.to(movingPage)
}

func (s *Site) stay(q *ask) error {
	if err := s.Accounts.Stay(q.Context(), q.by); err != nil {
		return err
	}
	q.say("stayed")
	return q.to(movingPage)
}

func (s *Site) addAlias(q *ask) error {
	_, err := s.Accounts.AddAlias(q.Context(), q.by, q.form("alias"))
	if problem, ok := q.amiss(err); ok {
		return s.showMoving(q, http.StatusUnprocessableEntity, moving{Problem: problem})
	}
	if err != nil {
		return err
	}
	q.say("aliased")
	return q.to(movingPage)
}

func (s *Site) dropAlias(q *ask) error {
	if err := s.Accounts.DropAlias(q.Context(), q.by, q.form("alias")); err != nil {
		return err
	}
	q.say("unaliased")
	return q.to(movingPage)
}
