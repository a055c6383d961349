package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// How often one address may try. Guessing is slow, and letters are few.
var (
	signUpRule = limit.Rule{Name: "web sign-up", Burst: 10, Per: time.Hour}
	signInRule = limit.Rule{Name: "web sign-in", Burst: 20, Per: 10 * time.Minute}
	secretRule = limit.Rule{Name: "web secrets", Burst: 60, Per: 10 * time.Minute}
	letterRule = limit.Rule{Name: "web letters", Burst: 5, Per: time.Hour}
)

func (s *Site) entryRoutes(r *router) {
	r.Do("GET /auth/sign_up", anyone, s.signUpForm)
	r.Do("POST /auth/sign_up", anyone, s.limited(signUpRule, s.signUp))
	r.Do("GET /invite/{code}", anyone, s.invited)
	r.Do("GET /auth/sign_in", anyone, s.signInForm)
	r.Do("POST /auth/sign_in", anyone, s.limited(signInRule, s.signInHere))
	r.Do("POST /auth/sign_out", anyone, s.signOutHere)
	r.Do("GET /auth/waiting", anyone, s.waiting)
	r.Do("GET /setup", anyone, s.setupForm)
	r.Do("POST /setup", anyone, s.limited(signUpRule, s.setup))
}

// What costs others something has the limits that apps have, and counts
// together with what the same person does through them.
var (
	postRule    = limit.Rule{Name: "post", Burst: 300, Per: 3 * time.Hour}
	followRule  = limit.Rule{Name: "follow", Burst: 400, Per: 24 * time.Hour}
	archiveRule = limit.Rule{Name: "archive", Burst: 5, Per: 24 * time.Hour}
	importRule  = limit.Rule{Name: "import", Burst: 30, Per: 24 * time.Hour}
	pictureRule = limit.Rule{Name: "picture", Burst: 30, Per: 30 * time.Minute}
	searchRule  = limit.Rule{Name: "search", Burst: 60, Per: 5 * time.Minute}
)

// limited lets an address do something only so often.
func (s *Site) limited(rule limit.Rule, do handler) handler {
	return func(q *ask) error {
		if err := q.take(rule, q.address(), fromAddress); err != nil {
			return err
		}
		return do(q)
	}
}

// sparing lets a person do something only so often, and strangers an address.
func (s *Site) sparing(rule limit.Rule, do handler) handler {
	return func(q *ask) error {
		key := q.address()
		if q.by.SignedIn() {
			key = itoa(q.by.Account)
		}
		if err := q.take(rule, key, lately); err != nil {
			return err
		}
		return do(q)
	}
}

// address is whoever asks, without the port.
func (q *ask) address() string {
	if host, _, err := net.SplitHostPort(q.RemoteAddr); err == nil {
		return host
	}
	return q.RemoteAddr
}

// from is where the visitor comes from, or no address.
func (q *ask) from() netip.Addr {
	at, _ := netip.ParseAddr(q.address())
	return at.Unmap()
}

// take counts one more for key, or says how long to wait.
func (q *ask) take(rule limit.Rule, key, where string) error {
	state := q.site.Limiter.Take(rule, key)
	if state.OK {
		return nil
	}
	q.w.Header().Set("Retry-After", itoa(max(int(state.RetryAfter/time.Second), 1)))
	return errs.Newf(errs.Limited, tooOften[where], int(state.RetryAfter.Minutes())+1)
}

// Where something is counted that may be tried only so often.
const (
	fromAddress = "from your address"
	forAddress  = "for this address"
	lately      = "lately"
)

// tooOften says how long to wait, by where it was counted.
var tooOften = map[string]string{
	fromAddress: msg("This was tried too often from your address. Please wait %d minutes, then it works again."),
	forAddress:  msg("This was tried too often for this address. Please wait %d minutes, then it works again."),
	lately:      msg("This was tried too often lately. Please wait %d minutes, then it works again."),
}

func (s *Site) signUpForm(q *ask) error {
	if q.by.SignedIn() {
		return q.to("/")
	}
	return s.showSignUp(q, http.StatusOK, signUp{SignUp: auth.SignUp{Invite: q.URL.Query().Get("invite")}})
}

func (s *Site) invited(q *ask) error {
	if err := s.Auth.CheckInvite(q.Context(), q.param("code")); errs.KindOf(err) == errs.Forbidden {
		return q.endOfWay("/auth/sign_up", q.page.say("To the front door"), err)
	} else if err != nil {
		return err
	}
	return s.showSignUp(q, http.StatusOK, signUp{SignUp: auth.SignUp{Invite: q.param("code")}})
}

func (s *Site) showSignUp(q *ask, status int, form signUp) error {
	form.Action, form.Ask = "/auth/sign_up", form.Invite == "" && q.page.House.SignUps == social.SignUpApproval
	if q.page.House.Work && form.Invite == "" {
		task, err := s.Auth.Task(q.Context())
		if err != nil {
			return err
		}
		form.Task = &task
	}
	q.page.Plain = true
	return q.showAs(status, "Join", signUpPage(q.page, form))
}

// workFor is what the script needs to know of a task.
func workFor(t *auth.Task) templ.Attributes {
	if t == nil {
		return nil
	}
	return templ.Attributes{"data-challenge": t.Challenge, "data-salt": t.Salt, "data-signature": t.Signature, "data-most": itoa(t.MaxNumber)}
}

// signUpOf reads the form of a new account.
func signUpOf(q *ask) auth.SignUp {
	return auth.SignUp{Username: q.form("user[username]"), Email: q.form("user[email]"), Password: q.form("user[password]"),
		Reason: q.form("user[reason]"), Invite: q.form("invite"), Agreed: q.ticked("user[agreement]"), Locale: q.page.Locale.Name, From: q.from(), Work: q.form("work")}
}

// problemsOf are what was wrong with a form, and whether that was all.
func (q *ask) problemsOf(err error) (auth.Problems, bool) {
	if ps := (auth.Problems)(nil); errors.As(err, &ps) {
		ps = slices.Clone(ps)
		for i := range ps {
			ps[i].Text = q.page.say(ps[i].Text)
		}
		return ps, true
	}
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return auth.Problems{{Text: q.page.fault(err)}}, true
	}
	return nil, false
}

func (s *Site) signUp(q *ask) error {
	form := signUp{SignUp: signUpOf(q)}
	_, err := s.Auth.SignUp(q.Context(), form.SignUp)
	if ps, ok := q.problemsOf(err); ok {
		form.Password, form.Problems = "", ps
		return s.showSignUp(q, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return q.to("/auth/waiting")
}

func (s *Site) signInForm(q *ask) error {
	next := local(q.URL.Query().Get("next"), "/")
	if q.by.SignedIn() {
		return q.to(next)
	}
	q.page.Plain = true
	return q.show("Sign in", signInPage(q.page, "", next, ""))
}

func (s *Site) signInHere(q *ask) error {
	login, next := q.form("user[email]"), local(q.form("next"), "/")
	in, who, err := s.Auth.SignIn(q.Context(), login, q.form("user[password]"), q.UserAgent())
	if k := errs.KindOf(err); err != nil && k != errs.Internal && k != errs.Limited {
		q.page.Plain = true
		return q.showAs(http.StatusUnprocessableEntity, "Sign in", signInPage(q.page, login, next, q.page.fault(err)))
	}
	if err != nil {
		return err
	}
	return s.enter(q, in, who.ID, next)
}

func (s *Site) signOutHere(q *ask) error {
	s.signOut(q.w)
	q.w.Header().Set("Clear-Site-Data", `"cache"`) // whoever has the browser next goes back to nothing
	if q.by.SignedIn() {
		if err := s.Auth.SignOut(q.Context(), q.by); err != nil {
			return err
		}
	}
	q.say("signed-out")
	return q.to("/")
}

// waiting tells those who signed up what happens next.
func (s *Site) waiting(q *ask) error {
	var me social.User
	if q.by.SignedIn() {
		if q.by.Standing != social.Pending {
			return q.to("/")
		}
		var err error
		if me, err = s.Auth.Self(q.Context(), q.by); err != nil {
			return err
		}
	}
	q.page.Plain = true
	return q.show("Almost there", waitingPage(q.page, me, q.page.House.SignUps == social.SignUpApproval))
}

// endOfWay tells somebody with a link that is good for nothing any more, and
// where else to go.
func (q *ask) endOfWay(path, button string, why error) error {
	q.page.Plain, q.page.Head.Hide = true, true
	return q.showAs(http.StatusForbidden, "Link", endPage(q.page, q.page.fault(why), path, button))
}

func (s *Site) setupForm(q *ask) error {
	if q.by.Role == social.Owner {
		return q.to("/settings/house")
	}
	token := q.URL.Query().Get("token")
	if err := s.Auth.CheckOwnerLink(q.Context(), token); err != nil {
		return s.noSetup(q, err)
	}
	return s.showSetup(q, http.StatusOK, signUp{Token: token})
}

// noSetup tells why nobody can move in with this link, or gives err back.
func (s *Site) noSetup(q *ask, err error) error {
	if errs.KindOf(err) != errs.Forbidden {
		return err
	}
	return q.endOfWay("/", q.page.say("To the front page"), err)
}

func (s *Site) showSetup(q *ask, status int, form signUp) error {
	form.Action = "/setup"
	q.page.Plain = true
	return q.showAs(status, "Set up", setupPage(q.page, form))
}

func (s *Site) setup(q *ask) error {
	if q.by.Role == social.Owner {
		return q.to("/settings/house") // the form was sent twice
	}
	form := signUp{SignUp: signUpOf(q), Token: q.form("token")}
	if err := s.Auth.CheckOwnerLink(q.Context(), form.Token); err != nil {
		return s.noSetup(q, err)
	}
	if !form.Agreed {
		form.Password, form.Problems = "", auth.Problems{{Field: "agreement", Code: auth.Accepted, Text: q.page.say("Read it and tick the box to move in.")}}
		return s.showSetup(q, http.StatusUnprocessableEntity, form)
	}
	owner, err := s.Auth.ClaimOwner(q.Context(), form.Token, form.SignUp)
	if ps, ok := q.problemsOf(err); ok {
		form.Password, form.Problems = "", ps
		return s.showSetup(q, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return s.noSetup(q, err)
	}
	secret, err := s.Auth.StartSession(q.Context(), owner.ID, q.UserAgent())
	if err != nil {
		return err
	}
	s.signIn(q.w, secret)
	q.say("welcome")
	return q.to("/settings/house")
}
