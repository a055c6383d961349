package moderation

import (
	"context"
	"fmt"
	"strings"

	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Unknown is a report before somebody without an account who made it.
type Unknown struct {
	Own
	social.StrangerReport
	Why   social.Statement // once it is decided
	Again bool             // it can be looked at again
}

// Unknown is what became of a report of somebody without an account. Whoever asks
// has shown that it is theirs.
func (s *Service) Unknown(ctx context.Context, of social.StrangerReport) (u Unknown, err error) {
	u.StrangerReport = of
	var r social.Report
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if r, err = v.Report(ctx, of.Report); err != nil || r.Case == 0 || !r.Closed() {
			return err
		}
		u.Why, err = answered(ctx, v, r)
		return err
	}); err != nil {
		return u, err
	}
	all, err := s.owned(ctx, []social.Report{r})
	if err == nil {
		u.Own = all[0]
		u.Again = of.MayAgain(r, s.store.Now()) && u.Outcome != social.Gone
	}
	return u, err
}

// answered is why the case of r ended as it did.
func answered(ctx context.Context, v *store.View, r social.Report) (social.Statement, error) {
	c, err := v.Case(ctx, r.Case)
	if err != nil {
		return social.Statement{}, err
	}
	d, err := v.CaseDecision(ctx, c)
	if errs.Absent(err) != nil {
		return social.Statement{}, err
	}
	rule := ""
	if name, version, ok := d.RuleVersion(); ok {
		was, err := v.RuleVersion(ctx, name, version)
		if errs.Absent(err) != nil {
			return social.Statement{}, err
		}
		rule = was.Text
	}
	return c.Answer(d, rule), nil
}

// LookAgain has a report of somebody without an account looked at again, once, for
// reasons that they give: as a new one about the same.
func (s *Service) LookAgain(ctx context.Context, of social.StrangerReport, words string) error {
	words = strings.TrimSpace(text.Clean(words))
	switch n := utf8.RuneCountInString(words); {
	case n == 0:
		return errs.New(errs.Invalid, "Say why you think that it is wrong.")
	case n > social.MaxAgain:
		return errs.Newf(errs.Invalid, "Say it in at most %d characters.", social.MaxAgain)
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		held, err := tx.HoldStrangerReport(ctx, of.Report)
		if err != nil {
			return err
		}
		was, err := tx.Report(ctx, of.Report)
		if err != nil {
			return err
		}
		if !held.MayAgain(was, tx.Now) {
			return errs.New(errs.Invalid, "This cannot be looked at again: it is not decided yet, you asked before, or too much time has passed.")
		}
		held.Again = tx.Now
		if err := tx.SetStrangerReport(ctx, held); err != nil {
			return err
		}
		r := social.Report{Target: was.Target, Posts: was.Posts, Harm: was.Harm, Category: was.Category, Rules: was.Rules, Channel: social.ChannelStranger, Contact: was.Contact,
			Comment: fmt.Sprintf("Asks to look at report %d again: %s", was.ID, words)}
		if err := reportable(ctx, tx, r); err != nil {
			return err
		}
		return s.take(ctx, tx, &r)
	})
	if err != nil {
		return fmt.Errorf("look at a report again: %w", err)
	}
	return nil
}
