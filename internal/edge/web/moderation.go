package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) moderationRoutes(r *router) {
	r.Do("GET /moderation", moderator, s.overview)
	r.Do("GET /moderation/cases", moderator, s.listCases)
	r.Do("POST /moderation/cases/batch", moderator, s.batch)
	r.Do("GET /moderation/appeals", moderator, func(q *ask) error { return s.showAppeals(q, http.StatusOK, 0, "", "") })
	r.Do("POST /moderation/appeals/{appeal}", moderator, s.hear)
	r.Do("GET /moderation/words", admin, func(q *ask) error { return s.showWords(q, http.StatusOK, q.page.House.Templates, "") })
	r.Do("POST /moderation/words", admin, s.saveWords)
}

// An overviewOf is what waits for the staff.
type overviewOf struct {
	Queues  []moderation.Waiting
	Decided int // in the last 24 hours
	Appeals int
	Seen    int
}

// cases and late are what waits in all queues.
func (o overviewOf) cases() (n int) {
	for _, w := range o.Queues {
		n += w.Cases
	}
	return n
}

func (o overviewOf) late() (n int) {
	for _, w := range o.Queues {
		n += w.Late
	}
	return n
}

// pace says when everything is worked off, if it goes on as in the last day.
func (o overviewOf) pace(f *frame) string {
	switch n := o.cases(); {
	case n == 0:
		return f.say("Nothing waits.")
	case o.Decided == 0:
		return f.say("Nothing was decided in the last 24 hours.")
	default:
		hours := (n*24 + o.Decided - 1) / o.Decided
		return f.say("%d decided in the last 24 hours: at this pace all is worked off in %s.", o.Decided, f.say("%d hours", hours))
	}
}

func (s *Site) overview(q *ask) (err error) {
	var o overviewOf
	if o.Queues, o.Decided, err = s.Moderation.Backlog(q.Context(), q.by); err != nil {
		return err
	}
	if o.Appeals, err = s.Moderation.OpenAppeals(q.Context(), q.by); err != nil {
		return err
	}
	if o.Seen, err = s.Moderation.Seen(q.Context(), q.by); err != nil {
		return err
	}
	q.page.Tab = "moderation"
	return q.show("Moderation", overviewPage(q.page, o))
}

// A hunt is which cases are asked for, as the address has it.
type hunt struct {
	social.CaseQuery
	AboutName string
	Page      int
}

func (s *Site) searchOf(q *ask, v url.Values) (f hunt, err error) {
	f = hunt{CaseQuery: social.CaseQuery{Queue: roundOf(v).Queue, Words: strings.TrimSpace(v.Get("words")), Closed: v.Get("closed") != ""}, AboutName: strings.TrimPrefix(strings.TrimSpace(v.Get("about")), "@")}
	if h := v.Get("harm"); h != "" {
		if f.Harm, err = social.ParseHarm(h); err != nil {
			return f, err
		}
	}
	if v.Get("mine") != "" {
		f.Mine = q.by.Account
	}
	f.Page, _ = strconv.Atoi(v.Get("page"))
	f.Page = max(0, min(f.Page, moderation.MaxCasePages))
	if f.AboutName != "" {
		name, host, _ := strings.Cut(f.AboutName, "@")
		if host == s.config.HandleHost {
			host = ""
		}
		d, err := s.Moderation.Named(q.Context(), q.by, name, host)
		if err != nil {
			return f, err
		}
		f.About = d.ID
	}
	return f, nil
}

// values are f as an address has them, for another page of the list.
func (f hunt) values(page int) url.Values {
	v := round{Queue: f.Queue}.values()
	for name, value := range map[string]string{"harm": string(f.Harm), "about": f.AboutName, "words": f.Words} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.Closed {
		v.Set("closed", "1")
	}
	if f.Mine != 0 {
		v.Set("mine", "1")
	}
	if page > 0 {
		v.Set("page", itoa(page))
	}
	return v
}

func (f hunt) page(n int) string { return withQuery("/moderation/cases", f.values(n)) }

// in is the same in another queue.
func (f hunt) in(queue social.Queue) string {
	f.Queue = queue
	return f.page(0)
}

// A pile is a page of cases.
type pile struct {
	hunt
	Files   []moderation.File
	Total   int
	Queues  []moderation.Waiting
	Wish    verdict
	Problem string
}

// more reports whether there is another page.
func (p pile) more() bool {
	return (p.hunt.Page+1)*moderation.CasesPage < p.Total && p.hunt.Page < moderation.MaxCasePages
}

func (s *Site) listCases(q *ask) error {
	return s.showCases(q, http.StatusOK, q.URL.Query(), verdict{Letter: true}, "")
}

func (s *Site) showCases(q *ask, status int, v url.Values, wish verdict, problem string) error {
	f, err := s.searchOf(q, v)
	switch {
	case errs.KindOf(err) == errs.NotFound && err != nil:
		status, problem = http.StatusUnprocessableEntity, q.page.say("Nobody is called that here. Look the name up, and write it whole: @name or @name@host.")
	case err != nil:
		return err
	}
	p := pile{hunt: f, Wish: wish, Problem: problem}
	if err == nil {
		if p.Files, p.Total, err = s.Moderation.Cases(q.Context(), q.by, f.CaseQuery, f.Page); err != nil {
			return err
		}
	}
	if p.Queues, _, err = s.Moderation.Backlog(q.Context(), q.by); err != nil {
		return err
	}
	q.page.Tab, q.page.Wide = "moderation", true
	return q.showAs(status, "Cases", casesPage(q.page, p))
}

// A bundle is many cases that are to be decided alike, before that is done.
type bundle struct {
	Wish    verdict
	Said    string // what those about whom it is are told
	Cases   []social.Case
	Left    int // that it does not fit
	Agreed  int // that somebody else has proposed in the same way
	People  int
	Reports int
	Search  string // that they were found by
	Back    string
}

func (b bundle) ids() string {
	var out []string
	for _, c := range b.Cases {
		out = append(out, itoa(c.ID))
	}
	return strings.Join(out, ",")
}

// batch shows what deciding many cases alike would do, or does it.
func (s *Site) batch(q *ask) error {
	v := verdictOf(q)
	v.Posts = nil
	from, err := url.ParseQuery(q.form("search"))
	if err != nil {
		from = url.Values{}
	}
	only := casesIn(strings.Split(q.form("cases"), ","))
	if q.form("do") != "decide" {
		only = casesIn(q.PostForm["case"])
	}
	switch {
	case !v.Action.Judges():
		err = errs.New(errs.Invalid, "Choose what to do with them.")
	case len(only) == 0 && q.form("which") != "all":
		err = errs.New(errs.Invalid, "Tick some cases first, or choose all that were found.")
	default:
		err = v.grounded(q.page)
	}
	if problem, ok := q.wrong(err); ok {
		return s.showCases(q, http.StatusUnprocessableEntity, from, v, problem)
	}
	if q.form("do") == "decide" {
		return s.decideBatch(q, only, v, from)
	}
	if q.form("which") == "all" {
		only = nil
	}
	f, err := s.searchOf(q, from)
	if err != nil {
		return err
	}
	found, err := s.Moderation.Found(q.Context(), q.by, f.CaseQuery, only...)
	if err != nil {
		return err
	}
	b := bundleOf(found, v, q.by.Account)
	b.Said, b.Search, b.Back = v.decision(q.page, "").Text, from.Encode(), withQuery("/moderation/cases", from)
	if len(b.Cases) == 0 {
		return s.showCases(q, http.StatusUnprocessableEntity, from, v, q.page.say("None of these can be decided that way: they are about accounts, or were decided meanwhile."))
	}
	q.page.Tab = "moderation"
	return q.show("Decide about many", batchPage(q.page, b))
}

func casesIn(all []string) (out []social.CaseID) {
	for _, s := range all {
		if n, ok := id.Parse(s); ok && len(out) <= social.MaxBatch {
			out = append(out, social.CaseID(n))
		}
	}
	return out
}

// bundleOf leaves out what v cannot be decided about by somebody.
func bundleOf(found []social.Case, v verdict, by social.AccountID) (b bundle) {
	b.Wish = v
	people := map[social.AccountID]bool{}
	for _, c := range found {
		if v.Action.OfPost() && c.Post == 0 {
			b.Left++
			continue
		}
		b.Cases = append(b.Cases, c)
		b.Reports += c.Reports
		if p := c.Proposal; p.By != 0 && p.By != by && p.Decision.Action == v.Action {
			b.Agreed++
		}
		if c.Blind() {
			b.People++ // whether it is the same as another is not told
		} else {
			people[c.Account] = true
		}
	}
	b.People += len(people)
	return b
}

func (s *Site) decideBatch(q *ask, only []social.CaseID, v verdict, from url.Values) error {
	n, proposed, err := s.Moderation.DecideAll(q.Context(), q.by, only, v.decision(q.page, ""), v.Letter)
	if problem, ok := q.wrong(err); ok {
		return s.showCases(q, http.StatusUnprocessableEntity, from, v, problem+" "+q.page.say("%d of %d were decided or proposed before that.", n+proposed, len(only)))
	}
	if err != nil {
		return err
	}
	q.page.Tab = "moderation"
	return q.show("Decided", batchDone(q.page, n, proposed, len(only), v.Action, withQuery("/moderation/cases", from)))
}

// showAppeals lists the appeals that wait; one of them may have an answer that
// was not taken.
func (s *Site) showAppeals(q *ask, status int, which social.AppealID, answer, problem string) error {
	all, err := s.Moderation.Hearings(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab = "moderation"
	return q.showAs(status, "Appeals", appealsPage(q.page, all, which, answer, problem))
}

func (s *Site) hear(q *ask) error {
	which, answer, do := social.AppealID(q.number("appeal")), strings.TrimSpace(q.form("answer")), q.form("do")
	err := errs.New(errs.Invalid, "Choose whether the decision stands or is taken back.")
	if do == "approve" || do == "reject" {
		err = s.Moderation.Hear(q.Context(), q.by, which, do == "approve", answer)
	}
	if problem, ok := q.wrong(err); ok {
		return s.showAppeals(q, http.StatusUnprocessableEntity, which, answer, problem)
	}
	if err != nil {
		return err
	}
	q.say("heard-appeal")
	return q.to("/moderation/appeals")
}

// showWords shows what is kept ready to be said of decisions, and room for one
// more.
func (s *Site) showWords(q *ask, status int, all []social.Template, problem string) error {
	q.page.Tab = "moderation"
	return q.showAs(status, "Words kept ready", wordsPage(q.page, append(slices.Clone(all), social.Template{}), problem))
}

func (s *Site) saveWords(q *ask) error {
	house := q.page.House
	house.Templates = nil
	for i := range social.MaxTemplates + 1 {
		n := itoa(i)
		t := social.Template{Name: strings.TrimSpace(q.form("name_" + n)), Text: strings.TrimSpace(q.form("text_" + n)), Action: social.Action(q.form("action_" + n)), Harm: social.Harm(q.form("harm_" + n))}
		if t.Name != "" || t.Text != "" {
			house.Templates = append(house.Templates, t)
		}
	}
	err := s.Instance.SetSettings(q.Context(), q.by, house)
	if problem, ok := q.wrong(err); ok {
		return s.showWords(q, http.StatusUnprocessableEntity, house.Templates, problem)
	}
	return s.saved(q, err, "/moderation/words")
}
