package moderation

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Noticed brings what a notice with a clock names before the staff, within the
// transaction of the notice: what is decided about it then is decided in a case,
// and rests on the notice. Nobody has to be able to see it for that. Due is until
// when the notice is to be answered, and because the record that it came.
func (s *Service) Noticed(ctx context.Context, tx *store.Tx, r social.Report, due time.Time, because social.EvidenceID) (social.ReportID, error) {
	r.Reporter, r.Category = 0, r.Harm.Category()
	if err := s.take(ctx, tx, &r, because); err != nil {
		return 0, err
	}
	c, err := tx.HoldCase(ctx, r.Case)
	if err != nil || !due.Before(c.Due) {
		return r.ID, err
	}
	c.Due = due
	return r.ID, tx.SetCase(ctx, c)
}
