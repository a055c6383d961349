package web

import (
	"time"

	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/social"
)

const adminPage = "/admin"

// adminRoutes are the pages of those who run the house.
func (s *Site) adminRoutes(r *router) {
	r.Do("GET "+adminPage, moderator, s.dashboard)
	s.adminPeopleRoutes(r)
	r.Do("GET "+auditPage, admin, s.auditTrail)
	r.Do("GET "+jobsPage, admin, s.backgroundWork)
}

// A dashboard is how the house does, at a glance. Nothing of it is counted for the
// one who looks.
type dashboard struct {
	Counts  social.Counts
	Cases   int // that are open
	Late    int
	Appeals int
	Month   measures.Month
	Care    sealing.Figures
	Remote  string // what other servers show takes of the disk, for admins
}

func (s *Site) dashboard(q *ask) (err error) {
	var d dashboard
	if d.Month, err = s.Measures.Lately(q.Context(), q.by); err != nil {
		return err
	}
	if d.Care, err = s.Sealing.Figures(q.Context()); err != nil {
		return err
	}
	if d.Counts, err = s.Instance.Counts(q.Context()); err != nil {
		return err
	}
	waiting, _, err := s.Moderation.Backlog(q.Context(), q.by)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		d.Cases, d.Late = d.Cases+w.Cases, d.Late+w.Late
	}
	if d.Appeals, err = s.Moderation.OpenAppeals(q.Context(), q.by); err != nil {
		return err
	}
	if s.config.Budget != nil && q.page.admin() {
		used, of := s.config.Budget()
		d.Remote = q.page.say("%s of %s", size(q.page.locale(), int(used)), size(q.page.locale(), int(of)))
	}
	q.page.Tab, q.page.Wide = "admin", true
	return q.show("Administration", dashboardPage(q.page, d))
}

// A group is charts that belong together.
type group struct {
	name   string
	charts []chart
}

// groups are the charts of d. How the machine does is shown to whom it is told.
func (f *frame) groups(d dashboard) []group {
	m := d.Month
	happened := func(name string, what measures.Figure, title, help string) chart {
		return chart{Name: name, Title: title, Help: help, Large: f.say("%d in 30 days", m.Sum(what)), Days: m.Days[what]}
	}
	there := func(name string, what measures.Figure, title, help string) chart {
		return chart{Name: name, Title: title, Help: help, Large: f.locale().Number(m.Last(what).N), Line: true, Days: m.Days[what]}
	}
	bytes := func(name string, what measures.Figure, title, help string) chart {
		c := there(name, what, title, help)
		c.Bytes, c.Large = true, size(f.locale(), m.Last(what).N)
		return c
	}
	active := happened("active", measures.Active, f.say("People who posted"), f.say("That day. Nobody who only reads is followed around."))
	active.Large = f.say("%d today, so far", m.Last(measures.Active).N)
	all := []group{{f.say("People and posts"), []chart{
		happened("sign-ups", measures.SignUps, f.say("Sign-ups"), f.say("Also those who wait to be let in.")), active,
		happened("posts", measures.Posts, f.say("Posts"), f.say("Of people of this house, without private messages.")),
		happened("interactions", measures.Interactions, f.say("Interactions"), f.say("Likes, boosts and replies that were seen here.")),
	}}, {f.say("How it is looked after"), f.care(d.Care)}}
	if f.admin() {
		all = append(all, group{f.say("The machine"), []chart{
			bytes("database", measures.DatabaseBytes, f.say("Database"), f.say("The room that its tables take.")),
			bytes("media", measures.MediaBytes, f.say("Pictures and videos"), f.say("What people here attached to posts.")),
			there("deliveries", measures.Deliveries, f.say("Deliveries that wait"), f.say("To other servers.")),
			there("silent", measures.SilentHosts, f.say("Servers that do not answer"), f.say("Those that did not when they were last tried.")),
			there("jobs", measures.Jobs, f.say("Jobs that wait"), f.say("Letters, imports and what else is done in the background.")),
			there("given-up", measures.GivenUp, f.say("Jobs that were given up"), f.say("They are kept for some days, to be looked at.")),
		}})
	}
	return all
}

// care is how the house was looked after in the last days, from what is signed.
func (f *frame) care(x sealing.Figures) []chart {
	came := chart{Name: "reports", Title: f.say("Reports"), Help: f.say("That came in."), Days: f.eachDay(x, func(d sealing.Day) int { return d.Inflow }, false)}
	decided := chart{Name: "decisions", Title: f.say("Decisions"), Help: f.say("About posts and accounts."), Days: f.eachDay(x, func(d sealing.Day) int { return d.Decided }, false)}
	left := chart{Name: "open", Title: f.say("Reports that are open"), Help: f.say("When the day ended."), Line: true, Days: f.eachDay(x, func(d sealing.Day) int { return d.Backlog }, true)}
	month := sums(x, measures.LatelyDays)
	came.Large, decided.Large, left.Large = f.say("%d in 30 days", month.Inflow), f.say("%d in 30 days", month.Decided), f.locale().Number(openNow(x))
	return []chart{came, decided, left}
}

// eachDay is a figure on each of the last days. On a day of which nothing is written
// down it is zero, or, if it stays, as it was before.
func (f *frame) eachDay(x sealing.Figures, what func(sealing.Day) int, stays bool) (out []measures.Point) {
	today := f.Now.UTC().Truncate(24 * time.Hour)
	first := today.AddDate(0, 0, 1-measures.LatelyDays)
	on, before := map[string]int{}, 0
	for _, d := range x.Days {
		if on[d.Day] = what(d); d.Day < first.Format(time.DateOnly) {
			before = what(d)
		}
	}
	for at := first; !at.After(today); at = at.AddDate(0, 0, 1) {
		n, ok := on[at.Format(time.DateOnly)]
		if !ok && stays {
			n = before
		}
		before = n
		out = append(out, measures.Point{At: at, N: n, Known: true})
	}
	return out
}

// adminPlaces are the other pages of those who run the house, as far as they are there and f
// may go.
func (f *frame) adminPlaces() (out []place) {
	all := []place{{"", adminPeoplePage, "people", msg("People")}, {"", "/settings/approvals", "check", msg("People waiting to join")}, {"", "/moderation", "shield", msg("Moderation")}}
	if f.admin() {
		all = append(all, place{"", auditPage, "list", msg("What the staff did")}, place{"", jobsPage, "clock", msg("In the background")}, place{"", "/settings/house", "house", msg("The house")}, place{"", "/settings/hosts", "public", msg("Other hosts")}, place{"", copiesPage, "copy", msg("Copies")})
	}
	if f.owner() {
		all = append(all, place{"", namesPage, "key", msg("Names that are kept")})
	}
	for _, p := range all {
		if f.has(p.href) {
			out = append(out, p)
		}
	}
	return out
}
