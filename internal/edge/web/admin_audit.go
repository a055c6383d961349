package web

import (
	"net/url"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/audit"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const auditPage = adminPage + "/audit"

var auditKinds = map[audit.Kind]string{audit.Decisions: msg("Decisions and appeals"), audit.Cases: msg("Cases"), audit.People: msg("Who may join, and roles"), audit.House: msg("Rules and settings"),
	audit.Hosts: msg("Other servers, networks, relays"), audit.Looks: msg("What was shown that is not for everybody"), audit.Legal: msg("Holds, and notices that were answered")}

// auditActs is what was done.
var auditActs = map[audit.What]string{
	audit.Appeal: msg("Answered an appeal"), audit.Override: msg("Decided otherwise than a jury"), audit.Proposal: msg("A grave decision for two"),
	audit.Took: msg("Took a case"), audit.Sorted: msg("Sorted a case anew"), audit.Told: msg("Wrote down that an authority or a hotline was told"),
	audit.Configured: msg("Changed how the house works"), audit.Rule: msg("Changed a rule"), audit.Measure: msg("Changed what is done about others"),
	audit.Hold: msg("A hold"), audit.Answer: msg("Answered a notice"),
	audit.HeldName: msg("Kept a name for somebody"), audit.LinkedName: msg("Made a link for a name that is kept"), audit.UnlinkedName: msg("Ended the link for a name that is kept"), audit.ReleasedName: msg("Let a name go that was kept"),
	audit.SawPost: msg("Was shown a post that is not for everybody"), audit.SawAddress: msg("Was shown e-mail addresses"),
}

// didWhat is what an act was, to be said.
func didWhat(a audit.Act) string {
	if a.What == audit.Decided || a.Kind == audit.People {
		return didName(a.Action)
	}
	return auditActs[a.What]
}

// A trail is a page of what the staff did.
type trail struct {
	audit.Wish
	audit.Page
	Staff []*view.Face
}

// by is who is asked for, as a form has it.
func (t trail) by() string {
	if t.By == 0 {
		return ""
	}
	return itoa(t.By)
}

// page is a piece of the list.
func (t trail) page(before int64) string {
	v := url.Values{}
	if t.Kind != "" {
		v.Set("kind", string(t.Kind))
	}
	if t.By != 0 {
		v.Set("by", itoa(t.By))
	}
	if before > 0 {
		v.Set("before", itoa(before))
	}
	return withQuery(auditPage, v)
}

func (s *Site) auditTrail(q *ask) (err error) {
	v := q.URL.Query()
	t := trail{Wish: audit.Wish{Kind: audit.Kind(v.Get("kind"))}}
	if auditKinds[t.Kind] == "" {
		t.Kind = ""
	}
	by, _ := id.Parse(v.Get("by"))
	before, _ := strconv.ParseInt(v.Get("before"), 10, 64)
	t.By, t.Before = social.AccountID(by), max(before, 0)
	if t.Page, err = s.Audit.Acts(q.Context(), q.by, t.Wish); err != nil {
		return err
	}
	if t.Staff, err = s.Audit.Staff(q.Context(), q.by); err != nil {
		return err
	}
	q.page.Tab, q.page.Wide = "admin", true
	return q.show("What the staff did", auditBody(q.page, t))
}
