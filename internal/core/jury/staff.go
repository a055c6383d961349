package jury

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Override decides otherwise than a jury did, with a reason, which is kept in
// the log and counted. It is for moderators who had no part in the case, and for
// owners, who may be alone.
func (s *Service) Override(ctx context.Context, by social.Actor, which social.JuryID, instead social.Verdict, rule, reason string) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		j, err := hold(ctx, tx, which, by.Account)
		if err != nil {
			return err
		}
		o := social.Override{By: by.Account, Verdict: instead, Rule: rule, Reason: strings.TrimSpace(text.Clean(reason)), At: tx.Now}
		c, err := tx.Case(ctx, j.Case)
		if err == nil && c.Account == by.Account {
			err = store.NoPost // nobody learns that they were reported
		}
		if err == nil && !by.Role.AtLeast(social.Owner) {
			err = noPart(ctx, &tx.View, by, c)
		}
		if err != nil {
			return err
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		if err := o.Check(j.Holds(), house.Rules); err != nil {
			return err
		}
		said := j.Holds()
		j.Override = o
		if err := tx.SetJury(ctx, j); err != nil {
			return err
		}
		n, err := tx.JuryOverrides(ctx)
		if err != nil {
			return err
		}
		who, err := record.Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeOverride, Category: category(j.Charge), Outcome: string(instead), About: c.Account, Refs: []social.EvidenceID{c.Evidence}, Body: evidence.Overridden{
			Jury: name(j.ID), Case: name(j.Case), Said: string(said), Instead: string(instead), Reason: o.Reason, By: who, Count: n}}); err != nil {
			return err
		}
		tx.Record(event.JuryOverridden{Jury: j.ID, By: by.Account})
		if s.config.Overridden == nil {
			return nil
		}
		return s.config.Overridden(ctx, tx, by, j)
	})
}

func noPart(ctx context.Context, v *store.View, by social.Actor, c social.Case) error {
	had, err := v.HadPart(ctx, c.ID, by.Account)
	if err == nil && had {
		err = errs.New(errs.Forbidden, "You reported this, or asked the jury: somebody else decides whether it stands.")
	}
	return err
}

// Limits of what the staff is shown.
const (
	lastEnds = 100
	// Alarming is a share of breaches among the last verdicts at which somebody
	// should look whether juries still judge.
	Alarming = 85 // percent
)

// A State is how juries do.
type State struct {
	Pool      int
	Open      int
	Gold      int // that can be shown
	Ends      map[social.JuryEnd]int
	Overrides int // ever
	Breaches  int // percent of the last verdicts
	Alarm     bool
	Last      []social.Jury // that ended
	Could     []social.Case // open ones that a jury could be asked about
}

// State is for moderators.
func (s *Service) State(ctx context.Context, by social.Actor, p social.Page) (st State, err error) {
	if err := by.MustModerate(); err != nil {
		return st, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if _, st.Pool, err = v.JuryPoolSize(ctx); err != nil {
			return err
		}
		if st.Open, err = v.OpenJuries(ctx, social.MaxJurySet); err != nil {
			return err
		}
		if st.Gold, err = v.CountGold(ctx); err != nil {
			return err
		}
		if st.Ends, st.Overrides, err = v.JuryEnds(ctx, lastEnds); err != nil {
			return err
		}
		if st.Could, err = could(ctx, v, by); err != nil {
			return err
		}
		st.Last, err = v.Juries(ctx, false, by.Account, p)
		return err
	})
	said := st.Ends[social.JuryBreach] + st.Ends[social.JuryNoBreach]
	if said > 0 {
		st.Breaches = 100 * st.Ends[social.JuryBreach] / said
	}
	st.Alarm = said >= lastEnds && st.Breaches > Alarming
	return st, err
}

// PoolList is the list that the log commits to for a pool, by its number; zero is
// the last. It is for moderators, to be handed to whoever checks a draw.
func (s *Service) PoolList(ctx context.Context, by social.Actor, which social.JuryPoolID) (list []byte, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		pool, err := v.JuryPool(ctx, which)
		if errs.KindOf(err) == errs.Unavailable || err == nil && len(pool.Members) == 0 {
			err = errNoSheet // there is none, or it is too long ago
		}
		list = pool.List()
		return err
	})
	return list, err
}

// Golds is a page of the gold cases. It is for moderators.
func (s *Service) Golds(ctx context.Context, by social.Actor, p social.Page) (all []social.Gold, err error) {
	if err := by.MustModerate(); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { all, err = v.Golds(ctx, p); return err })
	return all, err
}

// AddGold makes a case whose verdict is known. It is for moderators.
func (s *Service) AddGold(ctx context.Context, by social.Actor, g social.Gold) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	g.Text, g.Warning = strings.TrimSpace(text.Clean(g.Text)), strings.TrimSpace(text.Clean(g.Warning))
	switch n := utf8.RuneCountInString(g.Text); {
	case n == 0 || n > social.MaxText || utf8.RuneCountInString(g.Warning) > social.MaxText:
		return errs.Newf(errs.Invalid, "Validation failed: A text has 1 to %d characters.", social.MaxText)
	case !slices.Contains(social.JuryHarms, g.Harm):
		return errs.New(errs.Invalid, "Validation failed: Choose what it could be reported for.")
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		if err := (social.JuryVote{Verdict: g.Verdict, Rule: g.Rule, Confidence: social.Sure}).Check(house.Rules); err != nil {
			return err
		}
		if n, err := tx.CountGold(ctx); err != nil || n >= social.MaxGold {
			return orElse(err, errs.Newf(errs.Invalid, "Validation failed: There are %d such cases already. Retire some first.", social.MaxGold))
		}
		g.ID = social.GoldID(id.New(tx.Now))
		return tx.AddGold(ctx, g)
	})
}

// RetireGold has a gold case not be shown any more. It is for moderators.
func (s *Service) RetireGold(ctx context.Context, by social.Actor, which social.GoldID) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.RetireGold(ctx, which) })
}
