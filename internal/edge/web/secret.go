package web

import (
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// The pages that links in letters lead to.
func (s *Site) secretRoutes(r *router) {
	r.Do("GET /auth/confirmation", anyone, s.confirm)
	r.Do("POST /auth/confirmation", anyone, s.limited(letterRule, s.resend))
	r.Do("GET /auth/password/new", anyone, s.forgotForm)
	r.Do("POST /auth/password", anyone, s.limited(letterRule, s.forgot))
	r.Do("GET /auth/password/edit", anyone, s.resetForm)
	r.Do("POST /auth/password/edit", anyone, s.limited(signInRule, s.reset))
}

func (s *Site) confirm(q *ask) error {
	q.page.Plain = true
	who, err := s.Auth.Confirm(q.Context(), q.URL.Query().Get("token"))
	if k := errs.KindOf(err); err != nil && k != errs.Internal && k != errs.Unavailable {
		return q.showAs(http.StatusUnprocessableEntity, "Link", linkPage(q.page, q.page.fault(err)))
	}
	if err != nil {
		return err
	}
	say, path := "confirmed", "/auth/sign_in"
	if q.by.SignedIn() {
		say, path = "confirmed-here", "/settings/account"
	}
	if who.Standing == social.Pending { // somebody has to let them in
		say = "confirmed-waiting"
		if q.by.Account == who.ID {
			path = "/auth/waiting"
		}
	}
	q.say(say)
	return q.to(path)
}

func (s *Site) resend(q *ask) error {
	if err := s.Auth.ResendConfirmation(q.Context(), q.form("user[email]")); err != nil {
		return err
	}
	q.page.Plain = true
	return q.show("Look into your mail", sentPage(q.page))
}

func (s *Site) forgotForm(q *ask) error {
	q.page.Plain = true
	return q.show("Forgot your password?", forgotPage(q.page, ""))
}

func (s *Site) forgot(q *ask) error {
	q.page.Plain = true
	err := s.Auth.ForgotPassword(q.Context(), q.form("user[email]"))
	if problem, ok := q.wrong(err); ok {
		return q.showAs(http.StatusUnprocessableEntity, "Forgot your password?", forgotPage(q.page, problem))
	}
	if err != nil {
		return err
	}
	return q.show("Look into your mail", sentPage(q.page))
}

func (s *Site) resetForm(q *ask) error {
	q.page.Plain, q.page.Head.Hide = true, true
	if err := s.Auth.CheckReset(q.Context(), q.URL.Query().Get("token")); err != nil && errs.KindOf(err) != errs.Internal {
		return q.showAs(http.StatusUnprocessableEntity, "Link", oldLinkPage(q.page, q.page.fault(err)))
	} else if err != nil {
		return err
	}
	return q.show("Choose a new password", newPasswordPage(q.page, q.URL.Query().Get("token"), ""))
}

func (s *Site) reset(q *ask) error {
	token := q.form("token")
	_, err := s.Auth.ResetPassword(q.Context(), token, q.form("user[password]"))
	if err != nil && errs.KindOf(err) != errs.Internal {
		q.page.Plain = true
		return q.showAs(http.StatusUnprocessableEntity, "Choose a new password", newPasswordPage(q.page, token, q.page.fault(err)))
	}
	if err != nil {
		return err
	}
	s.signOut(q.w)
	q.say("reset")
	return q.to("/auth/sign_in")
}
