package moderation

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxOrders is of how many notices that brought a case it is asked whether they
// are orders: those due first, which orders are.
const maxOrders = 100

// preserve has kept what was removed because an order about terrorist content wanted
// that, for as long as the law says (Regulation (EU) 2021/784, Article 6). It begins
// with the decision that carries the order out: whoever posted it may leave before
// anybody answers. The hold is on the order, and so one for all that it names. Whom
// it is about may know of it, as they learn of the order itself (Article 11).
func preserve(ctx context.Context, tx *store.Tx, by social.Actor, c social.Case, d social.Decision) error {
	if !d.Action.Removes() {
		return nil
	}
	all, err := tx.MattersIn(ctx, c.ID, 0, maxOrders)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Class != social.ClassTerror {
			continue
		}
		if err := preserveOrder(ctx, tx, by, m, d); err != nil {
			return err
		}
	}
	return nil
}

func preserveOrder(ctx context.Context, tx *store.Tx, by social.Actor, m social.Matter, d social.Decision) error {
	keep, _ := social.ClassKeepTerror.Timing()
	until := social.ClassKeepTerror.Span(tx.Now, social.Calendar{}).Due
	now, err := tx.Holds(ctx, tx.Now)
	if err != nil || slices.ContainsFunc(now, func(h social.Hold) bool {
		return h.Kind == social.HoldMatter && h.Subject == int64(m.ID) && (h.Until.IsZero() || !h.Until.Before(until))
	}) {
		return err
	}
	_, err = place(ctx, tx, by, social.Hold{Kind: social.HoldMatter, Subject: int64(m.ID), Until: until, Reason: "An order to remove terrorist content was carried out (" + keep.Source + ")"})
	if err != nil && errs.KindOf(err) == errs.Conflict { // there are too many: what has to go within the hour goes all the same
		_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeAction, Outcome: evidence.NotDone, Refs: []social.EvidenceID{m.Evidence}, About: d.Account,
			Body: evidence.Acted{Decision: num(d.ID), Did: "hold order " + num(m.ID), Result: errs.Public(err)}})
	}
	return err
}
