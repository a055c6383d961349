package moderation

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// recordEnds says in the log which other cases ended with a decision, or because
// what was asked for was so already.
func recordEnds(tx *store.Tx, d social.Decision, ended []social.EvidenceID) error {
	for some := range slices.Chunk(ended, evidence.MaxRefs-1) {
		refs := slices.Clone(some)
		body := evidence.Acted{Did: "cases ended", Result: string(d.Action)}
		if d.ID != 0 {
			refs, body.Decision = append(refs, d.Evidence), num(d.ID)
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Outcome: evidence.CasesEnded, Refs: refs, Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// recordSignedOut says in the log how many browsers and apps d shuts out: from this
// commit on they are nobody's, and what they have open is ended by each process as it
// hears of it.
func recordSignedOut(ctx context.Context, tx *store.Tx, d social.Decision) error {
	if d.Action != social.Disable && d.Action != social.Suspend {
		return nil
	}
	n, err := tx.SignedIn(ctx, d.Account)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Outcome: evidence.SignedOut, Refs: []social.EvidenceID{d.Evidence}, About: d.Account,
		Body: evidence.Acted{Decision: num(d.ID), Did: "signed out", Sessions: n}})
	return err
}
