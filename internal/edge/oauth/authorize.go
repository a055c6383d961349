package oauth

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// wish is what an app asks a person for.
type wish struct {
	app       social.App
	redirect  string
	scopes    social.Scopes
	state     string
	challenge string
}

// read finds out what is asked, or says why it cannot be: to the person, never
// by a redirect, since the address to redirect to may be a stranger's.
func (s *Server) read(r *http.Request, p url.Values) (w wish, err error) {
	if !readable(p) {
		return w, errs.New(errs.Invalid, "The app sent something that is no text. Start to sign in from the app again.")
	}
	if w.app, err = s.Auth.AppByClient(r.Context(), p.Get("client_id")); err != nil {
		if errs.KindOf(err) == errs.Unavailable {
			return w, err
		}
		if errs.KindOf(err) != errs.NotFound {
			s.Log.ErrorContext(r.Context(), "authorize", "err", err)
		}
		return w, errs.New(errs.Invalid, "This app is not registered here. Start to sign in from the app again.")
	}
	w.redirect, w.state, w.challenge = p.Get("redirect_uri"), p.Get("state"), p.Get("code_challenge")
	if w.redirect == "" && len(w.app.Redirects) == 1 {
		w.redirect = w.app.Redirects[0]
	}
	if w.scopes = social.ParseScopes(p.Get("scope")); len(w.scopes) == 0 {
		w.scopes = social.ParseScopes("read")
	}
	switch {
	case p.Get("response_type") != "code":
		return w, errs.New(errs.Invalid, "The app asks for something we do not give: the response type must be “code”.")
	case !slices.Contains(w.app.Redirects, w.redirect):
		return w, errs.New(errs.Invalid, "The app wants to be called back at an address that it did not register.")
	case !w.scopes.Within(w.app.Scopes):
		return w, errs.New(errs.Invalid, "The app asks for more than it registered for.")
	case w.challenge != "" && p.Get("code_challenge_method") != "S256":
		return w, errs.New(errs.Invalid, "The app protects its code in a way that is not safe: the method must be S256.")
	}
	return w, nil
}

func (w wish) hidden() map[string]string {
	out := map[string]string{"client_id": w.app.ClientID, "redirect_uri": w.redirect, "response_type": "code", "scope": w.scopes.String(), "state": w.state}
	if w.challenge != "" {
		out["code_challenge"], out["code_challenge_method"] = w.challenge, "S256"
	}
	return out
}

// ask shows what an app wants, to whoever is signed in.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	wish, err := s.read(r, r.URL.Query())
	if err != nil {
		s.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	by, err := s.Pages.Actor(r)
	if err != nil {
		s.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	if !by.SignedIn() || r.URL.Query().Get("force_login") == "true" && r.URL.Query().Get("again") == "" {
		next := *r.URL
		q := next.Query()
		q.Set("again", "1") // once is enough
		next.RawQuery = q.Encode()
		http.Redirect(w, r, "/auth/sign_in?next="+url.QueryEscape(next.RequestURI()), http.StatusFound)
		return
	}
	face, err := s.View.Face(r.Context(), by.Account)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "authorize", "err", err)
		s.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	s.Pages.Consent(w, r, Consent{App: wish.app, Person: face, Scopes: wish.scopes, Hidden: wish.hidden(), Action: "/oauth/authorize", Account: by})
}

// refuse shows why nothing comes of it: with a status, unless it is only now.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	sentence := errs.Public(err)
	if sentence == "" {
		sentence = "Something went wrong on our side. Try again in a moment."
	}
	if errs.KindOf(err) == errs.Unavailable {
		status = http.StatusServiceUnavailable
	}
	s.Pages.Fail(w, r, status, sentence)
}

// authorize takes the person's answer.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	p, err := params(w, r)
	if err != nil {
		s.Pages.Fail(w, r, http.StatusBadRequest, "The form could not be read. Go back and try again.")
		return
	}
	wish, err := s.read(r, p)
	if err != nil {
		s.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	by, err := s.Pages.Actor(r)
	if err != nil {
		s.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	if !by.SignedIn() {
		http.Redirect(w, r, "/auth/sign_in", http.StatusSeeOther)
		return
	}
	if p.Get("decision") == "deny" {
		s.back(w, r, wish, url.Values{"error": {"access_denied"}, "error_description": {"The resource owner or authorization server denied the request."}})
		return
	}
	code, err := s.Auth.Authorize(r.Context(), by, auth.Grant{App: wish.app, Redirect: wish.redirect, Scopes: wish.scopes, Challenge: wish.challenge})
	if err != nil {
		s.Log.WarnContext(r.Context(), "authorize", "err", err)
		s.refuse(w, r, http.StatusForbidden, err)
		return
	}
	s.back(w, r, wish, url.Values{"code": {code}})
}

// back sends the person back to the app with an answer.
func (s *Server) back(w http.ResponseWriter, r *http.Request, wish wish, answer url.Values) {
	if wish.redirect == outOfBand {
		http.Redirect(w, r, "/oauth/authorize/native?"+answer.Encode(), http.StatusSeeOther)
		return
	}
	to, err := url.Parse(wish.redirect)
	if err != nil {
		s.Pages.Fail(w, r, http.StatusBadRequest, "The app's address is not understood.")
		return
	}
	if wish.state != "" {
		answer.Set("state", wish.state)
	}
	q := to.Query()
	for k, vs := range answer {
		q[k] = vs
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// native shows the code, or that there is none.
func (s *Server) native(w http.ResponseWriter, r *http.Request) {
	if code := r.URL.Query().Get("code"); code != "" {
		s.Pages.Code(w, r, code)
		return
	}
	s.Pages.Fail(w, r, http.StatusForbidden, "You did not let the app in. You can close this page.")
}
