package web

import (
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) peopleRoutes(r *router) {
	r.Do("GET /settings/blocks", member, s.crowd(social.EdgesBlocking, crowd{Room: "blocks", Title: msg("People you blocked"), Drawing: "person",
		None: msg("You have blocked nobody"), Help: msg("Who is blocked does not see you, and you do not see them."), Path: "/unblock", Button: msg("Unblock")}))
	r.Do("GET /settings/mutes", member, s.crowd(social.EdgesMuting, crowd{Room: "mutes", Title: msg("People you muted"), Drawing: "moon",
		None: msg("You have muted nobody"), Help: msg("What the muted say no longer comes up; they are not told."), Path: "/unmute", Button: msg("Unmute")}))
	r.Do("GET /settings/follow_requests", member, s.crowd(social.EdgesRequests, crowd{Room: "follow_requests", Title: msg("Who asks to follow you"), Drawing: "people",
		None: msg("No requests"), Help: msg("When you approve followers by hand, those who ask stand here.")}))
	r.Do("POST /settings/follow_requests/{account}", member, s.answerRequest)
}

// crowd shows one of the reader's own lists of people.
func (s *Site) crowd(kind social.EdgeKind, c crowd) handler {
	return func(q *ask) error {
		c := c
		var err error
		if c.People, err = s.people(q, kind, q.by.Account); err != nil {
			return err
		}
		q.settle()
		return q.show(c.Title, crowdSettings(q.page, c))
	}
}

// answerRequest accepts or turns down somebody who asks to follow.
func (s *Site) answerRequest(q *ask) error {
	answer, say := s.Relations.Refuse, "refused"
	if q.form("do") == "accept" {
		answer, say = s.Relations.Accept, "accepted"
	}
	if err := answer(q.Context(), q.by, social.AccountID(q.number("account"))); err != nil {
		return err
	}
	return q.back("/settings/follow_requests", say)
}
