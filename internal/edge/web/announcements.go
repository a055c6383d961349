package web

import (
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) announcementRoutes(r *router) {
	r.Do("POST /announcements/{announcement}/dismiss", member, s.dismissAnnouncement)
	r.Do("POST /announcements/{announcement}/react", member, s.react)
	r.Do("GET /settings/announcements", admin, func(q *ask) error { return s.showAnnouncements(q, http.StatusOK, social.Announcement{}, "") })
	r.Do("POST /settings/announcements", admin, s.announce)
	r.Do("POST /settings/announcements/{announcement}/delete", admin, s.deleteAnnouncement)
}

func (q *ask) announcement() social.AnnouncementID {
	return social.AnnouncementID(q.number("announcement"))
}

// told is what the house tells the visitor on the home page.
func (s *Site) told(q *ask) ([]announcements.Shown, error) {
	return s.Announcements.Shown(q.Context(), q.by, false)
}

func (s *Site) dismissAnnouncement(q *ask) error {
	if err := s.Announcements.Dismiss(q.Context(), q.by, q.announcement()); err != nil {
		return err
	}
	return q.to("/")
}

// react puts the emoji that was pressed under an announcement, or takes it back.
func (s *Site) react(q *ask) error {
	do, name := s.Announcements.React, q.form("add")
	if name == "" {
		do, name = s.Announcements.Unreact, q.form("remove")
	}
	if err := do(q.Context(), q.by, q.announcement(), strings.TrimSpace(name)); err != nil {
		return err
	}
	return q.to("/")
}

// reaction is an emoji and how many chose it, as safe HTML: a sign, or a
// picture of the house's.
func (f *frame) reaction(r social.Reaction) string {
	sign := html.EscapeString(r.Name)
	if e, ours := f.site.Emojis.Named(r.Name); ours {
		sign = f.picture(e)
	}
	return sign + " " + itoa(r.Count)
}

// offered are emoji to begin with, as far as they are not there already.
func offered(a announcements.Shown) (out []string) {
	for _, name := range []string{"👍", "❤️", "🎉"} {
		there := len(a.Reactions) >= social.MaxReactions
		for _, r := range a.Reactions {
			there = there || r.Name == name
		}
		if !there {
			out = append(out, name)
		}
	}
	return out
}

func (s *Site) showAnnouncements(q *ask, status int, wish social.Announcement, problem string) error {
	all, err := s.Announcements.Shown(q.Context(), q.by, true)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Announcements", announcementSettings(q.page, all, wish, problem))
}

func (s *Site) announce(q *ask) error {
	wish := social.Announcement{Text: strings.TrimSpace(q.form("text"))}
	var problem string
	if day := q.form("until"); day != "" {
		until, err := time.Parse(time.DateOnly, day)
		if err != nil {
			problem = q.page.say("The last day is a date, such as 2026-12-24, or empty.")
		}
		wish.EndsAt = until.AddDate(0, 0, 1)
	}
	if problem == "" {
		_, err := s.Announcements.Tell(q.Context(), q.by, wish)
		said, ok := q.wrong(err)
		if !ok && err != nil {
			return err
		}
		if ok {
			problem = said
		}
	}
	if problem != "" {
		return s.showAnnouncements(q, http.StatusUnprocessableEntity, wish, problem)
	}
	q.say("announced")
	return q.to("/settings/announcements")
}

func (s *Site) deleteAnnouncement(q *ask) error {
	if err := s.Announcements.Delete(q.Context(), q.by, q.announcement()); err != nil {
		return err
	}
	q.say("deleted")
	return q.to("/settings/announcements")
}
