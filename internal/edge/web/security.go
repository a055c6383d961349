package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// What keeps an account one's own: address, password, browsers, apps, and the
// way out.
func (s *Site) securityRoutes(r *router) {
	r.Do("GET /settings/account", waiting, func(q *ask) error { return s.showAccount(q, http.StatusOK, "", "") })
	r.Do("POST /settings/email", waiting, s.limited(signInRule, s.changeEmail))
	r.Do("POST /settings/password", waiting, s.limited(signInRule, s.changePassword))
	r.Do("GET /settings/sessions", member, s.sessions)
	r.Do("POST /settings/sessions/end", member, s.endOthers)
	r.Do("POST /settings/sessions/{session}/end", member, s.endSession)
	r.Do("GET /settings/apps", member, s.apps)
	r.Do("POST /settings/apps/{token}/end", member, s.endApp)
	r.Do("GET /settings/invites", member, func(q *ask) error { return s.showInvites(q, http.StatusOK, "") })
	r.Do("POST /settings/invites", member, s.invite)
	r.Do("POST /settings/invites/{invite}/end", member, s.endInvite)
	r.Do("GET /settings/delete", waiting, func(q *ask) error { return s.showDelete(q, http.StatusOK, "") })
	r.Do("POST /settings/delete", waiting, s.limited(signInRule, s.deleteAccount))
	r.Do("POST /settings/delete/undo", waiting, s.keepAccount)
}

// wrong is the sentence for a form that was not taken, and whether err is that.
func (q *ask) wrong(err error) (string, bool) {
	if ps, ok := q.problemsOf(err); ok {
		var all []string
		for _, p := range ps {
			all = append(all, p.Text)
		}
		return strings.Join(all, " "), true
	}
	k := errs.KindOf(err)
	return q.page.fault(err), err != nil && (k == errs.Forbidden || k == errs.Unauthenticated || k == errs.Conflict)
}

func (s *Site) showAccount(q *ask, status int, mailProblem, passwordProblem string) error {
	self, err := s.Auth.Self(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "E-mail and password", accountSettings(q.page, self, mailProblem, passwordProblem))
}

func (s *Site) changeEmail(q *ask) error {
	err := s.Auth.ChangeEmail(q.Context(), q.by, q.form("password"), q.form("email"))
	if problem, ok := q.wrong(err); ok {
		return s.showAccount(q, http.StatusUnprocessableEntity, problem, "")
	}
	if err != nil {
		return err
	}
	q.say("email")
	return q.to("/settings/account")
}

func (s *Site) changePassword(q *ask) error {
	err := s.Auth.ChangePassword(q.Context(), q.by, q.form("old"), q.form("new"))
	if problem, ok := q.wrong(err); ok {
		return s.showAccount(q, http.StatusUnprocessableEntity, "", problem)
	}
	if err != nil {
		return err
	}
	q.say("password")
	return q.to("/settings/account")
}

func (s *Site) sessions(q *ask) error {
	all, err := s.Auth.Sessions(q.Context(), q.by)
	if err != nil {
		return err
	}
	told, err := s.Push.Sessions(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Browsers", sessionSettings(q.page, all, told))
}

func (s *Site) endSession(q *ask) error {
	which := social.SessionID(q.number("session"))
	if which == 0 {
		return nowhere
	}
	return s.ended(q, s.Auth.EndSession(q.Context(), q.by, which), "/settings/sessions")
}

func (s *Site) endOthers(q *ask) error {
	return s.ended(q, s.Auth.EndSession(q.Context(), q.by, 0), "/settings/sessions")
}

// ended says that something has ended, if it has.
func (s *Site) ended(q *ask, err error, path string) error {
	if err != nil {
		return err
	}
	q.say("ended")
	return q.to(path)
}

func (s *Site) apps(q *ask) error {
	all, err := s.Auth.Tokens(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Apps", appSettings(q.page, all))
}

func (s *Site) endApp(q *ask) error {
	return s.ended(q, s.Auth.EndToken(q.Context(), q.by, social.TokenID(q.number("token"))), "/settings/apps")
}

func (s *Site) showInvites(q *ask, status int, problem string) error {
	all, err := s.Auth.Invites(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Invitations", inviteSettings(q.page, all, problem))
}

func (s *Site) invite(q *ask) error {
	uses, _ := strconv.Atoi(q.form("uses"))
	days, _ := strconv.Atoi(q.form("days"))
	_, err := s.Auth.Invite(q.Context(), q.by, max(uses, 0), time.Duration(min(max(days, 0), 365))*24*time.Hour)
	if problem, ok := q.wrong(err); ok {
		return s.showInvites(q, http.StatusUnprocessableEntity, problem)
	}
	if err != nil {
		return err
	}
	return q.to("/settings/invites")
}

func (s *Site) endInvite(q *ask) error {
	return s.ended(q, s.Auth.EndInvite(q.Context(), q.by, social.InviteID(q.number("invite"))), "/settings/invites")
}

func (s *Site) showDelete(q *ask, status int, problem string) error {
	until, held, err := s.Moderation.HeldBack(q.Context(), q.by)
	if err != nil {
		return err
	}
	kept := ""
	if held {
		kept = q.page.heldWords(until)
	}
	me, err := s.Auth.Self(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Leave", deleteSettings(q.page, me.LeavesAt, kept, problem))
}

// heldWords is social.HeldWords in the reader's language.
func (f *frame) heldWords(until time.Time) string {
	if until.IsZero() {
		return f.say("A legal hold keeps some of what moderators wrote down about this account, or what it reported: sealed, until that is over. The law allows that (GDPR, Article 17(3)). After that it is erased as well.")
	}
	return f.say("A legal hold keeps some of what moderators wrote down about this account, or what it reported: sealed, until %s. The law allows that (GDPR, Article 17(3)). After that it is erased as well.", f.date(until, "2 January 2006"))
}

func (s *Site) deleteAccount(q *ask) error {
	later := q.form("when") == "later" && q.by.Standing == social.Good
	var err error
	if later {
		_, err = s.Auth.LeaveLater(q.Context(), q.by, q.form("password"))
	} else {
		err = s.Auth.DeleteAccount(q.Context(), q.by, q.form("password"))
	}
	if problem, ok := q.wrong(err); ok {
		return s.showDelete(q, http.StatusUnprocessableEntity, problem)
	}
	if err != nil {
		return err
	}
	if later {
		q.say("leaving")
		return q.to("/settings/delete")
	}
	s.signOut(q.w)
	q.say("gone")
	return q.to("/")
}

// keepAccount keeps one that was about to be deleted.
func (s *Site) keepAccount(q *ask) error {
	if err := s.Auth.Stay(q.Context(), q.by); err != nil {
		return err
	}
	q.say("account-kept")
	return q.to("/")
}
