package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	badgesPage = "/help/badges"
	namesPage  = "/settings/names"
)

func (s *Site) badgeRoutes(r *router) {
	r.Do("GET "+badgesPage, anyone, func(q *ask) error { return q.show("Badges", badgesHelp(q.page)) })
	r.Do("POST /settings/badges", member, s.showRole)
	r.Do("POST /admin/people/{account}/confirm", moderator, s.knownAs(func(q *ask) error {
		return s.Badges.Confirm(q.Context(), q.by, q.subjectID(), q.form("name"), q.form("reason"))
	}))
	r.Do("POST /admin/people/{account}/unconfirm", moderator, s.knownAs(func(q *ask) error { return s.Badges.Withdraw(q.Context(), q.by, q.subjectID()) }))
	r.Do("GET "+namesPage, admin, func(q *ask) error { return s.showNames(q, http.StatusOK, heldNames{}) })
	r.Do("POST "+namesPage, admin, s.holdName)
	r.Do("POST "+namesPage+"/{name}/link", admin, s.linkName)
	r.Do("POST "+namesPage+"/{name}/unlink", admin, s.ofName(func(q *ask, id social.HeldNameID) error { return s.Auth.UnlinkName(q.Context(), q.by, id) }))
	r.Do("POST "+namesPage+"/{name}/end", admin, s.ofName(func(q *ask, id social.HeldNameID) error { return s.Auth.ReleaseName(q.Context(), q.by, id) }))
	r.Do("GET "+auth.ClaimPath, anyone, s.limited(secretRule, s.claimForm))
	r.Do("POST "+auth.ClaimPath, anyone, s.limited(signUpRule, s.claim))
}

// known is what the staff said of somebody, for themselves and for the staff.
type known struct {
	social.Confirmation
	Holds    bool // for the name that they have now
	ShowRole bool
	Like     []social.GuardedName // whom they can be mistaken for
}

// knownOf is what by may know of that.
func (s *Site) knownOf(q *ask, a social.Account) (k known, err error) {
	if k.Confirmation, err = s.Badges.Confirmation(q.Context(), q.by, a.ID); err != nil {
		return k, err
	}
	k.Holds = k.Confirmation.Holds(a)
	if q.page.mine(a.ID) {
		self, err := s.Auth.Self(q.Context(), q.by)
		k.ShowRole = self.Prefs.ShowRole
		return k, err
	}
	k.Like, err = s.Badges.Like(q.Context(), q.by, a)
	return k, err
}

func (s *Site) showRole(q *ask) error {
	return s.saved(q, s.Badges.ShowRole(q.Context(), q.by, q.ticked("show_role")), "/settings/profile")
}

// knownAs changes what is known of somebody, on their page before the staff.
func (s *Site) knownAs(do func(q *ask) error) handler {
	return func(q *ask) error {
		err := do(q)
		if k := errs.KindOf(err); err != nil && (k == errs.Invalid || k == errs.Conflict) {
			return s.showPerson(q, http.StatusUnprocessableEntity, verdict{Letter: true}, q.page.fault(err))
		}
		return s.saved(q, err, personURL(q.subjectID()))
	}
}

// heldNames is what the page of them shows.
type heldNames struct {
	All            []social.HeldName
	Link           string // that was made just now, and is shown this once
	For            social.HeldName
	Like           []social.Account // who have a name like one that was just held
	Username, Note string           // as they were typed
	Problem        string
}

func (s *Site) showNames(q *ask, status int, h heldNames) (err error) {
	if h.All, err = s.Auth.HeldNames(q.Context(), q.by); err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Names that are kept", heldNamesPage(q.page, h))
}

func (s *Site) holdName(q *ask) error {
	h := heldNames{Username: q.form("username"), Note: q.form("note")}
	held, like, err := s.Auth.HoldName(q.Context(), q.by, h.Username, h.Note)
	if problem, ok := q.wrong(err); ok && errs.KindOf(err) != errs.Forbidden {
		h.Problem = problem
		return s.showNames(q, http.StatusUnprocessableEntity, h)
	}
	if err == nil && len(like) > 0 {
		return s.showNames(q, http.StatusOK, heldNames{For: held, Like: like})
	}
	return s.saved(q, err, namesPage)
}

func (q *ask) nameID() social.HeldNameID { return social.HeldNameID(q.number("name")) }

// linkName makes a link, and shows it this once: only its fingerprint is kept.
func (s *Site) linkName(q *ask) error {
	days, _ := strconv.Atoi(q.form("days"))
	secret, err := s.Auth.LinkName(q.Context(), q.by, q.nameID(), time.Duration(min(max(days, 0), maxDays))*24*time.Hour)
	if problem, ok := q.wrong(err); ok && errs.KindOf(err) != errs.Forbidden {
		return s.showNames(q, http.StatusUnprocessableEntity, heldNames{Problem: problem})
	}
	if err != nil {
		return err
	}
	h, err := s.Auth.Held(q.Context(), secret)
	if err != nil {
		return err
	}
	return s.showNames(q, http.StatusOK, heldNames{Link: s.Auth.ClaimURL(secret), For: h})
}

func (s *Site) ofName(do func(q *ask, id social.HeldNameID) error) handler {
	return func(q *ask) error { return s.saved(q, do(q, q.nameID()), namesPage) }
}

func (s *Site) claimForm(q *ask) error {
	return s.showClaim(q, http.StatusOK, signUp{Token: q.URL.Query().Get("key")})
}

func (s *Site) showClaim(q *ask, status int, form signUp) error {
	h, err := s.Auth.Held(q.Context(), form.Token)
	if errs.KindOf(err) == errs.Forbidden && err != nil {
		return q.endOfWay("/", q.page.say("To the front page"), err)
	}
	if err != nil {
		return err
	}
	form.Action, form.Username = auth.ClaimPath, h.Username
	q.page.Plain, q.page.Head.Hide = true, true
	return q.showAs(status, "Join", claimPage(q.page, form))
}

func (s *Site) claim(q *ask) error {
	form := signUp{SignUp: signUpOf(q), Token: q.form("token")}
	_, err := s.Auth.ClaimName(q.Context(), form.Token, form.SignUp)
	if ps, ok := q.problemsOf(err); ok {
		form.Password, form.Problems = "", ps
		return s.showClaim(q, http.StatusUnprocessableEntity, form)
	}
	if errs.KindOf(err) == errs.Forbidden && err != nil {
		return q.endOfWay("/", q.page.say("To the front page"), err)
	}
	if err != nil {
		return err
	}
	return q.to("/auth/waiting")
}

// beside are the badges that stand beside a name: verified links stand in the profile.
func beside(all []social.Badge) (out []social.Badge) {
	for _, b := range all {
		if b.Kind != social.BadgeLink && b.Kind != social.BadgeBot {
			out = append(out, b)
		}
	}
	return out
}

var badgeIcons = map[social.BadgeKind]string{social.BadgeStaff: "shield", social.BadgeConfirmed: "check", social.BadgeDomain: "public", social.BadgeLink: "check", social.BadgeBot: "robot"}

var staffNames = map[social.Role]string{social.Moderator: msg("Moderator"), social.Admin: msg("Admin"), social.Owner: msg("Owner")}

// badgeName is a badge in a word or two.
func (f *frame) badgeName(b social.Badge) string {
	switch b.Kind {
	case social.BadgeStaff:
		return f.say(staffNames[b.Role])
	case social.BadgeConfirmed:
		return f.say("Confirmed")
	}
	return b.Host
}

// badgeMeaning is what it says, and who says it.
func (f *frame) badgeMeaning(b social.Badge) string {
	switch b.Kind {
	case social.BadgeStaff:
		return f.say("Looks after this house")
	case social.BadgeConfirmed:
		return f.say("Confirmed by this community")
	}
	return f.say("The domain %s says that this account is its own", b.Host)
}
