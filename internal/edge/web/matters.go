package web

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	mattersPage   = "/moderation/matters"
	mattersOnPage = 30
)

// Matters: what hosts, authorities and others told the house, for the staff.
func (s *Site) matterRoutes(r *router) {
	r.Do("GET /moderation/matters", moderator, s.showMatters)
	r.Do("GET /moderation/matters/new", moderator, func(q *ask) error { return s.showNewMatter(q, http.StatusOK, "") })
	r.Do("POST /moderation/matters/new", moderator, s.takeMatter)
	r.Do("POST /moderation/matters/together", moderator, s.takeTogether)
	r.Do("GET /moderation/matters/days", admin, func(q *ask) error { return s.showMatterDays(q, http.StatusOK, "") })
	r.Do("POST /moderation/matters/days", admin, s.saveMatterDays)
	r.Do("GET /moderation/matters/{matter}", moderator, func(q *ask) error { return s.showMatter(q, http.StatusOK, nil, "") })
	r.Do("GET /moderation/matters/{matter}/raw.txt", moderator, s.rawMatter)
	r.Do("GET /moderation/matters/{matter}/evidence.evz", moderator, s.matterEvidence)
	r.Do("POST /moderation/matters/{matter}/answer", moderator, s.answerMatter)
	r.Do("POST /moderation/matters/{matter}/case", moderator, s.bringMatter)
	r.Do("POST /moderation/matters/{matter}/extend", moderator, s.extendMatter)
	r.Do("POST /moderation/matters/{matter}/move", moderator, s.moveMatter)
	r.Do("POST /moderation/matters/{matter}/note", moderator, s.noteMatter)
}

func (q *ask) matter() social.MatterID { return social.MatterID(q.number("matter")) }

func matterURL(which social.MatterID) string { return mattersPage + "/" + itoa(which) }

// matterList is what the page of matters shows.
type matterList struct {
	waiting       []matters.Row
	tray          []matters.Row
	floods        []matters.Flood
	desk, unknown int // how many wait, here and in the tray
	all           view.Slice[social.Matter]
	more          bool
}

func (s *Site) showMatters(q *ask) (err error) {
	if v := q.URL.Query(); v.Has("host") || v.Has("network") {
		return s.showFlood(q, http.StatusOK, matters.Source{Host: v.Get("host"), Network: v.Get("network")}, "", "")
	}
	var l matterList
	waiting, err := s.Matters.Waiting(q.Context(), q.by)
	if err != nil {
		return err
	}
	tray, err := s.Matters.Tray(q.Context(), q.by)
	if err != nil {
		return err
	}
	l.waiting, l.tray, l.desk, l.unknown = matters.Folded(waiting), matters.Folded(tray), len(waiting), len(tray)
	l.floods = matters.Floods(tray)
	if l.all, err = s.Matters.All(q.Context(), q.by, q.pageOf(mattersOnPage)); err != nil {
		return err
	}
	l.more = len(l.all.Items) == mattersOnPage
	l.all.Items = slices.DeleteFunc(l.all.Items, func(m social.Matter) bool { return m.Status.Waits() })
	q.page.Head.Hide = true
	q.settle()
	return q.show("Notices with a clock", mattersList(q.page, l))
}

// A floodList is what the page of a flood shows.
type floodList struct {
	matters.Source
	rows           []matters.Row
	alike          []social.Matter // what can be taken together
	senders        int
	problem, words string
}

// floodURL is where what comes from one place stands.
func floodURL(s matters.Source) string {
	if s.Network != "" {
		return withQuery(mattersPage, url.Values{"network": {s.Network}})
	}
	return withQuery(mattersPage, url.Values{"host": {s.Host}})
}

// ids names what can be taken together: what comes after it was shown is not.
func (l floodList) ids() string {
	var out []string
	for _, m := range l.alike {
		out = append(out, itoa(m.ID))
	}
	return strings.Join(out, ",")
}

// showFlood shows all that waits of one place, so that it can be taken together.
func (s *Site) showFlood(q *ask, status int, of matters.Source, problem, words string) error {
	tray, err := s.Matters.Tray(q.Context(), q.by)
	if err != nil {
		return err
	}
	l, senders := floodList{Source: of, problem: problem, words: words}, map[string]bool{}
	for _, m := range tray {
		if !of.Sent(m) {
			continue
		}
		l.rows = append(l.rows, matters.Row{Matter: m})
		senders[strings.ToLower(m.From.Email)] = true
		if !m.Class.Urgent() {
			l.alike = append(l.alike, m)
		}
	}
	l.senders = len(senders)
	q.page.Head.Hide = true
	q.settle()
	return q.showAs(status, "Notices from one place", floodPage(q.page, l))
}

// takeTogether does the same about all that was shown of a place.
func (s *Site) takeTogether(q *ask) error {
	of, words := matters.Source{Host: q.form("host"), Network: q.form("network")}, strings.TrimSpace(q.form("answer"))
	var which []social.MatterID
	for _, one := range strings.Split(q.form("matters"), ",") {
		if n, ok := id.Parse(one); ok {
			which = append(which, social.MatterID(n))
		}
	}
	switch q.form("do") {
	case "close":
		words = ""
	default:
		if words == "" {
			return s.showFlood(q, http.StatusUnprocessableEntity, of, q.page.say("Say what was done, or close them without an answer."), "")
		}
	}
	n, err := s.Matters.Together(q.Context(), q.by, which, words)
	if problem, ok := q.wrong(err); ok {
		return s.showFlood(q, http.StatusUnprocessableEntity, of, problem, words)
	}
	if err != nil {
		return err
	}
	if n < len(which) {
		return s.showFlood(q, http.StatusOK, of, q.page.say("%d of them were left as they are: somebody else has seen to them meanwhile, or they are to be looked at by themselves.", len(which)-n), "")
	}
	q.say("together")
	return q.to(mattersPage)
}

func (s *Site) showNewMatter(q *ask, status int, problem string) error {
	q.settle()
	return q.showAs(status, "A notice came", newMatter(q.page, problem))
}

// takeMatter makes a matter of what came to the staff: a file, or text.
func (s *Site) takeMatter(q *ask) error {
	d, err := s.broughtMatter(q)
	var m social.Matter
	if err == nil {
		m, err = s.Matters.Take(q.Context(), q.by, d)
	}
	if err != nil && errs.KindOf(err) == errs.Invalid {
		return s.showNewMatter(q, http.StatusUnprocessableEntity, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	q.say("taken")
	return q.to(matterURL(m.ID))
}

func (s *Site) broughtMatter(q *ask) (d social.MatterDraft, err error) {
	raw, pasted := []byte(q.form("text")), true
	if file, head, err := q.FormFile("file"); err == nil && head.Size > 0 {
		defer file.Close()
		if raw, err = io.ReadAll(io.LimitReader(file, social.MaxMatterRaw+1)); err != nil {
			return d, err
		}
		pasted = false
	}
	d, err = s.config.ReadNotice(raw, s.config.Clock())
	if err != nil && pasted && len(raw) <= social.MaxMatterRaw && strings.TrimSpace(string(raw)) != "" { // without the head of a mail
		d, err = s.config.ReadWords(string(raw)), nil
	}
	if err != nil {
		return d, err
	}
	d.Raw, d.Channel = raw, social.ByStaff
	if class := social.Class(q.form("class")); class != "" {
		d.Class = class
	}
	if harm := social.Harm(q.form("category")); harm != "" {
		d.Category = harm
	}
	for field, to := range map[string]*string{"ref": &d.Ref, "email": &d.From.Email, "law": &d.Law} {
		if wish := strings.TrimSpace(q.form(field)); wish != "" {
			*to = wish
		}
	}
	d.Addresses = append(d.Addresses, strings.Fields(q.form("addresses"))...)
	hours, err := hoursOf(q.form("hours"))
	d.Lasts = hours
	return d, err
}

// hoursOf reads how many hours there are; empty is zero.
func hoursOf(s string) (time.Duration, error) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 366*24 {
		return 0, errs.New(errs.Invalid, "Write for how many hours there is time, as a number.")
	}
	return time.Duration(n) * time.Hour, nil
}

func (s *Site) showMatter(q *ask, status int, problem error, words string) error {
	f, err := s.Matters.Get(q.Context(), q.by, q.matter())
	if err != nil {
		return err
	}
	if words == "" {
		words = matters.Draft(f, q.page.House.Title)
	}
	again, err := s.Matters.Joined(q.Context(), q.by, f.ID)
	if err != nil {
		return err
	}
	said := ""
	if problem != nil {
		said = q.page.fault(problem)
	}
	sentence, _ := errs.Sentence(problem)
	q.settle()
	return q.showAs(status, matterName(f.Class), matterPage(q.page, f, again, said, words, !strings.Contains(sentence, "evidence")))
}

// changed shows what did not work on the matter's page, or that it did.
func (s *Site) changedMatter(q *ask, err error, say, words string) error {
	if k := errs.KindOf(err); err != nil && (k == errs.Invalid || k == errs.Conflict) {
		return s.showMatter(q, http.StatusUnprocessableEntity, err, words)
	}
	if err != nil {
		return err
	}
	q.say(say)
	return q.to(matterURL(q.matter()))
}

func (s *Site) answerMatter(q *ask) error {
	words := q.form("answer")
	answer := s.Matters.AnswerBare
	if q.ticked("evidence") {
		answer = s.Matters.Answer
	}
	return s.changedMatter(q, answer(q.Context(), q.by, q.matter(), words), "answered", words)
}

// bringMatter leads to the case about something that a matter names.
func (s *Site) bringMatter(q *ask) error {
	c, err := s.Matters.Bring(q.Context(), q.by, q.matter(), q.form("address"))
	if err != nil {
		return s.changedMatter(q, err, "", "")
	}
	return q.to(round{Matter: q.matter()}.page(c))
}

func (s *Site) matterEvidence(q *ask) error {
	b, err := s.Matters.Evidence(q.Context(), q.by, q.matter())
	return q.evidence(b, err)
}

func (s *Site) extendMatter(q *ask) error {
	f, err := s.Matters.Get(q.Context(), q.by, q.matter())
	if err != nil {
		return err
	}
	more, err := hoursOf(q.form("hours"))
	if err == nil {
		err = s.Matters.Extend(q.Context(), q.by, f.ID, f.Span.Due.Add(more))
	}
	return s.changedMatter(q, err, "saved", "")
}

func (s *Site) moveMatter(q *ask) error {
	return s.changedMatter(q, s.Matters.Move(q.Context(), q.by, q.matter(), social.MatterStatus(q.form("to"))), "saved", "")
}

func (s *Site) noteMatter(q *ask) error {
	return s.changedMatter(q, s.Matters.Remark(q.Context(), q.by, q.matter(), q.form("note")), "saved", "")
}

func (s *Site) rawMatter(q *ask) error {
	b, err := s.Matters.Raw(q.Context(), q.by, q.matter())
	if err != nil {
		return err
	}
	return q.download("notice-"+itoa(q.matter())+".txt", "text/plain; charset=utf-8", func(w io.Writer) error { _, err := w.Write(b); return err })
}

func (s *Site) showMatterDays(q *ask, status int, problem string) error {
	zone, days, err := s.Matters.Calendar(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Days on which nobody works", matterDays(q.page, zone, strings.Join(days, "\n"), problem))
}

func (s *Site) saveMatterDays(q *ask) error {
	err := s.Matters.SetCalendar(q.Context(), q.by, strings.TrimSpace(q.form("zone")), strings.Fields(q.form("days")))
	if err != nil && errs.KindOf(err) == errs.Invalid {
		return s.showMatterDays(q, http.StatusUnprocessableEntity, q.page.fault(err))
	}
	return s.saved(q, err, mattersPage)
}

// matterName is what a class is called.
func matterName(c social.Class) string {
	if t, ok := c.Timing(); ok {
		return t.Name
	}
	return string(c)
}

// What social.Timings are called, and how things that a matter names stand.
var _ = []string{
	msg("Order to remove terrorist content"), msg("Report of something that may do harm"), msg("Suspicion of a threat to somebody's life or safety"), msg("Sexual abuse of children"), msg("Reasons to whom a restriction is about"),
	msg("Notice of the house's own provider"), msg("Order of an authority"), msg("Notice of a holder of rights"), msg("Report"), msg("Intimate images without consent"), msg("Personal data got out"), msg("Notice of something illegal"),
	msg("Complaint about a decision"), msg("Counter-notice to a holder of rights"), msg("Request about one's own data"), msg("Yearly report"), msg("Time to appeal"), msg("Terrorist content is kept"),
	msg("What was reported as abuse of children is kept"), msg("A suspended account is kept"),

	msg("Nothing of ours is at this address."), msg("It was deleted."), msg("The account was deleted, and all that was in it."), msg("The account is suspended: neither it nor what it posted can be reached."),
	msg("The account is limited: nobody is led to it or to what it posted."), msg("It is hidden: nobody can reach it."), msg("Nobody is led to it any more who does not follow its author."), msg("It was put behind a warning."),
	msg("It was looked at, and is still there."),
}

// matterStates are the statuses as the page says them.
var matterStates = map[social.MatterStatus]string{
	social.MatterOpen: msg("waits for an answer"), social.MatterExtended: msg("waits for an answer, with more time"), social.MatterAnswered: msg("was answered"),
	social.MatterDisputed: msg("was answered, and they disagree"), social.MatterClosed: msg("is closed"),
	social.MatterJoined: msg("is counted with another"),
}

// matterEnds are the statuses of those that wait no more, as sentences.
var matterEnds = map[social.MatterStatus]string{social.MatterAnswered: msg("It was answered"), social.MatterClosed: msg("It is closed"), social.MatterJoined: msg("It is counted with another")}

// matterMoves are what the buttons say that have it stand otherwise.
var matterMoves = map[social.MatterStatus]string{social.MatterDisputed: msg("They disagree"), social.MatterClosed: msg("Close it")}

// left is how much time there is, in words.
func (f *frame) left(s social.Span) string {
	d := s.Due.Sub(f.Now)
	if d <= 0 {
		return f.say("overdue by %s", f.roughly(-d))
	}
	return f.say("%s left", f.roughly(d))
}

func (f *frame) roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return f.say("less than a minute")
	case d < time.Hour:
		return f.say("%d minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return f.say("%d hours", int(d/time.Hour))
	}
	return f.say("%d days", int(d/(24*time.Hour)))
}

// urgency is how the time that is left looks.
func (f *frame) urgency(s social.Span) string {
	switch p := s.Reached(f.Now); {
	case p >= 75:
		return "late"
	case p >= 50:
		return "soon"
	}
	return ""
}
