package automation

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const day = 24 * time.Hour

// A Line is a rule with how it does.
type Line struct {
	social.AutoRule
	Run   social.AutoRun // the last trial; its Version is zero if there was none
	Acted int            // what it acted on in the last day
	Seen  int            // what it only watched
}

// maxCounted is how far hits are counted for showing.
const maxCounted = social.MaxAutoQuota

// Rules are all of them, for the staff.
func (s *Service) Rules(ctx context.Context, by social.Actor) (all []Line, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		rules, err := v.AutoRules(ctx)
		for i := 0; i < len(rules) && err == nil; i++ {
			var l Line
			l, err = s.line(ctx, v, rules[i])
			all = append(all, l)
		}
		return err
	})
	return all, err
}

func (s *Service) line(ctx context.Context, v *store.View, r social.AutoRule) (l Line, err error) {
	l.AutoRule = r
	if l.Run, err = v.AutoRun(ctx, r.ID); err != nil && errs.KindOf(err) != errs.NotFound {
		return l, err
	}
	since := s.store.Now().Add(-day)
	if l.Acted, err = v.CountAutoHits(ctx, r.ID, since, true, maxCounted); err != nil {
		return l, err
	}
	l.Seen, err = v.CountAutoHits(ctx, r.ID, since, false, maxCounted)
	return l, err
}

// versionsShown is how many versions of a rule are shown.
const versionsShown = 20

// Rule is one of them with its versions, the last first, or NotFound.
func (s *Service) Rule(ctx context.Context, by social.Actor, which social.AutoRuleID) (l Line, versions []social.AutoRule, err error) {
	if err := by.MustModerate(); err != nil {
		return l, nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		r, err := v.AutoRule(ctx, which)
		if err != nil {
			return err
		}
		if l, err = s.line(ctx, v, r); err != nil {
			return err
		}
		versions, err = v.AutoVersions(ctx, which, versionsShown)
		return err
	})
	return l, versions, err
}

// Hits is a page of what met a rule.
func (s *Service) Hits(ctx context.Context, by social.Actor, which social.AutoRuleID, p social.Page) (out view.Slice[social.AutoHit], err error) {
	if err := by.MustModerate(); err != nil {
		return out, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		if _, err := v.AutoRule(ctx, which); err != nil {
			return err
		}
		out.Items, err = v.AutoHits(ctx, which, p)
		return err
	})
	return view.Ends(out.Items, p, func(h social.AutoHit) int64 { return int64(h.ID) }), err
}

// write runs do for an admin.
func (s *Service) write(ctx context.Context, what string, by social.Actor, do func(tx *store.Tx) error) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	if err := s.store.Write(ctx, do); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.changed(event.AutomationChanged{}) // the watcher may come late
	return nil
}

// Add makes a rule, which is off. It is for admins.
func (s *Service) Add(ctx context.Context, by social.Actor, name, text string) (r social.AutoRule, err error) {
	if r, err = social.NewAutoRule(name, text); err != nil {
		return r, err
	}
	err = s.write(ctx, "add automatic rule", by, func(tx *store.Tx) error {
		n, err := tx.CountAutoRules(ctx)
		if err != nil {
			return err
		}
		if n >= social.MaxAutoRules {
			return errs.Newf(errs.Invalid, "Validation failed: There are at most %d automatic rules. Remove one first.", social.MaxAutoRules)
		}
		r.ID, r.Version, r.State, r.By, r.Changed = social.AutoRuleID(id.New(tx.Now)), 1, social.AutoOff, by.Account, tx.Now
		if err := tx.AddAutoRule(ctx, r); err != nil {
			return err
		}
		return s.note(ctx, tx, by, social.AutoRule{}, r)
	})
	return r, err
}

// Change gives a rule another name or text, which makes another version of it.
// One that acted only watches then, until the new version was tried. It is for
// admins.
func (s *Service) Change(ctx context.Context, by social.Actor, which social.AutoRuleID, name, text string) (r social.AutoRule, err error) {
	fresh, err := social.NewAutoRule(name, text)
	if err != nil {
		return fresh, err
	}
	err = s.write(ctx, "change automatic rule", by, func(tx *store.Tx) error {
		was, err := tx.HoldAutoRule(ctx, which)
		if err != nil {
			return err
		}
		r = was
		if was.Name == fresh.Name && was.Text == fresh.Text {
			return nil
		}
		r.Name, r.Text, r.Terms, r.Version, r.By, r.Changed = fresh.Name, fresh.Text, fresh.Terms, was.Version+1, by.Account, tx.Now
		if r.State == social.AutoOn {
			r.State = social.AutoWatch
		}
		return s.change(ctx, tx, by, was, r)
	})
	return r, err
}

// change stores a rule and puts into the log how it was and how it is.
func (s *Service) change(ctx context.Context, tx *store.Tx, by social.Actor, was, is social.AutoRule) error {
	if err := tx.SetAutoRule(ctx, is); err != nil {
		return err
	}
	return s.note(ctx, tx, by, was, is)
}

func (s *Service) note(ctx context.Context, tx *store.Tx, by social.Actor, was, is social.AutoRule) error {
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return err
	}
	return note(tx, was, is, who)
}

// SetState turns a rule on or off, or has it watch. It acts only after it was
// tried on what was posted lately and somebody looked at that. It is for
// admins.
func (s *Service) SetState(ctx context.Context, by social.Actor, which social.AutoRuleID, to social.AutoState) error {
	switch to {
	case social.AutoOff, social.AutoWatch, social.AutoOn:
	default:
		return errs.New(errs.Invalid, "A rule is off, watches or is on.")
	}
	return s.write(ctx, "turn automatic rule", by, func(tx *store.Tx) error {
		was, err := tx.HoldAutoRule(ctx, which)
		if err != nil || was.State == to {
			return err
		}
		if to == social.AutoOn {
			run, err := tx.AutoRun(ctx, which)
			if err != nil && errs.KindOf(err) != errs.NotFound {
				return err
			}
			if err := was.MayTurnOn(run); err != nil {
				return err
			}
		}
		r := was
		r.State, r.Changed, r.By = to, tx.Now, by.Account
		if to == social.AutoOn {
			r.Tripped = time.Time{}
		}
		return s.change(ctx, tx, by, was, r)
	})
}

// Remove takes a rule away, and what met it. What it did stands. It is for
// admins.
func (s *Service) Remove(ctx context.Context, by social.Actor, which social.AutoRuleID) error {
	return s.write(ctx, "remove automatic rule", by, func(tx *store.Tx) error {
		was, err := tx.HoldAutoRule(ctx, which)
		if err != nil {
			return err
		}
		if err := tx.RemoveAutoRule(ctx, which); err != nil {
			return err
		}
		return s.note(ctx, tx, by, was, social.AutoRule{ID: which})
	})
}

// tidyAtOnce bounds what one round removes.
const tidyAtOnce = 1000

// Tidy forgets hits that are old.
func (s *Service) Tidy(ctx context.Context) error {
	for {
		var n int64
		if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.TrimAutoHits(ctx, tx.Now.AddDate(0, 0, -social.AutoHitDays), tidyAtOnce)
			return err
		}); err != nil || n < tidyAtOnce {
			return err
		}
	}
}

// refused is the record of something that was not taken.
func refused(tx *store.Tx, r social.AutoRule, h social.AutoHit) error {
	_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Category: evidence.Category(r.Terms.Category), About: h.Account, Outcome: string(social.AutoReject),
		Body: evidence.Acted{Decision: fmt.Sprintf("automatic rule %d, version %d", r.ID, r.Version), Did: "refused a post", Result: fmt.Sprintf("hit %d", h.ID)}})
	return err
}
