package web

import (
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// noticeSettings is where the reader says whose notices are told.
const noticeSettings = "/settings/notices"

func (s *Site) policyRoutes(r *router) {
	r.Do("GET /settings/notices", member, s.policyForm)
	r.Do("POST /settings/notices", member, s.savePolicy)
	r.Do("POST /settings/notices/{request}", member, s.answerNotices)
}

// A caution is a question of the policy: about whom it is, and what was chosen.
type caution struct {
	Name, Label, Help string
	Rule              *social.NoticeRule
}

// cautions are the questions of p.
func cautions(p *social.NoticePolicy) []caution {
	return []caution{
		{"private", msg("Messages you did not ask for"), msg("Answers to your own messages, and those of people you follow, are always told."), &p.PrivateMentions},
		{"not_following", msg("People you do not follow"), "", &p.NotFollowing},
		{"not_followers", msg("People who do not follow you"), "", &p.NotFollowers},
		{"new", msg("New accounts"), msg("Made within the last 30 days."), &p.NewAccounts},
		{"limited", msg("Accounts that moderators have limited"), "", &p.Limited},
		{"bots", msg("Bots"), "", &p.Bots},
	}
}

func (s *Site) policyForm(q *ask) error {
	p, err := s.Notices.Policy(q.Context(), q.by)
	if err != nil {
		return err
	}
	waiting, err := slice(q, peopleOnPage, func(page social.Page) (view.Slice[notices.Request], error) {
		return s.Notices.Requests(q.Context(), q.by, page)
	})
	if err != nil {
		return err
	}
	told, err := s.toldHere(q)
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Whose notifications you are shown", policySettings(q.page, cautions(&p.NoticePolicy), waiting, told))
}

func (s *Site) savePolicy(q *ask) error {
	if err := s.Notices.SetPolicy(q.Context(), q.by, func(p *social.NoticePolicy) {
		for _, c := range cautions(p) {
			if rule := q.form(c.Name); rule != "" {
				*c.Rule = social.NoticeRule(rule)
			}
		}
	}); err != nil {
		return err
	}
	q.say("saved")
	return q.to(noticeSettings)
}

// answerNotices lets in what one account would tell, or forgets it.
func (s *Site) answerNotices(q *ask) error {
	answer, say := s.Notices.Refuse, "unheard"
	if q.form("do") == "accept" {
		answer, say = s.Notices.Accept, "heard"
	}
	if err := answer(q.Context(), q.by, []social.NoticeRequestID{social.NoticeRequestID(q.number("request"))}); err != nil {
		return err
	}
	return q.back(noticeSettings, say)
}
