package web

import (
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
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

// Actor is who sends r by its session cookie, or nobody. A session that
// cannot be looked up now counts as none: the answer is for strangers then.
func (s *Site) Actor(r *http.Request) (social.Actor, bool) {
	secret := s.cookie(r, sessionCookie)
	if secret == "" {
		return social.Anyone, false
	}
	by, err := s.Auth.BySession(r.Context(), secret)
	if err != nil {
		if errs.KindOf(err) == errs.Internal {
			s.Log.ErrorContext(r.Context(), "session", "err", err)
		}
		return social.Anyone, false
	}
	return by, by.SignedIn()
}

// signIn begins a session in this browser.
func (s *Site) signIn(w http.ResponseWriter, secret string) {
	s.setCookie(w, sessionCookie, secret, sessionLife)
}

// signOut forgets the session in this browser.
func (s *Site) signOut(w http.ResponseWriter) { s.setCookie(w, sessionCookie, "", 0) }
