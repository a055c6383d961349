package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const holdsPage = "/moderation/holds"

func (s *Site) holdRoutes(r *router) {
	r.Do("GET /moderation/holds", admin, func(q *ask) error { return s.showHolds(q, http.StatusOK, q.holdWish(), 0, "") })
	r.Do("POST /moderation/holds", admin, s.hold)
	r.Do("POST /moderation/holds/{hold}/end", admin, s.endHold)
}

// A holdWish is a hold as it was typed.
type holdWish struct{ Kind, Of, Reason, Until, Silent string }

// holdWish is what a link from a case, an account or a matter fills in.
func (q *ask) holdWish() holdWish {
	v := q.URL.Query()
	return holdWish{Kind: v.Get("kind"), Of: v.Get("of")}
}

// A holdList is what the page of holds shows.
type holdList struct {
	Now, Ended []social.Hold
	Wish       holdWish
	Failed     social.HoldID // that was not ended
	Problem    string
}

func (s *Site) showHolds(q *ask, status int, wish holdWish, failed social.HoldID, problem string) error {
	now, ended, err := s.Moderation.Holds(q.Context(), q.by, 0)
	if err != nil {
		return err
	}
	q.page.Tab = "moderation"
	return q.showAs(status, "Legal holds", holdsShown(q.page, holdList{now, ended, wish, failed, problem}))
}

func (s *Site) hold(q *ask) error {
	wish := holdWish{q.form("kind"), strings.TrimSpace(q.form("of")), q.form("reason"), q.form("until"), q.form("silent")}
	h, err := s.holdOf(q, wish)
	if err == nil {
		_, err = s.Moderation.Hold(q.Context(), q.by, h)
	}
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = errs.New(errs.Invalid, "There is no such account, case or matter here. Write an account as @name or @name@host, the others as their numbers.")
	}
	if problem, ok := q.wrong(err); ok {
		return s.showHolds(q, http.StatusUnprocessableEntity, wish, 0, problem)
	}
	return s.saved(q, err, holdsPage)
}

func (s *Site) holdOf(q *ask, w holdWish) (h social.Hold, err error) {
	h = social.Hold{Kind: social.HoldKind(w.Kind), Reason: w.Reason, Silent: w.Silent != ""}
	if w.Until != "" {
		day, err := time.Parse(time.DateOnly, w.Until)
		if err != nil {
			return h, errs.New(errs.Invalid, "Write the last day like 2027-01-31.")
		}
		h.Until = day.AddDate(0, 0, 1)
	}
	if h.Kind == social.HoldAccount {
		name, host, _ := strings.Cut(strings.TrimPrefix(w.Of, "@"), "@")
		if host == s.config.HandleHost {
			host = ""
		}
		d, err := s.Moderation.Named(q.Context(), q.by, name, host)
		if err != nil {
			return h, err
		}
		h.Subject = int64(d.ID)
		return h, nil
	}
	n, ok := id.Parse(w.Of)
	if !ok {
		return h, errs.New(errs.NotFound, "There is no such record.")
	}
	h.Subject = n
	return h, nil
}

func (s *Site) endHold(q *ask) error {
	which := social.HoldID(q.number("hold"))
	err := s.Moderation.Release(q.Context(), q.by, which, q.form("reason"))
	if problem, ok := q.wrong(err); ok {
		return s.showHolds(q, http.StatusUnprocessableEntity, holdWish{}, which, problem)
	}
	return s.saved(q, err, holdsPage)
}

var holdKinds = map[social.HoldKind]string{social.HoldAccount: msg("Account"), social.HoldCase: msg("Case"), social.HoldMatter: msg("Notice of a host or an authority")}
