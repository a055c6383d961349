package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	securityPage = "/settings/security"
	secondPage   = "/auth/second"
	// stepCookie holds the secret of who has shown their password, for as long as
	// the second step may take.
	stepCookie = "plaza_step"
	stepLife   = 10 * time.Minute
	// onwardCookie is where somebody was going who has to set something up first.
	onwardCookie = "plaza_onward"
	onwardLife   = 30 * time.Minute
)

// factorRule is how often one address may show something besides a password, or ask
// for a passkey to be shown.
var factorRule = limit.Rule{Name: "web second step", Burst: 40, Per: 10 * time.Minute}

// What opens an account besides its password: setting it up, and showing it.
func (s *Site) factorRoutes(r *router) {
	r.Do("GET "+securityPage, waiting, func(q *ask) error { return s.showFactors(q, http.StatusOK, "") })
	for _, one := range []struct {
		path string
		do   handler
	}{
		{"/app", s.beginApp}, {"/app/finish", s.finishApp}, {"/app/end", s.endAppOfCodes}, {"/codes", s.newCodes},
		{"/passkeys", s.beginPasskey}, {"/passkeys/finish", s.finishPasskey}, {"/passkeys/{passkey}/end", s.endPasskey},
	} {
		r.Do("POST "+securityPage+one.path, waiting, s.limited(signInRule, one.do))
	}
	r.Do("POST "+securityPage+"/passkeys/{passkey}", waiting, s.namePasskey)
	r.Do("GET "+secondPage, anyone, func(q *ask) error { return s.showSecond(q, http.StatusOK, local(q.URL.Query().Get("next"), "/"), "") })
	r.Do("POST "+secondPage, anyone, s.limited(factorRule, s.second))
	r.Do("POST "+secondPage+"/passkey", anyone, s.limited(factorRule, s.askSecondPasskey))
	r.Do("POST /auth/passkey", anyone, s.limited(factorRule, s.askPasskey))
	r.Do("POST /auth/passkey/sign_in", anyone, s.limited(factorRule, s.passkeyHere))
}

// open reports whether a route is for who lacks what the house asks for, too.
func (e route) open() bool {
	return e.path == securityPage || strings.HasPrefix(e.path, securityPage+"/") || e.path == "/auth/sign_out"
}

// toFactors leads who lacks a second factor to where they set one up, and keeps
// where they were going.
func (q *ask) toFactors() {
	if next := local(q.URL.Query().Get("next"), q.URL.RequestURI()); q.Method == http.MethodGet {
		q.site.setCookie(q.w, onwardCookie, url.QueryEscape(local(next, "/")), onwardLife)
	}
	q.say("factor")
	q.to(securityPage)
}

// onward is where to go when that is done.
func (q *ask) onward() string {
	path, err := url.QueryUnescape(q.site.cookie(q.Request, onwardCookie))
	if err != nil || path == "" {
		return securityPage
	}
	return local(path, securityPage)
}

// enter begins a session in this browser, or leads to the second step.
func (s *Site) enter(q *ask, in auth.Entered, who social.AccountID, next string) error {
	if in.Step == "" {
		s.signIn(q.w, in.Session)
		s.speakTo(q, who)
		return q.to(next)
	}
	s.setCookie(q.w, stepCookie, in.Step, stepLife)
	return q.to(secondPage + "?next=" + url.QueryEscape(next))
}

func (s *Site) showSecond(q *ask, status int, next, problem string) error {
	if q.by.SignedIn() {
		return q.to(next)
	}
	is, err := s.Auth.Step(q.Context(), s.cookie(q.Request, stepCookie))
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return s.anew(q, next)
	}
	if err != nil {
		return err
	}
	q.page.Plain, q.page.Head.Hide = true, true
	return q.showAs(status, "Second step", secondStepPage(q.page, is, next, problem))
}

// anew has somebody begin again whose time is over.
func (s *Site) anew(q *ask, next string) error {
	s.setCookie(q.w, stepCookie, "", 0)
	q.page.Plain = true
	return q.showAs(http.StatusUnprocessableEntity, "Sign in", signInPage(q.page, "", next, q.page.say("That took too long. Please sign in again.")))
}

func (s *Site) second(q *ask) error {
	next := local(q.form("next"), "/")
	session, who, err := s.Auth.FinishStep(q.Context(), s.cookie(q.Request, stepCookie), auth.Shown{Code: q.form("code"), Passkey: q.form("passkey")}, q.UserAgent())
	switch k := errs.KindOf(err); {
	case err != nil && k == errs.NotFound:
		return s.anew(q, next)
	case err != nil && k != errs.Internal:
		return s.showSecond(q, statuses[k], next, q.page.fault(err))
	case err != nil:
		return err
	}
	s.setCookie(q.w, stepCookie, "", 0)
	s.signIn(q.w, session)
	s.speakTo(q, who.ID)
	return q.to(next)
}

// asked is what the script needs to ask the browser for a passkey.
type asked struct {
	Begun   string          `json:"begun,omitempty"`
	Options json.RawMessage `json:"options"`
}

func (q *ask) tell(a asked) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	q.send(http.StatusOK, b)
	return nil
}

func (s *Site) askSecondPasskey(q *ask) error {
	options, err := s.Auth.AskStep(q.Context(), s.cookie(q.Request, stepCookie))
	if err != nil {
		return err
	}
	return q.tell(asked{Options: options})
}

func (s *Site) askPasskey(q *ask) error {
	begun, options, err := s.Auth.AskPasskey(q.Context())
	if err != nil {
		return err
	}
	return q.tell(asked{begun, options})
}

// passkeyHere signs in by a passkey alone.
func (s *Site) passkeyHere(q *ask) error {
	next := local(q.form("next"), "/")
	session, who, err := s.Auth.SignInByPasskey(q.Context(), q.form("begun"), q.form("passkey"), q.UserAgent())
	if k := errs.KindOf(err); err != nil && k != errs.Internal && k != errs.Limited && k != errs.Unavailable {
		q.page.Plain = true
		return q.showAs(http.StatusUnprocessableEntity, "Sign in", signInPage(q.page, "", next, q.page.fault(err)))
	}
	if err != nil {
		return err
	}
	return s.enter(q, auth.Entered{Session: session}, who.ID, next)
}

func (s *Site) showFactors(q *ask, status int, problem string) error {
	f, err := s.Auth.Factors(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	q.page.Plain = q.by.Lacks
	return q.showAs(status, "Second step", factorSettings(q.page, f, problem))
}

// again shows the page with what was wrong, or gives err back.
func (s *Site) again(q *ask, err error) error {
	if errs.KindOf(err) == errs.NotFound || errs.KindOf(err) == errs.Unavailable {
		return s.showFactors(q, statuses[errs.KindOf(err)], q.page.fault(err))
	}
	if problem, ok := q.wrong(err); ok {
		return s.showFactors(q, http.StatusUnprocessableEntity, problem)
	}
	return err
}

func (s *Site) beginApp(q *ask) error {
	up, err := s.Auth.BeginApp(q.Context(), q.by, q.form("password"))
	if err != nil {
		return s.again(q, err)
	}
	return s.showApp(q, http.StatusOK, up, "")
}

func (s *Site) showApp(q *ask, status int, up auth.AppSetUp, problem string) error {
	picture, err := qrOf(up.URI)
	if err != nil {
		return err
	}
	q.settle()
	q.page.Plain = q.by.Lacks
	return q.showAs(status, "Set up an app", appSetUpPage(q.page, up, picture, problem))
}

func (s *Site) finishApp(q *ask) error {
	codes, err := s.Auth.FinishApp(q.Context(), q.by, q.form("begun"), q.form("code"))
	if problem, ok := q.wrong(err); ok {
		up, err := s.Auth.AppBegun(q.Context(), q.by, q.form("begun"))
		if err != nil {
			return s.again(q, err)
		}
		return s.showApp(q, http.StatusUnprocessableEntity, up, problem)
	}
	if err != nil {
		return s.again(q, err)
	}
	return s.showCodes(q, codes, msg("The app is set up"))
}

// showCodes shows recovery codes, which are shown this once, if there are some.
func (s *Site) showCodes(q *ask, codes []string, title string) error {
	onward := q.onward()
	s.setCookie(q.w, onwardCookie, "", 0)
	if len(codes) == 0 {
		q.say("saved")
		return q.to(onward)
	}
	q.settle()
	q.page.Plain, q.page.By.Lacks = q.by.Lacks, false
	return q.show(title, recoveryCodesPage(q.page, title, codes, onward))
}

func (s *Site) endAppOfCodes(q *ask) error {
	return s.removed(q, s.Auth.DropApp(q.Context(), q.by, q.form("password")))
}

func (s *Site) removed(q *ask, err error) error {
	if err != nil {
		return s.again(q, err)
	}
	q.say("saved")
	return q.to(securityPage)
}

func (s *Site) newCodes(q *ask) error {
	codes, err := s.Auth.NewCodes(q.Context(), q.by, q.form("password"))
	if err != nil {
		return s.again(q, err)
	}
	return s.showCodes(q, codes, msg("New recovery codes"))
}

func (s *Site) beginPasskey(q *ask) error {
	begun, options, err := s.Auth.BeginPasskey(q.Context(), q.by, q.form("password"), q.form("name"))
	if err != nil {
		return s.again(q, err)
	}
	q.settle()
	q.page.Plain = q.by.Lacks
	return q.show("Make a passkey", newPasskeyPage(q.page, begun, string(options)))
}

func (s *Site) finishPasskey(q *ask) error {
	codes, err := s.Auth.FinishPasskey(q.Context(), q.by, q.form("begun"), q.form("passkey"))
	if err != nil {
		return s.again(q, err)
	}
	return s.showCodes(q, codes, msg("The passkey is made"))
}

func (s *Site) namePasskey(q *ask) error {
	return s.removed(q, s.Auth.NamePasskey(q.Context(), q.by, social.PasskeyID(q.number("passkey")), q.form("name")))
}

func (s *Site) endPasskey(q *ask) error {
	return s.removed(q, s.Auth.DropPasskey(q.Context(), q.by, social.PasskeyID(q.number("passkey")), q.form("password")))
}
