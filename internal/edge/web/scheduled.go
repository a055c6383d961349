package web

import (
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) scheduledRoutes(r *router) {
	r.Do("GET "+scheduledPage, member, func(q *ask) error { return s.showScheduled(q, http.StatusOK, 0, social.When{}, "") })
	r.Do("GET "+scheduledPage+"/{scheduled}", member, s.scheduledPost)
	r.Do("POST "+scheduledPage+"/{scheduled}", member, s.rewriteScheduled)
	r.Do("POST "+scheduledPage+"/{scheduled}/time", member, s.reschedule)
	r.Do("POST "+scheduledPage+"/{scheduled}/back", member, s.takeBack)
	r.Do("POST "+scheduledPage+"/{scheduled}/delete", member, s.unschedule)
}

// A waitingPost is one that is to be said later, on the list of them.
type waitingPost struct {
	posts.Later
	When    social.When
	Problem string
}

// late reports whether it should have been said, and was not.
func (w waitingPost) late(now time.Time) bool { return w.At.Before(now.Add(-lateAfter)) }

// lateAfter is for how long a post is said to be on its way that is due.
const lateAfter = time.Minute

// showScheduled shows all that is to be said later; what was chosen for one of
// them and not taken stands with it.
func (s *Site) showScheduled(q *ask, status int, about social.ScheduledID, chosen social.When, problem string) error {
	later, err := slice(q, postsOnPage, func(page social.Page) (view.Slice[posts.Later], error) {
		return s.Posts.Scheduled(q.Context(), q.by, page)
	})
	if err != nil {
		return err
	}
	zone := q.blank().When.Zone
	out := make([]waitingPost, 0, len(later.Items))
	for _, l := range later.Items {
		w := waitingPost{Later: l, When: clockOf(l.At, zone)}
		if l.ID == about {
			w.When, w.Problem = chosen, problem
		}
		out = append(out, w)
	}
	q.page.Tab = "new"
	return q.showAs(status, "Scheduled posts", scheduledList(q.page, out, zone, later.Newest, later.Oldest))
}

// schedule has what was sent said later.
func (s *Site) schedule(q *ask, wish social.Draft, when social.When) error {
	at, err := chosenTime(when, q.page.Now)
	if err == nil {
		_, err = s.Posts.Schedule(q.Context(), q.by, wish, at)
	}
	if err != nil {
		return q.refused(wish, when, err)
	}
	s.rememberZone(q, when.Zone)
	q.say("scheduled")
	return q.sent(scheduledPage)
}

// rememberZone keeps where somebody says they are. Without it they are asked again.
func (s *Site) rememberZone(q *ask, zone string) {
	me, err := s.Auth.Self(q.Context(), q.by)
	if err == nil && me.Prefs.Zone != zone && zoneOf(zone) != nil {
		me.Prefs.Zone = zone
		err = s.Auth.SetPrefs(q.Context(), q.by, me.Prefs)
	}
	if err != nil {
		s.Log.WarnContext(q.Context(), "remember a time zone", "err", err)
	}
}

// holdBack has what was sent said in a moment, and offers to take it back until then.
func (s *Site) holdBack(q *ask, wish social.Draft) error {
	later, out, err := s.Posts.Hold(q.Context(), q.by, wish)
	if err != nil {
		return q.refused(wish, social.When{}, err)
	}
	if out != 0 || !later.Draft.Held {
		q.say("posted")
		return q.sent(q.home())
	}
	s.setCookie(q.w, undoCookie, itoa(later.ID), undoShown)
	q.say("held")
	return q.sent(q.home())
}

// move makes d the composer of a scheduled post.
func (d *draft) move(which string) {
	d.Action, d.Back, d.Button, d.Moving = scheduledPage+"/"+which, scheduledPage, msg("Save"), true
}

func (s *Site) scheduledPost(q *ask) error {
	l, err := s.Posts.ScheduledPost(q.Context(), q.by, social.ScheduledID(q.number("scheduled")))
	if err != nil {
		return err
	}
	d, err := q.composing(l.Draft, clockOf(l.At, q.blank().When.Zone))
	if err != nil {
		return err
	}
	d.Focus = true
	d.move(itoa(l.ID))
	q.page.Tab = "new"
	return q.show("Scheduled post", newPage(q.page, d))
}

func (s *Site) rewriteScheduled(q *ask) error {
	wish, when := q.wish()
	problem := s.takeFiles(q, &wish)
	if do, which := q.pressed(); arranges(do) || problem != nil {
		return q.arrange(wish, when, do, which, problem)
	}
	wish = said(wish)
	at, err := chosenTime(when, q.page.Now)
	if err == nil {
		err = s.Posts.Rewrite(q.Context(), q.by, social.ScheduledID(q.number("scheduled")), wish, at)
	}
	if err != nil {
		return q.refused(wish, when, err)
	}
	s.rememberZone(q, when.Zone)
	q.say("scheduled")
	return q.sent(scheduledPage)
}

func (s *Site) reschedule(q *ask) error {
	_, when := q.wish()
	which := social.ScheduledID(q.number("scheduled"))
	at, err := chosenTime(when, q.page.Now)
	if err == nil {
		err = s.Posts.Reschedule(q.Context(), q.by, which, at)
	}
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return s.showScheduled(q, http.StatusUnprocessableEntity, which, when, q.page.fault(err))
	}
	if err != nil {
		return s.outAlready(q, err)
	}
	s.rememberZone(q, when.Zone)
	q.say("scheduled")
	return q.to(scheduledPage)
}

// takeBack makes a draft of what was not said yet, and opens it.
func (s *Site) takeBack(q *ask) error {
	k, err := s.Posts.BackToDrafts(q.Context(), q.by, social.ScheduledID(q.number("scheduled")))
	if err != nil {
		return s.outAlready(q, err)
	}
	q.say("taken-back")
	return q.to("/new?draft=" + itoa(k.ID))
}

func (s *Site) unschedule(q *ask) error {
	if err := s.Posts.Unschedule(q.Context(), q.by, social.ScheduledID(q.number("scheduled"))); err != nil {
		return s.outAlready(q, err)
	}
	q.say("deleted")
	return q.to(scheduledPage)
}

// outAlready answers for what is not there any more: it was said meanwhile, or
// taken back in another window.
func (s *Site) outAlready(q *ask, err error) error {
	if errs.KindOf(err) != errs.NotFound {
		return err
	}
	q.say("out")
	return q.to("/")
}
