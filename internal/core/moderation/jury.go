package moderation

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// JuryAction is what becomes of a post that breaks a rule, as a jury says: it can
// be taken back, and who wrote it can appeal.
const JuryAction = social.HidePost

// JurySaid does what follows from how a jury ended, within its transaction: a
// breach hides the post, no breach ends the case. One that said nothing leaves
// the case to the staff.
func (s *Service) JurySaid(ctx context.Context, tx *store.Tx, j social.Jury, t social.Tally) error {
	d := social.Decision{Case: j.Case, Posts: j.Posts, Decider: social.ByJury, Facts: fmt.Sprintf("Of a jury of %d, %d said that a rule is broken and %d that none is.", j.Panel().Seats, t.Breach, t.NoBreach)}
	switch j.End.Verdict() {
	case social.Breach:
		d.Action, d.Rule = JuryAction, j.Rule
	case social.NoBreach:
		d.Action = social.Dismiss
	default:
		return nil
	}
	err := s.DecideFor(ctx, tx, d, true)
	if k := errs.KindOf(err); err != nil && (k == errs.Conflict || k == errs.NotFound) {
		return nil // decided, or gone, at this moment
	}
	return err
}

// JuryOverridden does what by decided otherwise than a jury, within its
// transaction.
func (s *Service) JuryOverridden(ctx context.Context, tx *store.Tx, by social.Actor, j social.Jury) error {
	c, err := tx.Case(ctx, j.Case)
	if err != nil {
		return err
	}
	if err := mayChange(ctx, tx, by, c.Account); err != nil {
		return err
	}
	last, err := tx.LastAbout(ctx, c.Account, c.ID)
	if err != nil {
		return errs.Absent(err)
	}
	if j.Override.Verdict == social.NoBreach {
		return s.undo(ctx, tx, by, last)
	}
	_, err = s.decide(ctx, tx, by, social.Decision{By: by.Account, Account: c.Account, Case: c.ID, Posts: j.Posts, Action: JuryAction, Harm: c.Harm,
		Rule: j.Override.Rule, Facts: j.Reason, Undoes: last.ID, Decider: social.ByPerson}, true)
	return err
}
