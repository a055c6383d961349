package relations

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Endorse recommends other, whom by follows, on by's page, until by follows
// them no longer. Doing so again is fine.
func (s *Service) Endorse(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "endorse", by, other, func(tx *store.Tx, _ social.Account, rel social.Relation) error {
		if !rel.Follows {
			return errs.New(errs.Invalid, "Validation failed: You must be already following the person you want to endorse.")
		}
		isNew, err := tx.Endorse(ctx, by.Account, other)
		if err != nil || !isNew {
			return err
		}
		n, err := tx.EndorsementCount(ctx, by.Account)
		if err == nil && n > social.MaxEndorsements {
			err = errs.Newf(errs.Invalid, "Validation failed: You can recommend at most %d accounts.", social.MaxEndorsements)
		}
		return err
	})
}

// Unendorse ends that. Not recommending is fine.
func (s *Service) Unendorse(ctx context.Context, by social.Actor, other social.AccountID) error {
	return s.between(ctx, "unendorse", by, other, func(tx *store.Tx, _ social.Account, _ social.Relation) error {
		return tx.EndEndorsement(ctx, by.Account, other)
	})
}
