package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/locale"
	"github.com/plaza-social/plaza/internal/social"
)

// sessionLife is how long a browser keeps its session when it is not used.
const sessionLife = 180 * 24 * time.Hour

// cookieName has the prefix that keeps other hosts of the domain from setting it.
func (s *Site) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

func (s *Site) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	age := int(life.Seconds())
	if value == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

func (s *Site) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

const sessionCookie = "plaza_session"

// languageCookie is the language that was chosen in this browser, and languageLife
// how long it keeps that.
const (
	languageCookie = "plaza_language"
	languageLife   = 365 * 24 * time.Hour
)

// chosenLanguage is one of locale.Names, or empty if none was chosen in this browser.
func (s *Site) chosenLanguage(r *http.Request) string {
	if name := s.cookie(r, languageCookie); slices.Contains(locale.Names, name) {
		return name
	}
	return ""
}

// Actor is who sends r by its session cookie, or nobody: who lacks the second
// factor that the house asks of them has not come in. It is Unavailable where that
// cannot be found out now: who is signed in is not shown a page for strangers.
func (s *Site) Actor(r *http.Request) (social.Actor, error) {
	by, err := s.actor(r)
	if by.Lacks {
		return social.Anyone, err
	}
	return by, err
}

func (s *Site) actor(r *http.Request) (social.Actor, error) {
	secret := s.cookie(r, sessionCookie)
	if secret == "" {
		return social.Anyone, nil
	}
	by, err := s.Auth.BySession(r.Context(), secret)
	switch errs.KindOf(err) {
	case errs.Unavailable:
		return social.Anyone, err
	case errs.Internal:
		if err != nil {
			s.Log.ErrorContext(r.Context(), "session", "err", err)
			return social.Anyone, nil
		}
		return by, nil
	}
	return social.Anyone, nil
}

// speakTo has pages be in the language of who signs in, unless one was chosen in
// this browser. Without it they are in the browser's.
func (s *Site) speakTo(q *ask, who social.AccountID) {
	if q.page.Language != "" {
		return
	}
	me, err := s.Auth.Self(q.Context(), social.Actor{Account: who})
	if err == nil && slices.Contains(locale.Names, me.Locale) {
		s.setCookie(q.w, languageCookie, me.Locale, languageLife)
	}
}

// signIn begins a session in this browser.
func (s *Site) signIn(w http.ResponseWriter, secret string) {
	s.setCookie(w, sessionCookie, secret, sessionLife)
}

// signOut forgets the session in this browser.
func (s *Site) signOut(w http.ResponseWriter) { s.setCookie(w, sessionCookie, "", 0) }
