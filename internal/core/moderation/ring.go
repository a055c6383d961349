package moderation

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// ringAtOnce is of how many appeals one letter tells.
const ringAtOnce = 100

// RingAppeals tells the staff that time runs out for appeals, as it is told of
// notices with a clock: at social.Alarms, once each, and of several at once only the
// last. What rings together is told together: many appeal when many were decided about.
func (s *Service) RingAppeals(ctx context.Context) error {
	for after, more := social.AppealID(0), true; more; {
		var some []social.Appeal
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			some, err = v.AppealsToRing(ctx, after, ringAtOnce)
			return err
		}); err != nil {
			return fmt.Errorf("look which appeals wait: %w", err)
		}
		if more = len(some) == ringAtOnce; len(some) > 0 {
			after = some[len(some)-1].ID
		}
		var due []social.AppealID
		for _, a := range some {
			if a.Span().Reached(s.store.Now()) > a.Alarmed {
				due = append(due, a.ID)
			}
		}
		if len(due) == 0 {
			continue
		}
		if err := s.store.Write(ctx, func(tx *store.Tx) error { return ringAppeals(ctx, tx, due) }); err != nil {
			return fmt.Errorf("tell of appeals that wait: %w", err)
		}
	}
	return nil
}

func ringAppeals(ctx context.Context, tx *store.Tx, due []social.AppealID) error {
	rung := map[int][]social.AppealID{}
	for _, which := range due {
		a, err := tx.HoldAppeal(ctx, which)
		if errs.Absent(err) != nil {
			return err
		}
		p := a.Span().Reached(tx.Now)
		if a.State != social.AppealPending || p <= a.Alarmed {
			continue // answered meanwhile, gone with who made it, or told by another host
		}
		a.Alarmed = p
		if err := tx.SetAppeal(ctx, a); err != nil {
			return err
		}
		rung[p] = append(rung[p], a.ID)
	}
	for _, p := range social.Alarms {
		if len(rung[p]) > 0 {
			tx.Record(event.AppealsAlarmed{Appeals: rung[p], Percent: p})
		}
	}
	return nil
}
