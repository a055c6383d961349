package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const reportsPage = "/settings/reports"

// reportRule is how often somebody may report: a stranger by their address, a
// member by their account.
var reportRule = limit.Rule{Name: "report", Burst: 30, Per: time.Hour}

// strangerRule is how many letters the reports of strangers from one network get at
// once: the others wait until there is room.
var strangerRule = limit.Rule{Name: "stranger letters", Burst: social.MaxStrangerNetwork, Per: time.Hour}

func (s *Site) reportRoutes(r *router) {
	r.Do("GET "+reportPath, anyone, s.beginReport)
	for _, path := range []string{"/@{name}/report", "/@{name}/{post}/report"} {
		r.Do("GET "+path, anyone, func(q *ask) error { return s.showReport(q, http.StatusOK, complaint{}, "") })
		r.Do("POST "+path, anyone, s.sparing(reportRule, s.report))
	}
	r.Do("GET "+reportsPage, member, s.ownReports)
	r.Do("GET "+reportsPage+"/{report}", member, s.ownReport)
}

// A complaint is a report as its form has it.
type complaint struct {
	Of      *view.Face
	Post    *view.Seen // nil for the account
	Harm    social.Harm
	Rules   map[string]bool
	Comment string
	Name    string // of a stranger
	Email   string
	Good    bool // a stranger says that they believe it
	Forward bool
}

// action is where the form is sent.
func (c complaint) action() string {
	if c.Post != nil {
		return postURL(c.Post) + "/report"
	}
	return profileURL(c.Of.Account) + "/report"
}

// beginReport is the one way in: by the address of something here, or as somebody
// who writes for others.
func (s *Site) beginReport(q *ask) error {
	if class := social.Class(q.URL.Query().Get("kind")); slices.Contains(social.StrangerClasses, class) {
		return s.legalForm(q, class)
	}
	if strings.TrimSpace(q.URL.Query().Get("post")) == "" {
		return q.show("Report something", findReportPage(q.page, "", ""))
	}
	return s.sparing(searchRule, s.findReported)(q)
}

// findReported leads to the form about the post or account at an address.
func (s *Site) findReported(q *ask) error {
	at := strings.TrimSpace(q.URL.Query().Get("post"))
	if u, err := url.Parse(at); err == nil && strings.HasPrefix(u.Path, "/@") && (u.Host == "" || u.Host == s.host) {
		return q.to(local(strings.TrimSuffix(u.Path, "/")+"/report", "/report"))
	}
	path, err := s.pageAbout(q, at)
	if err != nil {
		return err
	}
	if strings.HasPrefix(path, "/@") {
		return q.to(path + "/report")
	}
	return q.showAs(http.StatusUnprocessableEntity, "Report something", findReportPage(q.page, at, q.page.say("Nothing here has that address. Copy it from the line at the top of your browser while you look at the post.")))
}

// reported is what the path names.
func (s *Site) reported(q *ask, c complaint) (complaint, error) {
	var err error
	if q.param("post") == "" {
		c.Of, err = s.named(q)
		return c, err
	}
	if c.Post, err = s.post(q); err != nil {
		return c, err
	}
	c.Of = c.Post.Author
	return c, nil
}

func (s *Site) showReport(q *ask, status int, c complaint, problem string) error {
	c, err := s.reported(q, c)
	if err != nil {
		return err
	}
	q.page.Head.Hide = true
	return q.showAs(status, "Report", reportPage(q.page, c, problem))
}

func complaintOf(q *ask) complaint {
	c := complaint{Harm: social.Harm(q.form("harm")), Comment: strings.TrimSpace(q.form("comment")), Name: strings.TrimSpace(q.form("reporter")), Email: strings.TrimSpace(q.form("email")),
		Good: q.ticked("good"), Forward: q.ticked("forward"), Rules: map[string]bool{}}
	for _, r := range q.PostForm["rule"] {
		c.Rules[r] = true
	}
	return c
}

// check reports what is missing in c, or nil.
func (c complaint) check(stranger bool) error {
	switch {
	case c.Harm == "":
		return errs.New(errs.Invalid, "Choose what it is about.")
	case !stranger:
		return nil
	case c.Comment == "":
		return errs.New(errs.Invalid, "Say in a few words what is wrong with it: nobody can ask you.")
	case !c.Good:
		return errs.New(errs.Invalid, "Confirm that you believe in good faith that what you say is right and complete.")
	case c.Email != "" && !strings.Contains(c.Email, "@"):
		return errs.New(errs.Invalid, "This is no e-mail address. Correct it, or leave it empty.")
	}
	return nil
}

func (s *Site) report(q *ask) error {
	c, err := s.reported(q, complaintOf(q))
	if err != nil {
		return err
	}
	r := social.Report{Target: c.Of.ID, Comment: c.Comment, Forward: c.Forward}
	if c.Post != nil {
		r.Posts = []social.PostID{c.Post.ID}
	}
	for _, rule := range q.page.House.Rules {
		if c.Rules[rule.ID] && c.Harm == social.HarmRules {
			r.Rules = append(r.Rules, rule.ID)
		}
	}
	stranger := !q.by.SignedIn()
	if err = c.check(stranger); err == nil {
		r.Harm, err = social.ParseHarm(string(c.Harm))
	}
	switch {
	case err != nil:
	case stranger:
		r.Channel, r.Contact, r.Crowd = social.ChannelStranger, strings.TrimSpace(c.Name+" "+c.Email), c.Email != "" && !s.Limiter.Take(strangerRule, social.NetworkOf(q.from())).OK
		r, err = s.Moderation.ReportUnknown(q.Context(), r)
	default:
		r.Channel = social.ChannelWeb
		r, err = s.Moderation.Report(q.Context(), q.by, r)
	}
	if problem, ok := q.wrong(err); ok {
		return s.showReport(q, http.StatusUnprocessableEntity, c, problem)
	}
	if err != nil {
		return err
	}
	if !stranger {
		return q.to(reportsPage + "/" + itoa(r.ID))
	}
	q.page.Head.Hide = true
	return q.show("Thank you", reportSent(q.page, r, s.receiptOf(q, r)))
}

func (s *Site) ownReports(q *ask) error {
	all, err := slice(q, linesOnPage, func(p social.Page) (view.Slice[moderation.Own], error) { return s.Moderation.Own(q.Context(), q.by, p) })
	if err != nil {
		return err
	}
	q.settle()
	return q.show("What you reported", reportSettings(q.page, all))
}

func (s *Site) ownReport(q *ask) error {
	r, err := s.Moderation.OwnOne(q.Context(), q.by, social.ReportID(q.number("report")))
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Your report", ownReportPage(q.page, r, s.receiptOf(q, r.Report)))
}

// receiptOf is what somebody who reported keeps. A report from before there was a
// log has none, and one that cannot be had now can be later.
func (s *Site) receiptOf(q *ask, r social.Report) string {
	if r.Evidence == 0 {
		return ""
	}
	b, err := s.Sealing.Receipt(q.Context(), r)
	if err != nil {
		s.Log.WarnContext(q.Context(), "a receipt cannot be made", "err", err)
	}
	return string(b)
}
