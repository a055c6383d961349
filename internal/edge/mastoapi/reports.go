package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/reports/
// https://docs.joinmastodon.org/methods/admin/reports/
func (a *API) reportRoutes() {
	a.do("POST /api/v1/reports", member("write:reports"), a.fileReport, &limitReport)
	a.do("GET /api/v1/admin/reports", staff(Moderator, "admin:read:reports"), a.reports)
	a.do("GET /api/v1/admin/reports/{id}", staff(Moderator, "admin:read:reports"), a.reportByID)
	a.do("PUT /api/v1/admin/reports/{id}", staff(Moderator, "admin:write:reports"), a.sortReport)
	a.do("POST /api/v1/admin/reports/{id}/assign_to_self", staff(Moderator, "admin:write:reports"), a.changeReport(func(q *request, r social.ReportID) error {
		return a.Moderation.Assign(q.Context(), q.By, r, true)
	}))
	a.do("POST /api/v1/admin/reports/{id}/unassign", staff(Moderator, "admin:write:reports"), a.changeReport(func(q *request, r social.ReportID) error {
		return a.Moderation.Assign(q.Context(), q.By, r, false)
	}))
	a.do("POST /api/v1/admin/reports/{id}/resolve", staff(Moderator, "admin:write:reports"), a.changeReport(func(q *request, r social.ReportID) error {
		return a.Moderation.Close(q.Context(), q.By, r, true)
	}))
	a.do("POST /api/v1/admin/reports/{id}/reopen", staff(Moderator, "admin:write:reports"), a.changeReport(func(q *request, r social.ReportID) error {
		return a.Moderation.Close(q.Context(), q.By, r, false)
	}))
}

// https://docs.joinmastodon.org/entities/Report/
type report struct {
	ID            string   `json:"id"`
	ActionTaken   bool     `json:"action_taken"`
	ActionTakenAt *string  `json:"action_taken_at"`
	Category      string   `json:"category"`
	Comment       string   `json:"comment"`
	Forwarded     bool     `json:"forwarded"`
	CreatedAt     string   `json:"created_at"`
	StatusIDs     []string `json:"status_ids"`
	RuleIDs       []string `json:"rule_ids"`
	CollectionIDs []string `json:"collection_ids"`
	Target        raw      `json:"target_account"`
	// Receipt is ours: what the log of evidence owes whoever reported, signed.
	Receipt string `json:"receipt,omitempty"`
}

func (r renderer) report(p social.Report, target *view.Face) report {
	return report{ID: num(p.ID), ActionTaken: p.Closed(), ActionTakenAt: stampOrNil(p.ClosedAt), Category: string(p.Category), Comment: p.Comment,
		Forwarded: p.Forward, CreatedAt: stamp(p.At), StatusIDs: nums(p.Posts), RuleIDs: notNil(p.Rules), CollectionIDs: nums(p.Collections), Target: r.accountJSON(target)}
}

func nums[ID ~int64](ids []ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = num(id)
	}
	return out
}

func (a *API) fileReport(q *request) (any, error) {
	wish := social.Report{Target: social.AccountID(q.bound("account_id")), Comment: q.str("comment"), Rules: q.strs("rule_ids"), Forward: q.flag("forward", false)}
	var err error
	if wish.Category, err = social.ParseReportCategory(q.str("category")); err != nil {
		return nil, err
	}
	ids, err := q.ids("status_ids")
	if err != nil {
		return nil, err
	}
	wish.Posts = named[social.PostID](ids)
	if ids, err = q.ids("collection_ids"); err != nil {
		return nil, err
	}
	wish.Collections = named[social.CollectionID](ids)
	r, err := a.Moderation.Report(q.Context(), q.By, wish)
	if err != nil {
		return nil, err
	}
	target, err := a.View.Face(q.Context(), r.Target)
	if err != nil {
		return nil, err
	}
	out := a.render.report(r, target)
	if r.Evidence != 0 { // one is from before there was a log
		receipt, err := a.Sealing.Receipt(q.Context(), r)
		if err != nil {
			return nil, err
		}
		out.Receipt = string(receipt)
	}
	return out, nil
}

// https://docs.joinmastodon.org/entities/Admin_Report/
type adminReport struct {
	ID            string        `json:"id"`
	ActionTaken   bool          `json:"action_taken"`
	ActionTakenAt *string       `json:"action_taken_at"`
	Category      string        `json:"category"`
	Comment       string        `json:"comment"`
	Forwarded     bool          `json:"forwarded"`
	CreatedAt     string        `json:"created_at"`
	UpdatedAt     string        `json:"updated_at"`
	Account       adminAccount  `json:"account"`
	Target        adminAccount  `json:"target_account"`
	Assigned      *adminAccount `json:"assigned_account"`
	ClosedBy      *adminAccount `json:"action_taken_by_account"`
	Statuses      raw           `json:"statuses"`
	Rules         []rule        `json:"rules"`
	Collections   []collection  `json:"collections"`
}

func (r renderer) adminReport(c moderation.Filed, reader social.AccountID) adminReport {
	out := adminReport{ID: num(c.ID), ActionTaken: c.Report.Closed(), ActionTakenAt: stampOrNil(c.ClosedAt), Category: string(c.Category), Comment: c.Comment,
		Forwarded: c.Forward, CreatedAt: stamp(c.At), UpdatedAt: stamp(c.Changed), Account: r.adminAccount(c.Reporter), Target: r.adminAccount(c.Target),
		Statuses: r.statuses(c.Posts, reader), Rules: []rule{}, Collections: each(c.Collections, r.collection)}
	if c.Assigned != nil {
		one := r.adminAccount(*c.Assigned)
		out.Assigned = &one
	}
	if c.Closer != nil {
		one := r.adminAccount(*c.Closer)
		out.ClosedBy = &one
	}
	for _, x := range c.Rules {
		out.Rules = append(out.Rules, rule(x))
	}
	return out
}

func (a *API) reports(q *request) (any, error) {
	wish := social.ReportQuery{Closed: q.flag("resolved", false), Reporter: social.AccountID(q.bound("account_id")), Target: social.AccountID(q.bound("target_account_id")), Known: true}
	s, err := a.Moderation.Reports(q.Context(), q.By, wish, q.page(moderation.DefaultPage, moderation.MaxPage))
	if err != nil {
		return nil, err
	}
	out := []adminReport{}
	for _, c := range s.Items {
		out = append(out, a.render.adminReport(c, q.By.Account))
	}
	link(q, s)
	return out, nil
}

func (a *API) reportByID(q *request) (any, error) {
	c, err := a.Moderation.Get(q.Context(), q.By, social.ReportID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.adminReport(c, q.By.Account), nil
}

// changeReport does something to a report and shows it.
func (a *API) changeReport(do func(q *request, which social.ReportID) error) func(*request) (any, error) {
	return func(q *request) (any, error) {
		if err := do(q, social.ReportID(q.pathID())); err != nil {
			return nil, err
		}
		return a.reportByID(q)
	}
}

func (a *API) sortReport(q *request) (any, error) {
	var category *social.ReportCategory
	if q.has("category") {
		c, err := social.ParseReportCategory(q.str("category"))
		if err != nil {
			return nil, err
		}
		category = &c
	}
	if err := a.Moderation.Sort(q.Context(), q.By, social.ReportID(q.pathID()), category, q.optStrs("rule_ids")); err != nil {
		return nil, err
	}
	return a.reportByID(q)
}

// https://docs.joinmastodon.org/entities/AccountWarning/
type warning struct {
	ID        string    `json:"id"`
	Action    string    `json:"action"`
	Text      string    `json:"text"`
	StatusIDs []string  `json:"status_ids"`
	Target    raw       `json:"target_account"`
	Appeal    *struct{} `json:"appeal"`
	CreatedAt string    `json:"created_at"`
}

// actions is what Mastodon calls them.
var actions = map[social.Action]string{social.Warn: "none", social.Veil: "sensitive", social.Disable: "disable", social.Limit: "silence", social.Suspend: "suspend",
	social.LabelPost: "mark_statuses_as_sensitive", social.LimitPost: "none", social.HidePost: "delete_statuses", social.DeletePost: "delete_statuses"}

func (r renderer) warning(d social.Decision, target *view.Face) warning {
	return warning{ID: num(d.ID), Action: actions[d.Action], Text: d.Text, StatusIDs: nums(d.Posts), Target: r.accountJSON(target), CreatedAt: stamp(d.At)}
}

// official is what a notice of the house is about, as far as it is one.
func (r renderer) official(t notices.Told) (p *report, w *warning) {
	if t.Report != nil {
		one := r.report(t.Report.Report, t.Report.Target)
		p = &one
	}
	if t.Decision != nil {
		one := r.warning(*t.Decision, t.From)
		w = &one
	}
	return p, w
}
