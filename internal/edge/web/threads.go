package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/social"
)

const threadSettings = "/settings/threads"

func (s *Site) threadRoutes(r *router) {
	r.Do("GET "+threadSettings, member, func(q *ask) error { return s.showThreads(q, http.StatusOK, nil, "", "", "") })
	r.Do("POST "+threadSettings, member, s.saveReplyRules)
	r.Do("POST "+threadSettings+"/keepers", member, s.askKeeper)
	r.Do("POST "+threadSettings+"/keepers/{account}/end", member, s.endKeeper)
	r.Do("POST "+threadSettings+"/kept/{account}/accept", member, s.acceptKeeper)
	r.Do("POST "+threadSettings+"/kept/{account}/end", member, s.leaveKeeper)
}

// A threadHouse is what the page in the settings shows of somebody's threads.
type threadHouse struct {
	Rules             social.ReplyRules
	Keepers, Kept     []threads.Keeping
	Name              string // of who was to be asked
	Problem, NotAsked string
}

func (s *Site) showThreads(q *ask, status int, wish *social.ReplyRules, problem, name, notAsked string) (err error) {
	h := threadHouse{Problem: problem, Name: name, NotAsked: notAsked}
	if h.Rules, err = s.Threads.Rules(q.Context(), q.by); err != nil {
		return err
	}
	if wish != nil {
		h.Rules = *wish
	}
	if h.Keepers, err = s.Threads.Keepers(q.Context(), q.by); err != nil {
		return err
	}
	if h.Kept, err = s.Threads.Kept(q.Context(), q.by); err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Your threads", threadSettingsPage(q.page, h))
}

func (s *Site) saveReplyRules(q *ask) error {
	wish := social.ReplyRules{Words: strings.Split(q.form("words"), "\n"), Languages: q.PostForm["languages"], Strangers: q.ticked("strangers"), Limited: q.ticked("limited")}
	if days := strings.TrimSpace(q.form("days")); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil {
			n = -1 // what is no number is no age
		}
		wish.MinDays = n
	}
	_, err := s.Threads.SetRules(q.Context(), q.by, wish)
	if problem, ok := q.wrong(err); ok {
		return s.showThreads(q, http.StatusUnprocessableEntity, &wish, problem, "", "")
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to(threadSettings)
}

func (s *Site) askKeeper(q *ask) error {
	name := strings.TrimPrefix(strings.TrimSpace(q.form("name")), "@")
	username, host, _ := strings.Cut(name, "@")
	if host == s.config.HandleHost {
		host = ""
	}
	who, err := s.View.Named(q.Context(), username, host)
	if err == nil {
		err = s.Threads.AskKeeper(q.Context(), q.by, who.ID)
	}
	if problem, ok := q.wrong(err); ok {
		return s.showThreads(q, http.StatusUnprocessableEntity, nil, "", name, problem)
	}
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return s.showThreads(q, http.StatusUnprocessableEntity, nil, "", name, q.page.say("Nobody here has this name, or they cannot be asked."))
	}
	if err != nil {
		return err
	}
	q.say("helper-asked")
	return q.to(threadSettings + "#keepers")
}

func (s *Site) endKeeper(q *ask) error {
	if err := s.Threads.EndKeeper(q.Context(), q.by, q.by.Account, q.subjectID()); errs.Absent(err) != nil {
		return err
	}
	q.say("saved")
	return q.to(threadSettings + "#keepers")
}

func (s *Site) acceptKeeper(q *ask) error {
	if err := s.Threads.AcceptKeeper(q.Context(), q.by, q.subjectID()); err != nil {
		return err
	}
	q.say("saved")
	return q.to(threadSettings + "#kept")
}

func (s *Site) leaveKeeper(q *ask) error {
	if err := s.Threads.EndKeeper(q.Context(), q.by, q.subjectID(), q.by.Account); errs.Absent(err) != nil {
		return err
	}
	q.say("saved")
	return q.to(threadSettings + "#kept")
}
