// Package audit is who of the staff did what, read from the log of evidence. In
// the log they stand under pseudonyms; here those who are of the staff have their
// names. What machines, juries and other servers did is not told.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service tells it, to admins.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{s, v} }

// Limits of a page.
const (
	PageActs = 50
	// window is how many records are looked through at once, and maxLooked for one
	// page: who did little is found in several steps.
	window    = 500
	maxLooked = 10 * window
	// maxChanges is how many of the changes of one record are told.
	maxChanges = 5
)

// A Kind is what records are about.
type Kind string

// The kinds.
const (
	Decisions Kind = "decisions" // about posts and accounts, and appeals
	Cases     Kind = "cases"     // who took which, and how they were sorted
	People    Kind = "people"    // who may join, and what they may do
	House     Kind = "house"     // its rules and how it works
	Hosts     Kind = "hosts"     // and networks and relays
	Looks     Kind = "looks"     // what was shown that is not for everybody
	Legal     Kind = "legal"     // holds, and notices that were answered
)

// Kinds are all of them, in the order in which they are offered.
var Kinds = []Kind{Decisions, Cases, People, House, Hosts, Looks, Legal}

// kinds are the records of which some are told.
var kinds = map[evidence.Type]Kind{
	evidence.TypeDecision: Decisions, evidence.TypeAppealDecision: Decisions, evidence.TypeOverride: Decisions, evidence.TypeProposal: Decisions,
	evidence.TypeAssign: Cases, evidence.TypeTriage: Cases, evidence.TypeExternalReport: Cases,
	evidence.TypeConfig: House, evidence.TypePolicy: House, evidence.TypeMeasure: Hosts, evidence.TypeAccess: Looks,
	evidence.TypeHold: Legal, evidence.TypeHostAnswer: Legal,
}

// What somebody did.
type What string

// What can have been done. Of a decision, and of what is about people, the action says
// more.
const (
	Decided    = What(evidence.TypeDecision)
	Configured = What(evidence.TypeConfig)
	Appeal     = What(evidence.TypeAppealDecision) // it was answered
	Override   = What(evidence.TypeOverride)       // of a jury
	Proposal   = What(evidence.TypeProposal)
	Took       = What(evidence.TypeAssign) // a case
	Sorted     = What(evidence.TypeTriage)
	Told       = What(evidence.TypeExternalReport)
	Rule       = What(evidence.TypePolicy)
	Measure    = What(evidence.TypeMeasure)
	Hold       = What(evidence.TypeHold)
	Answer     = What(evidence.TypeHostAnswer)
	SawPost    = What(evidence.AccessPost)
	SawAddress = What(evidence.AccessAddress)

	HeldName     = What(evidence.NameHeld)
	LinkedName   = What(evidence.NameLinked)
	UnlinkedName = What(evidence.NameUnlinked)
	ReleasedName = What(evidence.NameReleased)
)

// aboutNames are the changes of how things are that are about a name that is kept.
var aboutNames = []What{HeldName, LinkedName, UnlinkedName, ReleasedName}

// Whats is all that can have been done.
func Whats() []What {
	out := append([]What{SawPost, SawAddress}, aboutNames...)
	for t := range kinds {
		if t != evidence.TypeAccess { // its outcomes say more
			out = append(out, What(t))
		}
	}
	return out
}

func whatOf(l evidence.Leaf) What {
	did := What(l.Outcome)
	if l.Type == evidence.TypeAccess || l.Type == evidence.TypeConfig && slices.Contains(aboutNames, did) {
		return did
	}
	return What(l.Type)
}

// aboutPeople are the outcomes of a change of how things are that are about somebody.
var aboutPeople = []social.Action{social.Admit, social.TurnDown, social.Expel, social.ChangeRole, social.ChangeEntry, social.Confirm, social.Unconfirm}

func kindOf(l evidence.Leaf) Kind {
	if l.Type == evidence.TypeConfig && slices.Contains(aboutPeople, social.Action(l.Outcome)) {
		return People
	}
	return kinds[l.Type]
}

// A Wish says which acts are asked for.
type Wish struct {
	Kind   Kind             // empty for all
	By     social.AccountID // zero for everybody
	Before int64            // a place in the log; zero for its end
}

// An Act is something that somebody of the staff did.
type Act struct {
	Index   int64 // of the record
	At      time.Time
	Kind    Kind
	What    What
	By      *view.Face // nil for the console, and for who is not of the staff any more
	Alias   string     // what the log calls them, with their role
	Action  social.Action
	About   *view.Face // nil where it is about nobody, or they are gone
	Subject string     // what it is about, in the words of the log: an address, a host, a setting
	From    string     // how that was
	To      string     // and is
	Case    social.CaseID
	Erased  bool // what it said is gone

	by, about social.AccountID
}

// A Page is some of them, the newest first.
type Page struct {
	Acts []Act
	Next int64 // where an older page begins; zero if there is none
}

// Acts is a page of what the staff did.
func (s *Service) Acts(ctx context.Context, by social.Actor, w Wish) (p Page, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return p, err
	}
	if w.Kind != "" && !slices.Contains(Kinds, w.Kind) {
		return p, errs.New(errs.Invalid, "Choose from the list what it is about.")
	}
	if err := s.store.Read(ctx, func(v *store.View) error {
		p, err = s.acts(ctx, v, w)
		return err
	}); err != nil {
		return p, fmt.Errorf("what the staff did: %w", err)
	}
	return p, s.faces(ctx, p.Acts)
}

func (s *Service) acts(ctx context.Context, v *store.View, w Wish) (p Page, err error) {
	end, err := v.EvidenceSize(ctx)
	if err != nil {
		return p, err
	}
	if w.Before > 0 {
		end = min(end, w.Before)
	}
	n, err := newNames(ctx, v)
	if err != nil {
		return p, err
	}
	for looked := 0; looked < maxLooked && end > 0; looked += window {
		from := max(end-window, 0)
		records, err := v.EvidenceAmong(ctx, typesOf(w.Kind), from, end, window)
		if err != nil {
			return p, err
		}
		decided, err := decisionsOf(ctx, v, records)
		if err != nil {
			return p, err
		}
		for _, r := range records {
			a, ok, err := n.act(ctx, v, r, decided[r.ID])
			if err != nil {
				return p, err
			}
			if !ok || w.Kind != "" && a.Kind != w.Kind || w.By != 0 && a.by != w.By {
				continue
			}
			p.Acts = append(p.Acts, a)
			if len(p.Acts) == PageActs {
				p.Next = r.Index
				return p, nil
			}
		}
		end = from
	}
	p.Next = end
	return p, nil
}

// typesOf are the types of records that a kind is in.
func typesOf(k Kind) (out []evidence.Type) {
	for t, is := range kinds {
		if k == "" || is == k || k == People && t == evidence.TypeConfig {
			out = append(out, t)
		}
	}
	return out
}

// decisionsOf are the decisions that records are of, by the records. Both are of the
// same moment.
func decisionsOf(ctx context.Context, v *store.View, records []store.Record) (map[social.EvidenceID]social.Decision, error) {
	if len(records) == 0 {
		return nil, nil
	}
	oldest := records[0].ID
	for _, r := range records {
		oldest = min(oldest, r.ID)
	}
	all, err := v.DecisionsAfter(ctx, social.DecisionID(id.Floor(id.Time(int64(oldest))))-1, 2*window)
	out := map[social.EvidenceID]social.Decision{}
	for _, d := range all {
		out[d.Evidence] = d
	}
	return out, err
}

// said is what the bodies of all those records have in common.
type said struct {
	By      string             `json:"by"`
	Second  string             `json:"second"`
	From    string             `json:"from"`
	To      string             `json:"to"`
	What    string             `json:"what"`
	Subject string             `json:"subject"`
	Case    string             `json:"case"`
	Action  string             `json:"action"`
	Text    string             `json:"text"`
	Changes []evidence.Changed `json:"changes"`
}

// act is what a record tells of somebody of the staff; ok is false if it tells of
// nobody.
func (n *names) act(ctx context.Context, v *store.View, r store.Record, d social.Decision) (a Act, ok bool, err error) {
	l, err := evidence.ParseLeaf([]byte(r.Leaf))
	if err != nil {
		return a, false, err
	}
	a = Act{Index: r.Index, At: time.UnixMilli(l.At).UTC(), Kind: kindOf(l), What: whatOf(l), by: d.By, about: d.Account, Action: d.Action, Erased: r.Body == nil}
	if a.about == 0 {
		a.about = r.About
	}
	if a.Erased {
		return a, d.ID != 0 && d.Decider == social.ByPerson, nil
	}
	var b said
	if err := json.Unmarshal(r.Body, &b); err != nil {
		return a, false, fmt.Errorf("record %d: %w", r.Index, err)
	}
	a.Alias, a.Subject, a.From, a.To = b.By, b.Subject, b.From, b.To
	if b.Action != "" {
		a.Action = social.Action(b.Action)
	}
	if which, is := id.Parse(b.Case); is {
		a.Case = social.CaseID(which)
	}
	a.told(l, b)
	if a.by == 0 {
		a.by, err = n.who(ctx, v, a.Alias, id.Time(int64(r.ID)))
	}
	return a, staffed(a.Alias), err
}

// told puts into a what only some types have.
func (a *Act) told(l evidence.Leaf, b said) {
	switch l.Type {
	case evidence.TypeAssign:
		a.Alias, a.To = b.To, ""
	case evidence.TypeConfig:
		if a.Subject = b.What; slices.Contains(aboutNames, a.What) { // which, only its alias says
			a.Subject, a.To = b.To, ""
		}
		if a.Kind == People { // the account stands under an alias there
			a.Action, a.Subject, a.From, a.To = social.Action(l.Outcome), "", "", strings.TrimSpace(strings.Join(strings.SplitN(b.To, " is ", 2)[1:], ""))
		}
	case evidence.TypeHold, evidence.TypeAppealDecision, evidence.TypeHostAnswer:
		a.To = l.Outcome
	case evidence.TypePolicy:
		a.Subject = b.Text
	case evidence.TypeAccess:
		a.To = b.What
	case evidence.TypeMeasure:
		var all []string
		for _, c := range b.Changes[:min(len(b.Changes), maxChanges)] {
			all = append(all, c.Target)
			a.From, a.To = c.From, c.To
		}
		if a.Subject = strings.Join(all, ", "); len(b.Changes) > 1 {
			a.From, a.To = "", ""
		}
		if len(b.Changes) > maxChanges {
			a.Subject += ", …"
		}
	case evidence.TypeProposal:
		if b.Second != "" {
			a.Alias = b.Second
		}
	}
}

// faces puts names to those whom acts are by and about.
func (s *Service) faces(ctx context.Context, all []Act) error {
	var ids []social.AccountID
	for _, a := range all {
		ids = append(ids, a.by, a.about)
	}
	slices.Sort(ids)
	found, err := s.view.Faces(ctx, slices.DeleteFunc(slices.Compact(ids), func(a social.AccountID) bool { return a == 0 }))
	by := map[social.AccountID]*view.Face{}
	for _, f := range found {
		by[f.ID] = f
	}
	for i := range all {
		all[i].By, all[i].About = by[all[i].by], by[all[i].about]
	}
	return err
}

// Staff are those by whom one can ask for acts.
func (s *Service) Staff(ctx context.Context, by social.Actor) (out []*view.Face, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return nil, err
	}
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) (err error) { ids, err = v.Staff(ctx); return err }); err != nil {
		return nil, err
	}
	return s.view.Faces(ctx, ids)
}
