package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const adminPeoplePage = adminPage + "/people"

func (s *Site) adminPeopleRoutes(r *router) {
	r.Do("GET "+adminPeoplePage, moderator, s.listPeople)
	r.Do("GET "+adminPeoplePage+"/{account}", moderator, func(q *ask) error {
		return s.showPerson(q, http.StatusOK, verdict{Letter: true}, "")
	})
	r.Do("POST "+adminPeoplePage+"/{account}", moderator, s.judgePerson)
	r.Do("POST "+adminPeoplePage+"/{account}/role", admin, s.giveRole)
}

// personURL is the page of somebody for the staff.
func personURL(who social.AccountID) string { return adminPeoplePage + "/" + itoa(who) }

// maxSought bounds what is typed to look for people, in bytes.
const maxSought = 320

// A sought is who is looked for, as the address has it.
type sought struct {
	Words string // a name, or a handle
	Email string
	Host  string
	Away  bool // on other servers
	State social.AccountState
	Role  string // empty for any, or one, or staff
}

const anyStaff = "staff"

// soughtStates and soughtRoles are what can be chosen.
var (
	soughtStates = []struct {
		is   social.AccountState
		name string
	}{{"", msg("Anyhow")}, {social.StatePending, msg("Waiting")}, {social.StateDisabled, msg("Frozen")}, {social.StateLimited, msg("Limited")}, {social.StateSensitive, msg("Pictures veiled")}, {social.StateSuspended, msg("Suspended")}}
	soughtRoles = []struct{ is, name string }{{"", msg("Anybody")}, {anyStaff, msg("All of the staff")}, {string(social.Member), msg("Members")}, {string(social.Moderator), msg("Moderators")}, {string(social.Admin), msg("Admins")}, {string(social.Owner), msg("Owners")}}
)

// roleNames is what somebody of a role is called.
var roleNames = map[social.Role]string{social.Member: msg("member"), social.Moderator: msg("moderator"), social.Admin: msg("admin"), social.Owner: msg("owner")}

func soughtIn(f *frame, v url.Values) (w sought) {
	get := func(name string) string {
		s := strings.TrimSpace(v.Get(name))
		return s[:min(len(s), maxSought)]
	}
	w = sought{Words: strings.TrimPrefix(get("q"), "@"), Host: strings.ToLower(get("host")), Away: get("from") == "elsewhere", State: social.AccountState(get("state")), Role: get("role")}
	if f.admin() {
		w.Email = get("email")
	}
	if name, host, whole := strings.Cut(w.Words, "@"); whole {
		w.Words, w.Host = name, strings.ToLower(host)
	}
	if w.Host == f.domain() {
		w.Host = ""
	}
	if w.Host != "" {
		w.Away = true
	}
	if !slices.ContainsFunc(soughtStates, func(s struct {
		is   social.AccountState
		name string
	}) bool {
		return s.is == w.State
	}) {
		w.State = ""
	}
	if !slices.ContainsFunc(soughtRoles, func(r struct{ is, name string }) bool { return r.is == w.Role }) {
		w.Role = ""
	}
	return w
}

// filter is w as the core takes it.
func (w sought) filter() social.AccountFilter {
	f := social.AccountFilter{From: social.Ours, State: w.State, Called: w.Words, Email: w.Email}
	switch {
	case w.Away:
		f.From, f.Host = social.Elsewhere, w.Host
	case w.Role == anyStaff:
		f.Roles = []social.Role{social.Owner, social.Admin, social.Moderator}
	case w.Role != "":
		f.Roles = []social.Role{social.Role(w.Role)}
	default: // whoever can sign in
		f.Roles = []social.Role{social.Owner, social.Admin, social.Moderator, social.Member}
	}
	return f
}

// page is the list of those whom w looks for.
func (w sought) page() string {
	v := url.Values{}
	for name, value := range map[string]string{"q": w.Words, "email": w.Email, "host": w.Host, "state": string(w.State), "role": w.Role} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if w.Away {
		v.Set("from", "elsewhere")
	}
	return withQuery(adminPeoplePage, v)
}

// in is the same among our own people, or among those of other servers.
func (w sought) in(away bool) string {
	w.Away, w.Host, w.Email, w.Role = away, "", "", ""
	return w.page()
}

func (s *Site) listPeople(q *ask) error {
	w := soughtIn(q.page, q.URL.Query())
	look := s.Moderation.People
	if q.page.admin() {
		look = s.Moderation.Accounts
	}
	found, err := slice(q, peopleOnPage, func(p social.Page) (view.Slice[moderation.Dossier], error) {
		return look(q.Context(), q.by, w.filter(), p)
	})
	if err != nil {
		return err
	}
	q.page.Tab, q.page.Wide = "admin", true
	return q.show("People", peopleList(q.page, w, found))
}

// decisionsShown is how much of what was decided about somebody their page shows.
const decisionsShown = 20

// A subject is somebody before the staff.
type subject struct {
	moderation.Dossier
	Inviter   *view.Face // who let them in with an invitation; nil for nobody
	May       bool       // who looks may decide about them
	Roles     []social.Role
	Decisions []social.Decision
	Wish      verdict
	Problem   string
	Known     known
}

// waits reports whether somebody decides whether s may join.
func (s subject) waits() bool { return s.Ours() && s.User.Confirmed && !s.User.Approved }

// offers are the ways to decide about the whole account that would change something.
func (s subject) offers() (out []way) {
	for _, w := range ways {
		if w.is.OfPost() || w.is == social.Dismiss || w.is.Local() && !s.Ours() {
			continue
		}
		if _, _, changes := w.is.Apply(s.Account, s.User); changes {
			out = append(out, w)
		}
	}
	return out
}

// returns are what can be taken back.
func (s subject) returns() (out []social.Action) {
	for _, a := range []social.Action{social.Unsuspend, social.Enable, social.Unlimit, social.Unveil} {
		if _, _, changes := a.Apply(s.Account, s.User); changes {
			out = append(out, a)
		}
	}
	return out
}

// returnNames are the buttons for that.
var returnNames = map[social.Action]string{social.Unsuspend: msg("Suspend no more"), social.Enable: msg("Open the account again"), social.Unlimit: msg("Limit no more"), social.Unveil: msg("Veil pictures no more")}

// marks are how somebody stands, in a word each.
func marks(d moderation.Dossier) (out []string) {
	for _, m := range []struct {
		is   bool
		name string
	}{{d.Ours() && !d.User.Confirmed, msg("address not confirmed")}, {d.Ours() && d.User.Confirmed && !d.User.Approved, msg("waiting")}, {d.Standing == social.Suspended && d.User.LeavesAt.IsZero(), msg("suspended")},
		{!d.User.LeavesAt.IsZero(), msg("about to leave")},
		{d.User.Disabled, msg("frozen")}, {d.Limited, msg("limited")}, {d.Sensitive, msg("pictures veiled")}} {
		if m.is {
			out = append(out, m.name)
		}
	}
	return out
}

func (q *ask) subjectID() social.AccountID { return social.AccountID(q.number("account")) }

func (s *Site) showPerson(q *ask, status int, wish verdict, problem string) error {
	look := s.Moderation.Account
	if q.page.admin() {
		look = s.Moderation.Reveal // with their address, which is written down
	}
	d, err := look(q.Context(), q.by, q.subjectID())
	if err != nil {
		return err
	}
	p := subject{Dossier: d, Wish: wish, Problem: problem, May: !d.Ours() || q.by.MayJudge(d.User.Role) == nil}
	if q.page.admin() && d.Ours() && p.May {
		p.Roles = q.by.Judges()
	}
	if d.InvitedBy != 0 {
		p.Inviter, _ = s.View.Face(q.Context(), d.InvitedBy) // who is gone invited nobody
	}
	if p.Decisions, err = s.Moderation.Decisions(q.Context(), q.by, d.ID, social.Page{Limit: decisionsShown}); err != nil {
		return err
	}
	if d.Ours() {
		if p.Known, err = s.knownOf(q, d.Account); err != nil {
			return err
		}
	}
	q.page.Tab, q.page.Wide, q.page.Here = "admin", true, personURL(d.ID)
	return q.showAs(status, d.Name(), personPage(q.page, p))
}

// judgePerson decides about an account without a case, or takes such a thing back.
func (s *Site) judgePerson(q *ask) error {
	v, who := verdictOf(q), q.subjectID()
	d := v.decision(q.page, "")
	err := v.grounded(q.page)
	switch {
	case returnNames[v.Action] != "":
		d, err = social.Decision{Action: v.Action}, nil
	case v.Action == social.Dismiss, v.Action.OfPost(), !v.Action.Judges():
		err = errs.New(errs.Invalid, "Choose first what to do.")
	}
	if d.Account = who; err == nil {
		err = s.Moderation.Decide(q.Context(), q.by, d, v.Letter)
	}
	if problem, ok := q.wrong(err); ok && errs.KindOf(err) != errs.Forbidden {
		return s.showPerson(q, http.StatusUnprocessableEntity, v, problem)
	}
	if err != nil {
		return err
	}
	q.say("case-decided")
	return q.to(personURL(who))
}

// giveRole makes somebody of the staff, or a member again.
func (s *Site) giveRole(q *ask) error {
	role, err := social.ParseRole(q.form("role"))
	if err == nil {
		_, err = s.Auth.Modify(q.Context(), q.by, q.subjectID(), auth.Changes{Role: role})
	}
	if problem, ok := q.wrong(err); ok && errs.KindOf(err) != errs.Forbidden {
		return s.showPerson(q, http.StatusUnprocessableEntity, verdict{Letter: true}, problem)
	}
	return s.saved(q, err, personURL(q.subjectID()))
}
