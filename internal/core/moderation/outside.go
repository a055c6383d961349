package moderation

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TellOutside writes down that somebody outside was told of what a case is about,
// and has its records kept for as long as the law that asks for that wants. Whom it
// is about does not learn of it. Plaza sends nothing itself: these places take no
// letters from programs they do not know.
func (s *Service) TellOutside(ctx context.Context, by social.Actor, which social.CaseID, told social.Told) error {
	told.Ref = tidy(told.Ref)
	o, err := told.Check()
	if err != nil {
		return err
	}
	if err := by.MustModerate(); err != nil {
		return err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(ctx, which)
		if err == nil {
			err = hidden(ctx, &tx.View, by, c)
		}
		if err == nil {
			err = mayChange(ctx, tx, by, c.Account)
		}
		if err != nil {
			return err
		}
		who, err := record.Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		// Anybody reads leaves, and whoever reported something knows which are of its
		// case: this one does not say of which it is.
		p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeExternalReport, About: c.Account,
			Body: evidence.ToldOutside{Case: num(c.ID), To: string(o.Kind), Source: o.Source, Ref: told.Ref, By: who}})
		if err != nil {
			return err
		}
		_, err = place(ctx, tx, by, social.Hold{Kind: social.HoldCase, Subject: int64(c.ID), Silent: true, Until: o.Keep.Span(tx.Now, social.Calendar{}).Due,
			Reason: fmt.Sprintf("Told: %s (%s), %s", o.Name, o.Source, told.Ref)}, p.ID())
		return err
	})
	if err != nil {
		return fmt.Errorf("write down who was told: %w", err)
	}
	return nil
}
