package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) relationRoutes(r *router) {
	r.Do("POST /@{name}/follow", member, s.sparing(followRule, s.follow))
	r.Do("POST /@{name}/unfollow", member, s.towards("unfollowed", func(q *ask, a *view.Face) error { return s.Relations.Unfollow(q.Context(), q.by, a.ID) }))
	r.Do("POST /@{name}/remove", member, s.towards("removed", func(q *ask, a *view.Face) error { return s.Relations.RemoveFollower(q.Context(), q.by, a.ID) }))
	r.Do("POST /@{name}/block", member, s.towards("blocked", func(q *ask, a *view.Face) error { return s.Relations.Block(q.Context(), q.by, a.ID) }))
	r.Do("POST /@{name}/unblock", member, s.towards("unblocked", func(q *ask, a *view.Face) error { return s.Relations.Unblock(q.Context(), q.by, a.ID) }))
	r.Do("POST /@{name}/mute", member, s.towards("muted", s.mute))
	r.Do("POST /@{name}/unmute", member, s.towards("unmuted", func(q *ask, a *view.Face) error { return s.Relations.Unmute(q.Context(), q.by, a.ID) }))
	r.Do("POST /@{name}/note", member, s.towards("noted", func(q *ask, a *view.Face) error {
		return s.Relations.SetNote(q.Context(), q.by, a.ID, strings.TrimSpace(q.form("note")))
	}))
}

// towards does something about the account that the path names, and goes back.
func (s *Site) towards(say string, do func(q *ask, a *view.Face) error) handler {
	return func(q *ask) error {
		a, err := s.named(q)
		if err != nil {
			return err
		}
		if err := do(q, a); err != nil {
			return err
		}
		return q.back(profileURL(a.Account), say)
	}
}

// follow begins to follow, or changes what is wanted of somebody followed.
func (s *Site) follow(q *ask) error {
	a, err := s.named(q)
	if err != nil {
		return err
	}
	rel, err := s.View.Relation(q.Context(), q.by, a.ID)
	if err != nil {
		return err
	}
	wish := social.Follow{Target: a.ID, Boosts: true, Languages: rel.Languages}
	say := "followed"
	switch {
	case rel.Follows:
		wish.Boosts, wish.Notify, say = q.ticked("boosts"), q.ticked("notify"), "saved"
	case a.Locked:
		say = "asked"
	}
	if err := s.Relations.Follow(q.Context(), q.by, wish); err != nil {
		return err
	}
	return q.back(profileURL(a.Account), say)
}

// longestMute bounds what a form may ask for, in days.
const longestMute = 3650

func (s *Site) mute(q *ask, a *view.Face) error {
	days, err := strconv.Atoi(q.form("while"))
	if err != nil || days < 0 || days > longestMute {
		days = 0
	}
	return s.Relations.Mute(q.Context(), q.by, a.ID, true, time.Duration(days)*24*time.Hour)
}
