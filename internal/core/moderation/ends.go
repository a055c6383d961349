package moderation

import (
	"context"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// closeAll ends the case of d and, if d is about the whole account, everything
// else that is open about it.
func (s *Service) closeAll(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case, d social.Decision) error {
	var ended []social.EvidenceID // that d does not refer to
	if c.ID != 0 && c.Open() {
		if err := s.end(ctx, tx, by, c, d); err != nil {
			return err
		}
		if d.ID == 0 {
			ended = append(ended, c.Evidence)
		}
	}
	if d.Action == social.Warn || d.Action == social.Dismiss || d.Action.OfPost() || !d.Action.Sanction() || d.Decider == social.ByMachine {
		return recordEnds(tx, d, ended) // what a rule does by itself does not keep anybody from looking
	}
	others, err := tx.HoldCasesOf(ctx, d.Account, maxEnded)
	if err != nil {
		return err
	}
	for _, o := range others {
		if stays(tx, by, o, d) {
			continue
		}
		if err := s.end(ctx, tx, by, o, d); err != nil {
			return err
		}
		ended = append(ended, o.Evidence)
	}
	return recordEnds(tx, d, ended)
}

// stays reports whether another case does not end with a decision about the whole
// account: somebody else has it, or nobody has looked at what may be grave.
func stays(tx *store.Tx, by social.Actor, o social.Case, d social.Decision) bool {
	has := o.ClaimedBy(tx.Now)
	return has != 0 && has != by.Account || d.Action != social.Suspend && (o.Queue == social.QueueHarm || o.Queue == social.QueueLegal)
}

// maxEnded is how many other cases about an account end with a decision about it.
const maxEnded = 1000

func (s *Service) end(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case, d social.Decision) error {
	if c.Proposal.By != 0 && (d.Second == 0 || d.Case != c.ID) {
		outcome := refused
		if d.Case != c.ID {
			outcome = lapsed
		}
		if err := s.recordProposal(ctx, tx, c, outcome, by.Account, string(d.Action)); err != nil {
			return err
		}
	}
	if c.Sampled {
		if err := recordSamples(ctx, tx, c, d); err != nil {
			return err
		}
	}
	c.Outcome, c.ClosedAt, c.ClosedBy, c.Proposal, c.Claimed = d.Action, tx.Now, by.Account, social.Proposal{}, 0
	if err := tx.SetCase(ctx, c); err != nil {
		return err
	}
	if err := preserve(ctx, tx, by, c, d); err != nil {
		return err
	}
	tx.Record(event.CaseClosed{Case: c.ID, Decision: d.ID})
	return tx.CloseReports(ctx, c.ID, by.Account, d.Action != social.Dismiss)
}
