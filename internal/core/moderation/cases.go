package moderation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// CasesPage is how many cases a list shows at once.
	CasesPage = 50
	// MaxCasePages is how far a list goes.
	MaxCasePages = 200
	// maxShown is how many reports of a case are shown with it.
	maxShown = 100
	// maxCounted is how far cases are counted.
	maxCounted = 100_000
)

// A File is a case as the staff sees it.
type File struct {
	social.Case
	About     Dossier
	Post      *view.Seen                  // nil for an account, and for a post that is gone
	Claimer   *Dossier                    // nil for nobody
	Reports   []Filed                     // the first of them; see Case.Reports for how many
	Weights   map[social.AccountID]Weight // how right those who reported were so far
	Notes     []Note
	Decisions []social.Decision // what was decided about the account before
	Strikes   int               // how many of those count now
	Others    int               // other open cases about the account
	Proposer  *Dossier
}

// A Weight is how right somebody's last reports were.
type Weight struct{ Right, Wrong int }

// A Note is what somebody of the staff wrote to the others.
type Note struct {
	social.CaseNote
	By *Dossier // nil for somebody who is gone
}

// Cases is a page of cases, the gravest first, and how many there are in all. It
// is for moderators, who do not see those about themselves.
func (s *Service) Cases(ctx context.Context, by social.Actor, q social.CaseQuery, page int) (all []File, total int, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, 0, err
	}
	q.Not, q.Judges, q.Words = by.Account, by.Judges(), strings.ToLower(tidy(q.Words))
	page = max(0, min(page, MaxCasePages))
	var cs []social.Case
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if cs, err = v.Cases(ctx, q, CasesPage, page*CasesPage); err != nil {
			return err
		}
		total, err = v.CountCases(ctx, q, maxCounted)
		return err
	}); err != nil {
		return nil, 0, fmt.Errorf("list cases: %w", err)
	}
	all, err = s.files(ctx, by, "a list of cases", cs)
	return all, total, err
}

// Found are the open cases that are looked for, the gravest first and no more than
// fit in one batch; or those of only, if any are named. It is for moderators.
func (s *Service) Found(ctx context.Context, by social.Actor, q social.CaseQuery, only ...social.CaseID) (out []social.Case, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	if len(only) > social.MaxBatch {
		return nil, errs.Newf(errs.Invalid, "Decide about at most %d cases in one step.", social.MaxBatch)
	}
	q.Not, q.Judges, q.Words, q.Closed = by.Account, by.Judges(), strings.ToLower(tidy(q.Words)), false
	err = s.store.Read(ctx, func(v *store.View) error {
		if len(only) == 0 {
			out, err = v.Cases(ctx, q, social.MaxBatch, 0)
			return err
		}
		all, err := v.CasesOf(ctx, only)
		for _, c := range all {
			may := hidden(ctx, v, by, c)
			if errs.Absent(may) != nil {
				return may
			}
			if may == nil && c.Open() {
				out = append(out, c)
			}
		}
		return err
	})
	return out, err
}

// files loads what a list of cases shows, in a fixed number of queries.
func (s *Service) files(ctx context.Context, by social.Actor, why string, cs []social.Case) ([]File, error) {
	var people []social.AccountID
	var posts []exhibit
	for _, c := range cs {
		people = append(people, c.Account, c.ClaimedBy(s.store.Now()), c.Proposal.By)
		if c.Subject.Post != 0 {
			posts = append(posts, exhibit{c.Subject.Post, c.ID, c.Evidence})
		}
	}
	dossiers, err := s.dossiers(ctx, slices.Compact(slices.Sorted(slices.Values(people))))
	if err != nil {
		return nil, err
	}
	seen, err := s.exhibits(ctx, by, why, posts)
	if err != nil {
		return nil, err
	}
	out := make([]File, 0, len(cs))
	for _, c := range cs {
		f := File{Case: c, About: dossiers[c.Account], Claimer: known(dossiers, c.ClaimedBy(s.store.Now())), Proposer: known(dossiers, c.Proposal.By)}
		if i := slices.IndexFunc(seen, func(p *view.Seen) bool { return p.ID == c.Subject.Post }); i >= 0 {
			f.Post = seen[i]
		}
		out = append(out, f)
	}
	return out, s.remains(ctx, by, why, out)
}

// hidden is NotFound for a case that by is not to know of, or nil: one about
// themselves, and one about a post that was drawn by lot, if it is of somebody of
// the staff about whom by does not decide. Of whom they are not to decide there are
// so few that this alone would say who it is.
func hidden(ctx context.Context, v *store.View, by social.Actor, c social.Case) error {
	if c.Account == by.Account {
		return store.NoPost
	}
	if !c.Blind() {
		return nil
	}
	u, err := v.User(ctx, c.Account)
	if err == nil && by.MayJudge(u.Role) != nil {
		return store.NoPost
	}
	return errs.Absent(err)
}

// Case is one case with all that is known of it, or NotFound, which is also what
// by gets of one that is hidden from them. It is for moderators.
func (s *Service) Case(ctx context.Context, by social.Actor, which social.CaseID) (f File, err error) {
	if err := by.MustModerate(); err != nil {
		return f, err
	}
	var c social.Case
	var reports []social.Report
	var notes []social.CaseNote
	var decisions []social.Decision
	var strikes, others int
	weights := map[social.AccountID]Weight{}
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if c, err = v.Case(ctx, which); err == nil {
			err = hidden(ctx, v, by, c)
		}
		if err != nil {
			return err
		}
		if reports, err = v.ReportsIn(ctx, which, maxShown); err != nil {
			return err
		}
		for _, r := range reports {
			if _, there := weights[r.Reporter]; there || r.Reporter == 0 {
				continue
			}
			var w Weight
			if w.Right, w.Wrong, err = v.Weighed(ctx, r.Reporter); err != nil {
				return err
			}
			weights[r.Reporter] = w
		}
		if notes, err = v.CaseNotes(ctx, which, social.MaxCaseNotes); err != nil {
			return err
		}
		if decisions, err = v.Decisions(ctx, c.Account, social.Page{Limit: 20}); err != nil {
			return err
		}
		if strikes, err = v.Strikes(ctx, c.Account, s.store.Now().UnixMilli()); err != nil {
			return err
		}
		others, err = v.CountCases(ctx, social.CaseQuery{About: c.Account}, 1000)
		return err
	}); err != nil {
		return f, err
	}
	fs, err := s.files(ctx, by, "the case", []social.Case{c})
	if err != nil {
		return f, err
	}
	f = fs[0]
	if f.Reports, err = s.filed(ctx, by, "the case", reports); err != nil {
		return f, err
	}
	f.Decisions, f.Strikes, f.Weights = decisions, strikes, weights
	if f.Others = others; c.Open() && !c.Blind() {
		f.Others--
	}
	f.Notes, err = s.notes(ctx, notes)
	return f, err
}

func (s *Service) notes(ctx context.Context, all []social.CaseNote) (out []Note, err error) {
	var people []social.AccountID
	for _, n := range all {
		people = append(people, n.By)
	}
	dossiers, err := s.dossiers(ctx, slices.Compact(slices.Sorted(slices.Values(people))))
	for _, n := range all {
		out = append(out, Note{n, known(dossiers, n.By)})
	}
	return out, err
}

// Next gives by the case to look at next, as they wish, and keeps it for them for
// social.ClaimFor. Who has seen social.MaxGraphic cases today that are hard to
// look at is given others, unless they wish for such. NotFound says that nothing
// waits.
func (s *Service) Next(ctx context.Context, by social.Actor, w social.CaseWish) (which social.CaseID, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		seen, err := tx.Exposures(ctx, by.Account, social.Day(tx.Now))
		if err != nil {
			return err
		}
		w.Graphic = w.Graphic || seen < social.MaxGraphic
		c, err := tx.HoldNextCase(ctx, by.Account, by.Judges(), w)
		if err != nil {
			return err
		}
		which = c.ID
		return s.claim(ctx, tx, by, &c)
	})
	return which, err
}

// Seen is how many cases that are hard to look at by was given today.
func (s *Service) Seen(ctx context.Context, by social.Actor) (n int, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		n, err = v.Exposures(ctx, by.Account, social.Day(s.store.Now()))
		return err
	})
	return n, err
}

// theirs is what is answered about a case that somebody else has.
var theirs = errs.New(errs.Conflict, "Somebody else has this case. They keep it for a quarter of an hour at most.")

// Claim gives by a case, which nobody else has, or gives it back.
func (s *Service) Claim(ctx context.Context, by social.Actor, which social.CaseID, mine bool) error {
	return s.changeCase(ctx, "take case", by, which, func(tx *store.Tx, c *social.Case) error {
		if has := c.ClaimedBy(tx.Now); has != 0 && has != by.Account {
			return theirs
		}
		if mine {
			return s.claim(ctx, tx, by, c)
		}
		c.Claimed, c.ClaimedTo = 0, time.Time{}
		return tx.SetCase(ctx, *c)
	})
}

func (s *Service) claim(ctx context.Context, tx *store.Tx, by social.Actor, c *social.Case) error {
	if c.ClaimedBy(tx.Now) != by.Account {
		if c.Harm.Graphic() {
			if err := tx.Expose(ctx, by.Account, social.Day(tx.Now)); err != nil {
				return err
			}
		}
		who, err := record.Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAssign, Refs: []social.EvidenceID{c.Evidence}, Body: evidence.Assigned{Case: num(c.ID), To: who}}); err != nil {
			return err
		}
	}
	c.Claimed, c.ClaimedTo = by.Account, tx.Now.Add(social.ClaimFor)
	return tx.SetCase(ctx, *c)
}

// Route sorts a case anew, as what it is about, and says why. That gives nobody more
// time than it would have had from the start, nor than a notice that waits for it has.
func (s *Service) Route(ctx context.Context, by social.Actor, which social.CaseID, h social.Harm, why string) error {
	return s.changeCase(ctx, "sort case", by, which, func(tx *store.Tx, c *social.Case) error {
		if !c.Open() {
			return decidedAlready
		}
		if has := c.ClaimedBy(tx.Now); has != 0 && has != by.Account {
			return theirs
		}
		r := h.Routing()
		c.Harm, c.Queue, c.Priority, c.Due = h, r.Queue, r.Priority, soonest(tx.Now.Add(r.Within), latest(c.Due, c.At.Add(r.Within)))
		clocks, err := tx.MattersIn(ctx, c.ID, 0, maxClocks)
		for _, m := range clocks {
			if m.Status.Waits() {
				c.Due = soonest(c.Due, m.Span.Due)
			}
		}
		if err != nil {
			return err
		}
		who, err := record.Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		if err := s.sort(ctx, tx, c, []social.EvidenceID{c.Evidence}, who, tidy(why)); err != nil {
			return err
		}
		return tx.SetCase(ctx, *c)
	})
}

// maxClocks is how many notices of a case are looked at, of those that are due first.
const maxClocks = 200

func soonest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// WriteNote writes something to the others about a case.
func (s *Service) WriteNote(ctx context.Context, by social.Actor, which social.CaseID, words string) error {
	words = tidy(text.Clean(words))
	switch {
	case words == "":
		return errs.New(errs.Invalid, "Write something.")
	case utf8.RuneCountInString(words) > social.MaxCaseNote:
		return errs.Newf(errs.Invalid, "A note has at most %d characters.", social.MaxCaseNote)
	}
	return s.changeCase(ctx, "write note", by, which, func(tx *store.Tx, c *social.Case) error {
		all, err := tx.CaseNotes(ctx, which, social.MaxCaseNotes)
		if err == nil && len(all) == social.MaxCaseNotes {
			err = errs.Newf(errs.Invalid, "A case has at most %d notes.", social.MaxCaseNotes)
		}
		if err != nil {
			return err
		}
		return tx.AddCaseNote(ctx, social.CaseNote{ID: id.New(tx.Now), Case: which, By: by.Account, Text: words})
	})
}

// changeCase runs do on a case, which nobody else changes meanwhile.
func (s *Service) changeCase(ctx context.Context, what string, by social.Actor, which social.CaseID, do func(tx *store.Tx, c *social.Case) error) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.HoldCase(ctx, which)
		if err == nil {
			err = hidden(ctx, &tx.View, by, c)
		}
		if err == nil {
			err = mayChange(ctx, tx, by, c.Account)
		}
		if err != nil {
			return err
		}
		return do(tx, &c)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Waiting is how many open cases each queue has, and in how many hours they are
// worked off at the pace of the last day; zero if nothing was decided in it.
type Waiting struct {
	Queue social.Queue
	Cases int
	Late  int // of them, that should have been decided already
}

// Backlog is what waits in each queue. It is for moderators.
func (s *Service) Backlog(ctx context.Context, by social.Actor) (all []Waiting, decided int, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, 0, err
	}
	now := s.store.Now()
	err = s.store.Read(ctx, func(v *store.View) error {
		for _, q := range social.AllQueues {
			these := social.CaseQuery{Queue: q, Not: by.Account, Judges: by.Judges()}
			n, err := v.CountCases(ctx, these, maxCounted)
			if err != nil {
				return err
			}
			late, err := v.LateCases(ctx, these, now.UnixMilli(), maxCounted)
			if err != nil {
				return err
			}
			all = append(all, Waiting{q, n, late})
		}
		decided, err = v.CasesDecidedSince(ctx, now.Add(-24*time.Hour).UnixMilli())
		return err
	})
	return all, decided, err
}
