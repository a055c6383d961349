package moderation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// An Entry is one decision in somebody's record.
type Entry struct {
	social.Decision
	Rule   *social.RuleVersion // that was broken, if one is named
	Posts  []*view.Seen        // what it is about, as far as it is there
	Undone bool                // it was taken back, or has ended
	Counts bool                // it counts against them now
	Appeal *social.Appeal      // nil for none
	May    bool                // it can be appealed now
}

// Record is what was decided about by, newest first. Only they see it, also when
// they are suspended.
func (s *Service) Record(ctx context.Context, by social.Actor, p social.Page) (out []Entry, err error) {
	if by.Account == 0 {
		return nil, errs.New(errs.Unauthenticated, "Sign in first.")
	}
	var ds []social.Decision
	if err := s.store.Read(ctx, func(v *store.View) (err error) { ds, err = v.Decisions(ctx, by.Account, p); return err }); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	ds = slices.DeleteFunc(ds, func(d social.Decision) bool { return !d.Action.Sanction() })
	return s.entries(ctx, by, ds)
}

// entries loads what decisions are about, for those they are about and for those
// who hear appeals.
func (s *Service) entries(ctx context.Context, by social.Actor, ds []social.Decision) (out []Entry, err error) {
	var ids []social.DecisionID
	var posts []exhibit
	for _, d := range ds {
		ids = append(ids, d.ID)
		for _, which := range d.Posts {
			posts = append(posts, exhibit{which, d.Case, d.Evidence})
		}
	}
	seen, err := s.exhibits(ctx, by, "an appeal", posts)
	if err != nil {
		return nil, err
	}
	now := s.store.Now()
	err = s.store.Read(ctx, func(v *store.View) error {
		appeals, err := v.AppealsOf(ctx, ids)
		if err != nil {
			return err
		}
		for _, d := range ds {
			e := Entry{Decision: d}
			by, err := v.Undone(ctx, d.ID)
			if err != nil {
				return err
			}
			e.Undone = by != 0
			if i := slices.IndexFunc(appeals, func(a social.Appeal) bool { return a.Decision == d.ID }); i >= 0 {
				e.Appeal = &appeals[i]
			}
			e.Counts = !e.Undone && d.Expires.After(now)
			e.May = e.Appeal == nil && !e.Undone && now.Sub(d.At) <= social.AppealWithin
			if e.Rule, err = ruleOf(ctx, v, d.Rule); err != nil {
				return err
			}
			for _, p := range seen {
				if slices.Contains(d.Posts, p.ID) {
					e.Posts = append(e.Posts, p)
				}
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

func ruleOf(ctx context.Context, v *store.View, name string) (*social.RuleVersion, error) {
	var version int
	rule, at := name, 0
	for i, c := range name {
		if c == '@' {
			rule, at = name[:i], i+1
		}
	}
	if _, err := fmt.Sscan(name[at:], &version); name == "" || err != nil {
		return nil, nil
	}
	r, err := v.RuleVersion(ctx, rule, version)
	if err != nil {
		return nil, errs.Absent(err)
	}
	return &r, nil
}

// Appeal has a decision about by looked at by somebody else. Each can be appealed
// once, within social.AppealWithin, also by who is suspended or shut out.
func (s *Service) Appeal(ctx context.Context, by social.Actor, which social.DecisionID, words string) (a social.Appeal, err error) {
	if by.Account == 0 {
		return a, errs.New(errs.Unauthenticated, "Sign in first.")
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		d, err := tx.Decision(ctx, which)
		if err != nil {
			return err
		}
		a = social.Appeal{ID: social.AppealID(id.New(tx.Now)), Decision: which, By: by.Account, Text: tidy(words), State: social.AppealPending, At: tx.Now}
		if err := a.Check(d, tx.Now); err != nil {
			return err
		}
		p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAppeal, Category: evidence.Category(d.Harm), Class: "appeal", Refs: []social.EvidenceID{d.Evidence}, About: by.Account, By: by.Account,
			Body: evidence.Appealed{Appeal: num(a.ID), Decision: num(d.ID), Grounds: a.Text, FiledAt: record.Time(tx.Now)}})
		if err != nil {
			return err
		}
		a.Evidence = p.ID()
		tx.Record(event.Appealed{Appeal: a.ID, Decision: d.ID, By: by.Account})
		return tx.AddAppeal(ctx, a)
	})
	if err != nil {
		return a, fmt.Errorf("appeal: %w", err)
	}
	return a, nil
}

// A Hearing is an appeal as who hears it sees it.
type Hearing struct {
	social.Appeal
	Entry Entry
	About Dossier
	May   error // why by may not hear it, or nil
}

// maxHearings is how many appeals are listed.
const maxHearings = 100

// Hearings are the appeals that wait, oldest first. It is for moderators.
func (s *Service) Hearings(ctx context.Context, by social.Actor) (out []Hearing, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	var as []social.Appeal
	var ds []social.Decision
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if as, err = v.OpenAppeals(ctx, maxHearings); err != nil {
			return err
		}
		var ids []social.DecisionID
		for _, a := range as {
			ids = append(ids, a.Decision)
		}
		ds, err = v.DecisionsOf(ctx, ids)
		return err
	}); err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	es, err := s.entries(ctx, by, ds)
	if err != nil {
		return nil, err
	}
	var people []social.AccountID
	for _, a := range as {
		people = append(people, a.By)
	}
	dossiers, err := s.dossiers(ctx, people)
	if err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		for _, a := range as {
			i := slices.IndexFunc(es, func(e Entry) bool { return e.Decision.ID == a.Decision })
			about := dossiers[a.By]
			if i < 0 || about.Face == nil || a.By == by.Account {
				continue
			}
			may := mayHear(ctx, v, by, es[i].Decision)
			if may != nil && errs.KindOf(may) != errs.Forbidden {
				return may
			}
			out = append(out, Hearing{a, es[i], about, may})
		}
		return nil
	})
	return out, err
}

// mayHear reports why by may not decide about an appeal against d, or nil: it
// takes somebody who neither decided nor reported it, nor asked a jury about it.
func mayHear(ctx context.Context, v *store.View, by social.Actor, d social.Decision) error {
	if err := d.MayHear(by); err != nil || d.Case == 0 {
		return err
	}
	had, err := v.HadPart(ctx, d.Case, by.Account)
	if err == nil && had {
		err = errs.New(errs.Forbidden, "Somebody else hears this appeal: you reported it, or asked the jury.")
	}
	return err
}

// OpenAppeals counts the appeals that wait, up to as many as are listed. It is for
// moderators.
func (s *Service) OpenAppeals(ctx context.Context, by social.Actor) (n int, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.OpenAppeals(ctx, maxHearings)
		n = len(all)
		return err
	})
	return n, err
}

// Hear answers an appeal. If it is approved the decision is taken back, as far as
// that can be, and does not count any more. Nobody hears an appeal in a case in
// which they had a part.
func (s *Service) Hear(ctx context.Context, by social.Actor, which social.AppealID, approve bool, answer string) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	answer = tidy(answer)
	if utf8.RuneCountInString(answer) > social.MaxAppeal {
		return errs.Newf(errs.Invalid, "Answer in at most %d characters.", social.MaxAppeal)
	}
	if answer == "" {
		return errs.New(errs.Invalid, "Say why: who appealed reads it.")
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.HoldAppeal(ctx, which)
		if err != nil {
			return err
		}
		if a.State != social.AppealPending {
			return errs.New(errs.Conflict, "Somebody has answered this appeal already.")
		}
		d, err := tx.Decision(ctx, a.Decision)
		if err == nil {
			err = mayHear(ctx, &tx.View, by, d)
		}
		if err != nil {
			return err
		}
		a.State, a.Answer, a.Decider, a.Closed = social.AppealRejected, answer, by.Account, tx.Now
		if approve {
			a.State = social.AppealApproved
		}
		if err := s.recordHearing(ctx, tx, by, d, a); err != nil {
			return err
		}
		if approve {
			if err := s.undo(ctx, tx, by, d); err != nil {
				return err
			}
		}
		tx.Record(event.AppealAnswered{Appeal: a.ID, Decision: d.ID, Account: a.By, State: a.State})
		return tx.SetAppeal(ctx, a)
	})
	if err != nil {
		return fmt.Errorf("hear appeal: %w", err)
	}
	return nil
}

func (s *Service) recordHearing(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision, a social.Appeal) error {
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return err
	}
	first := string(d.Decider)
	if d.Decider == social.ByPerson || d.Decider == "" {
		if first, err = tx.Pseudonym(ctx, d.By, tx.Now); err != nil {
			return err
		}
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeAppealDecision, Category: evidence.Category(d.Harm), Class: "appeal", Outcome: string(a.State), Refs: []social.EvidenceID{a.Evidence}, About: a.By,
		Body: evidence.AppealDecided{Appeal: num(a.ID), Decision: num(d.ID), Outcome: string(a.State), Facts: a.Answer, By: who, First: first}})
	return err
}

// undo takes a decision back. What it cannot bring back, such as a post that was
// deleted, is said all the same, and does not count any more.
func (s *Service) undo(ctx context.Context, tx *store.Tx, by social.Actor, d social.Decision) error {
	if back, err := tx.Undone(ctx, d.ID); err != nil || back != 0 {
		return err
	}
	u := social.Decision{By: by.Account, Account: d.Account, Posts: d.Posts, Action: cmp.Or(d.Action.Inverse(), social.Pardon), Harm: d.Harm, Undoes: d.ID, Decider: social.ByPerson, Ground: social.GroundRules}
	if err := stillSo(ctx, tx, d, &u); err != nil {
		return err
	}
	if u.Action != social.Pardon {
		if _, err := s.decide(ctx, tx, by, u, false); err != nil {
			return err
		}
		if back, err := tx.Undone(ctx, d.ID); err != nil || back != 0 {
			return err
		}
		u.Action = social.Pardon // it was so already
	}
	_, err := s.settle(ctx, tx, by, social.Case{}, &u)
	return err
}

// stillSo leaves of what takes d back only what d is still the reason for: posts
// about which nothing else was decided since, an account that stands so because of
// d. If that is nothing, d just does not count any more.
func stillSo(ctx context.Context, tx *store.Tx, d social.Decision, u *social.Decision) error {
	if u.Action == social.Pardon {
		return nil
	}
	if !d.Action.OfPost() {
		now, err := tx.InForce(ctx, d.Account, d.Action)
		if err == nil && now.ID != d.ID {
			u.Action = social.Pardon
		}
		return errs.Absent(err)
	}
	later, err := tx.PostDecisions(ctx, d.Account, d.ID)
	if err != nil {
		return err
	}
	u.Posts = slices.DeleteFunc(slices.Clone(d.Posts), func(which social.PostID) bool {
		return slices.ContainsFunc(later, func(l social.Decision) bool { return slices.Contains(l.Posts, which) })
	})
	if len(u.Posts) == 0 {
		u.Action, u.Posts = social.Pardon, d.Posts
	}
	return nil
}

// Undo takes a decision back. It is for moderators. What a jury decided is
// overridden instead, which takes a reason.
func (s *Service) Undo(ctx context.Context, by social.Actor, which social.DecisionID) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		d, err := tx.Decision(ctx, which)
		if err == nil {
			err = mayChange(ctx, tx, by, d.Account)
		}
		if err == nil && d.Decider == social.ByJury {
			err = errs.New(errs.Forbidden, "A jury decided this. Decide otherwise on the page Juries: with a reason, which is kept and counted.")
		}
		if err != nil {
			return err
		}
		return s.undo(ctx, tx, by, d)
	})
}

// endJob is the kind of the job that takes back what was decided for a while. Its
// argument is the decision's id.
const endJob = "moderation.end"

const endTimeout, endTries = time.Minute, 20

// Worker takes back what was decided for a while, when that has passed.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: endJob, AtOnce: 1, Timeout: endTimeout, Tries: endTries, Do: func(ctx context.Context, args []byte) error {
		var which social.DecisionID
		if err := json.Unmarshal(args, &which); err != nil {
			return err
		}
		return s.store.Write(ctx, func(tx *store.Tx) error {
			d, err := tx.Decision(ctx, which)
			if err != nil {
				return errs.Absent(err)
			}
			if _, err := tx.Account(ctx, d.Account); err != nil {
				return errs.Absent(err) // gone since
			}
			return s.undo(ctx, tx, social.Console, d)
		})
	}}
}
