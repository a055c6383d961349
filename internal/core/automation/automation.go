// Package automation is what the house does by itself: rules that their owner
// wrote, held against what is posted and who joins. It says what meets a rule,
// keeps every hit, and lets no rule act that was not tried first or that meets
// more than it should. What is done about a post or an account is done by
// moderation.
package automation

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Config is what is done by others.
type Config struct {
	// Act does one thing that a rule does (social.AutoTerms.Steps) in the
	// transaction that keeps the hit. Nil does nothing.
	Act func(ctx context.Context, tx *store.Tx, r social.AutoRule, h social.AutoHit, does social.AutoAction) error
	// Tell writes to those who look after the house. Nil tells nobody.
	Tell func(ctx context.Context, tx *store.Tx, subject, text string) error
	Log  *slog.Logger // of what could not be done; nil is none
}

// Service does it.
type Service struct {
	store  *store.Store
	config Config
	rules  cache[[]social.AutoRule]
	table  cache[*social.HashTable]
	lately lately
}

// New returns a Service. Its Watch must be told of every fact.
func New(s *store.Store, c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &Service{store: s, config: c}
	a.rules.load = awake
	a.table.load = loadTable
	return a
}

// Watch forgets what may be otherwise now. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		if f, ok := r.Fact.(event.AutomationChanged); ok {
			s.changed(f)
		}
	}
}

func (s *Service) changed(f event.AutomationChanged) {
	s.rules.forget()
	if f.Hashes {
		s.table.forget()
	}
}

// awake are the rules that are not off.
func awake(ctx context.Context, v *store.View) ([]social.AutoRule, error) {
	all, err := v.AutoRules(ctx)
	var out []social.AutoRule
	for _, r := range all {
		if r.State != social.AutoOff {
			out = append(out, r)
		}
	}
	return out, err
}

// met keeps that x met a rule, and has done what the rule says, unless that is
// known already, the rule is another by now, or it has met too much.
func (s *Service) met(ctx context.Context, tx *store.Tx, r social.AutoRule, h social.AutoHit, subject int64) (acts bool, err error) {
	now, err := tx.HoldAutoRule(ctx, r.ID)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return false, nil
	}
	if err != nil || now.Version != r.Version || now.State == social.AutoOff {
		return false, err
	}
	h.Rule, h.Version, h.Acted = now.ID, now.Version, now.State == social.AutoOn
	full, err := s.full(ctx, tx, now, h)
	if err != nil || full && !h.Acted {
		return false, err
	}
	if full {
		h.Acted = false
		if err := s.trip(ctx, tx, now); err != nil {
			return false, err
		}
	}
	added, err := tx.AddAutoHit(ctx, h, subject)
	if err != nil || !added || !h.Acted {
		return false, err
	}
	for _, does := range now.Terms.Steps() {
		if err := s.act(ctx, tx, now, h, does); err != nil {
			return false, err
		}
	}
	return true, nil
}

// act does one thing that a rule does, or nothing of it. What cannot be done is
// as it is: trying again would keep all that comes after waiting. The log says
// so, and what else the rule does is done.
func (s *Service) act(ctx context.Context, tx *store.Tx, r social.AutoRule, h social.AutoHit, does social.AutoAction) error {
	if s.config.Act == nil {
		return nil
	}
	err := tx.Try(ctx, func() error { return s.config.Act(ctx, tx, r, h, does) })
	switch errs.KindOf(err) {
	case errs.Conflict, errs.NotFound, errs.Invalid, errs.Forbidden:
		s.config.Log.WarnContext(ctx, "an automatic rule could not act", "rule", int64(r.ID), "does", string(does), "post", int64(h.Post), "account", int64(h.Account), "error", err)
		_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Category: evidence.Category(r.Terms.Category), Outcome: evidence.NotDone,
			Body: evidence.Acted{Did: fmt.Sprintf("automatic rule %d, version %d: %s", r.ID, r.Version, does), Result: errs.Public(err)}})
	}
	return err
}

// full reports whether a rule has met as many others as it may meet in a day,
// since it was made to be what it is. Nobody uses it up alone.
func (s *Service) full(ctx context.Context, tx *store.Tx, r social.AutoRule, h social.AutoHit) (bool, error) {
	since := tx.Now.Add(-day)
	if r.Changed.After(since) {
		since = r.Changed
	}
	n, err := tx.CountAutoOthers(ctx, r.ID, h.Account, since, h.Acted, r.Terms.Quota)
	return n >= r.Terms.Quota, err
}

// trip has a rule that met too much watch only, and tells those who look after
// the house.
func (s *Service) trip(ctx context.Context, tx *store.Tx, r social.AutoRule) error {
	was := r
	r.State, r.Tripped, r.Changed = social.AutoWatch, tx.Now, tx.Now
	if err := tx.SetAutoRule(ctx, r); err != nil {
		return err
	}
	if err := note(tx, was, r, "the rule itself, past its quota"); err != nil {
		return err
	}
	if s.config.Tell == nil {
		return nil
	}
	return s.config.Tell(ctx, tx, "An automatic rule has stopped itself", fmt.Sprintf(
		`the automatic rule "%s" met more than %d people in a day, which is
the most it may. It does nothing any more, and only counts what it would do.

Look at what it met. If it was right, turn it on again, or give it a higher
quota; if not, what it did can be taken back there, too.`, r.Name, r.Terms.Quota))
}

// note is the record of a change of a rule: a config record that says who, how
// it was and how it is.
func note(tx *store.Tx, was, is social.AutoRule, by string) error {
	tx.Record(event.AutomationChanged{Rule: is.ID})
	_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Category: evidence.CategoryRules, Outcome: "automatic rule",
		Body: evidence.Configured{What: fmt.Sprintf("automatic rule %d", is.ID), From: described(was), To: described(is), By: by}})
	return err
}

// described is a rule as the log has it: its whole text, so that it can be shown
// later what acted.
func described(r social.AutoRule) string {
	if r.Version == 0 {
		return ""
	}
	return fmt.Sprintf("%s, version %d, %s\n%s", r.Name, r.Version, r.State, r.Text)
}
