package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) caseRoutes(r *router) {
	r.Do("GET /moderation/next", moderator, s.nextForStaff)
	r.Do("GET /moderation/cases/{case}", moderator, s.showCase)
	r.Do("POST /moderation/cases/{case}/decide", moderator, s.decideCase)
	r.Do("POST /moderation/cases/{case}/claim", moderator, s.claimCase)
	r.Do("POST /moderation/cases/{case}/route", moderator, s.routeCase)
	r.Do("POST /moderation/cases/{case}/note", moderator, s.noteCase)
	r.Do("POST /moderation/cases/{case}/outside", moderator, s.tellOutside)
	r.Do("POST /moderation/decisions/{decision}/undo", moderator, s.undoDecision)
}

func (q *ask) caseID() social.CaseID { return social.CaseID(q.number("case")) }

func caseNamed(s string) social.CaseID {
	n, _ := id.Parse(s)
	return social.CaseID(n)
}

// A round is how somebody goes through cases: which queue, whether they passed
// some over, and whether they want those that are hard to look at, too. Who comes
// from a notice with a clock goes back to it.
type round struct {
	Matter  social.MatterID
	Queue   social.Queue
	Passed  bool
	Graphic bool
}

func roundOf(v url.Values) round {
	from, _ := id.Parse(v.Get("matter"))
	r := round{Matter: social.MatterID(from), Queue: social.Queue(v.Get("queue")), Passed: v.Get("passed") != "", Graphic: v.Get("graphic") != ""}
	if !slices.Contains(social.AllQueues, r.Queue) {
		r.Queue = ""
	}
	return r
}

func (r round) values() url.Values {
	v := url.Values{}
	if r.Matter != 0 {
		v.Set("matter", itoa(r.Matter))
	}
	if r.Queue != "" {
		v.Set("queue", string(r.Queue))
	}
	if r.Passed {
		v.Set("passed", "1")
	}
	if r.Graphic {
		v.Set("graphic", "1")
	}
	return v
}

func withQuery(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// page is a case in this round.
func (r round) page(which social.CaseID) string {
	return withQuery("/moderation/cases/"+itoa(which), r.values())
}

// do is where something is done with a case in this round.
func (r round) do(which social.CaseID, what string) string {
	return withQuery("/moderation/cases/"+itoa(which)+"/"+what, r.values())
}

// next is the case after one, or the notice that led to it.
func (r round) next(which social.CaseID) string {
	if r.Matter != 0 {
		return matterURL(r.Matter)
	}
	v := r.values()
	if r.Passed {
		v.Set("after", itoa(which))
	} else {
		v.Set("not", itoa(which))
	}
	return withQuery("/moderation/next", v)
}

// pass is the case after one that is passed over.
func (r round) pass(which social.CaseID) string {
	r.Passed = true
	return r.next(which)
}

// nextForStaff leads to the case to look at next.
func (s *Site) nextForStaff(q *ask) error {
	v := q.URL.Query()
	r := roundOf(v)
	which, err := s.Moderation.Next(q.Context(), q.by, social.CaseWish{Queue: r.Queue, Not: caseNamed(v.Get("not")), After: caseNamed(v.Get("after")), Graphic: r.Graphic})
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return s.showNone(q, r)
	}
	if err != nil {
		return err
	}
	if !q.wantsPart() {
		return q.to(r.page(which))
	}
	return s.caseAs(q, http.StatusOK, which, r, verdict{}, "")
}

// none tells why there is no next case.
type none struct {
	round
	Seen    int  // today, that were hard to look at
	Capped  bool // that is why
	Waiting int  // in the queue, of all
}

func (s *Site) showNone(q *ask, r round) error {
	n := none{round: r}
	var err error
	if n.Seen, err = s.Moderation.Seen(q.Context(), q.by); err != nil {
		return err
	}
	all, _, err := s.Moderation.Backlog(q.Context(), q.by)
	if err != nil {
		return err
	}
	for _, w := range all {
		if r.Queue == "" || w.Queue == r.Queue {
			n.Waiting += w.Cases
		}
	}
	n.Capped = n.Seen >= social.MaxGraphic && !r.Graphic && n.Waiting > 0
	q.page.Tab = "moderation"
	if q.wantsPart() {
		return q.part(nonePart(q.page, n))
	}
	return q.show("Nothing waits", nonePart(q.page, n))
}

func (s *Site) showCase(q *ask) error {
	return s.caseAs(q, http.StatusOK, q.caseID(), roundOf(q.URL.Query()), verdict{}, "")
}

// A desk is a case before somebody of the staff.
type desk struct {
	moderation.File
	round
	Wish    verdict
	Problem string
	Seen    int
	May     bool             // they may decide about this account
	Posts   []*view.Seen     // that it is about, as they are now
	Ended   *social.Decision // that ended it
	Matters []social.Matter  // by which it came
}

// postsIn are the posts that a case is about, as they are now.
func postsIn(f moderation.File) (out []*view.Seen) {
	if f.Subject.Post != 0 {
		if f.Post != nil {
			out = append(out, f.Post)
		}
		return out
	}
	for _, r := range f.Reports {
		for _, p := range r.Posts {
			if !slices.Contains(out, p) && len(out) < social.MaxReportPosts {
				out = append(out, p)
			}
		}
	}
	return out
}

func (s *Site) caseAs(q *ask, status int, which social.CaseID, r round, wish verdict, problem string) error {
	f, err := s.Moderation.Case(q.Context(), q.by, which)
	if err != nil {
		return err
	}
	d := desk{File: f, round: r, Wish: wish, Problem: problem, Posts: postsIn(f)}
	if d.About.Face == nil {
		return nowhere // its account is being deleted
	}
	d.May = !d.About.Ours() || q.by.MayJudge(d.About.User.Role) == nil
	if d.Wish.Action == "" && d.Wish.Rule == "" {
		d.Wish.Rule, d.Wish.Letter = cited(f), true
	}
	for i := range f.Decisions {
		if f.Decisions[i].Case == f.ID && !f.Open() {
			d.Ended = &f.Decisions[i]
		}
	}
	if d.Seen, err = s.Moderation.Seen(q.Context(), q.by); err != nil {
		return err
	}
	if d.Matters, err = s.Matters.InCase(q.Context(), q.by, which); err != nil {
		return err
	}
	q.page.Tab, q.page.Wide, q.page.Script = "moderation", true, "desk.js"
	q.page.Path, q.page.Here = "/moderation/cases/"+itoa(which), r.page(which)
	if q.wantsPart() {
		return q.render(status, casePart(q.page, d))
	}
	return q.showAs(status, d.title(q.page), casePart(q.page, d))
}

// cited is the rule that most of a case's reports name.
func cited(f moderation.File) (which string) {
	n := map[string]int{}
	for _, r := range f.Reports {
		for _, rule := range r.Rules {
			if n[rule.ID]++; n[rule.ID] > n[which] {
				which = rule.ID
			}
		}
	}
	return which
}

// title is what a case is about.
func (d desk) title(f *frame) string {
	if d.Blind() {
		return f.say("A post that was drawn by lot")
	}
	if d.Subject.Post != 0 {
		return f.say("A post of %s", d.About.Name())
	}
	return f.say("The account of %s", d.About.Name())
}

// offers are the ways to decide this case.
func (d desk) offers() (out []way) {
	for _, w := range ways {
		if w.is.OfPost() && len(d.Posts) == 0 || w.is.Local() && !d.About.Ours() {
			continue
		}
		out = append(out, w)
	}
	return out
}

// decideCase decides a case, and goes on to the next.
func (s *Site) decideCase(q *ask) error {
	which, r, v := q.caseID(), roundOf(q.URL.Query()), verdictOf(q)
	say, err := "case-decided", error(nil)
	if !v.Action.Judges() {
		err = errs.New(errs.Invalid, "Choose first what to do: the keys 1 to 9 do it, too.")
	} else if err = v.grounded(q.page); err == nil {
		d := v.decision(q.page, social.Harm(q.form("harm")))
		d.Case = which
		err = s.Moderation.Decide(q.Context(), q.by, d, v.Letter)
	}
	if errs.KindOf(err) == errs.Conflict && errs.Public(err) == errs.Public(moderation.Proposed) && err != nil {
		say, err = "proposed", nil
	}
	if q.wantsPart() {
		if err == nil {
			q.w.WriteHeader(http.StatusNoContent)
		}
		return err
	}
	if problem, ok := q.wrong(err); ok {
		return s.caseAs(q, http.StatusUnprocessableEntity, which, r, v, problem)
	}
	if err != nil {
		return err
	}
	q.say(say)
	return q.to(r.next(which))
}

// claimCase takes a case, gives it back, or passes it over for the next.
func (s *Site) claimCase(q *ask) error {
	which, r, do := q.caseID(), roundOf(q.URL.Query()), q.form("do")
	err := s.Moderation.Claim(q.Context(), q.by, which, do == "take")
	if problem, ok := q.wrong(err); ok && do == "take" {
		return s.caseAs(q, http.StatusConflict, which, r, verdict{}, problem)
	}
	if errs.KindOf(err) == errs.Conflict && do == "pass" {
		err = nil // somebody else has it anyway
	}
	switch {
	case err != nil:
		return err
	case do == "pass" && q.wantsPart():
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	case do == "pass":
		return q.to(r.pass(which))
	case do == "take":
		q.say("case-taken")
	default:
		q.say("given")
	}
	return q.to(r.page(which))
}

func (s *Site) routeCase(q *ask) error {
	which, r := q.caseID(), roundOf(q.URL.Query())
	h, err := social.ParseHarm(q.form("harm"))
	if why := strings.TrimSpace(q.form("why")); err == nil && why == "" {
		err = errs.New(errs.Invalid, "Say in a few words why it belongs elsewhere: it is kept with the case.")
	} else if err == nil {
		err = s.Moderation.Route(q.Context(), q.by, which, h, why)
	}
	return s.onCase(q, which, r, "sorted", err)
}

func (s *Site) noteCase(q *ask) error {
	which := q.caseID()
	return s.onCase(q, which, roundOf(q.URL.Query()), "noted-case", s.Moderation.WriteNote(q.Context(), q.by, which, q.form("text")))
}

func (s *Site) tellOutside(q *ask) error {
	which := q.caseID()
	told := social.Told{To: social.Outside(q.form("told")), Ref: q.form("ref")}
	return s.onCase(q, which, roundOf(q.URL.Query()), "told-outside", s.Moderation.TellOutside(q.Context(), q.by, which, told))
}

// onCase shows a case again after something was done with it.
func (s *Site) onCase(q *ask, which social.CaseID, r round, say string, err error) error {
	if problem, ok := q.wrong(err); ok {
		return s.caseAs(q, http.StatusUnprocessableEntity, which, r, verdict{}, problem)
	}
	if err != nil {
		return err
	}
	q.say(say)
	return q.to(r.page(which))
}

// undoDecision takes back what was decided.
func (s *Site) undoDecision(q *ask) error {
	if err := s.Moderation.Undo(q.Context(), q.by, social.DecisionID(q.number("decision"))); err != nil {
		return err
	}
	return q.back("/moderation", "undone")
}
