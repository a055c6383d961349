package moderation

import (
	"context"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// What becomes of a proposal, as the log has it.
const (
	made     = "made"
	replaced = "replaced" // by another
	agreed   = "agreed"   // the decision stands right after
	refused  = "refused"  // something else was decided
	lapsed   = "lapsed"   // the case ended with another
)

// propose has a decision wait for somebody else to agree.
func (s *Service) propose(ctx context.Context, tx *store.Tx, c *social.Case, d social.Decision) error {
	if c.Proposal.By != 0 {
		if err := s.recordProposal(ctx, tx, *c, replaced, d.By, string(d.Action)); err != nil {
			return err
		}
	}
	c.Proposal = social.Proposal{By: d.By, Decision: d}
	p, err := s.proposal(ctx, tx, *c, made, 0, "")
	if err != nil {
		return err
	}
	c.Proposal.Evidence, c.Claimed = p.ID(), 0
	return tx.SetCase(ctx, *c)
}

func (s *Service) recordProposal(ctx context.Context, tx *store.Tx, c social.Case, outcome string, second social.AccountID, instead string) error {
	_, err := s.proposal(ctx, tx, c, outcome, second, instead)
	return err
}

// proposal is the record of what became of what waits in a case. Second is who of
// the staff had to do with that, zero for nobody.
func (s *Service) proposal(ctx context.Context, tx *store.Tx, c social.Case, outcome string, second social.AccountID, instead string) (p store.Proof, err error) {
	subject, posts, err := s.addresses(ctx, tx, c.Account, postsOf(c.Post))
	if err != nil {
		return p, err
	}
	if len(posts) == 1 {
		subject = posts[0]
	}
	body := evidence.Proposed{Case: num(c.ID), Subject: subject, Action: string(c.Proposal.Decision.Action), Outcome: outcome, Instead: instead}
	if body.By, err = tx.Pseudonym(ctx, c.Proposal.By, tx.Now); err != nil {
		return p, err
	}
	if second != 0 {
		if body.Second, err = tx.Pseudonym(ctx, second, tx.Now); err != nil {
			return p, err
		}
	}
	return tx.AddEvidence(store.Evidence{Type: evidence.TypeProposal, Category: evidence.Category(c.Harm), Outcome: outcome, Refs: []social.EvidenceID{c.Evidence, c.Proposal.Evidence}, Body: body, About: c.Account})
}

// recordClosing says in the log that a report was closed without its case, or
// opened again.
func recordClosing(tx *store.Tx, r social.Report, outcome string) error {
	if r.Evidence == 0 {
		return nil // from before there was a log
	}
	_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Category: evidence.Category(r.Harm), Outcome: outcome, Refs: []social.EvidenceID{r.Evidence},
		Body: evidence.Acted{Did: "report " + num(r.ID) + " of case " + num(r.Case), Result: outcome}})
	return err
}
