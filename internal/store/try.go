package store

import (
	"context"
	"fmt"
	"slices"
)

// Try runs do as a part of tx that fails alone: if it does, nothing of it stays,
// neither rows nor facts nor records, and what tx did before and does after
// counts. The error is do's. Whether the rest goes on is for the caller to say:
// only what will fail again just so may be passed over.
func (tx *Tx) Try(ctx context.Context, do func() error) error {
	facts, due, records, erased := slices.Clip(tx.facts), slices.Clip(tx.due), slices.Clip(tx.evidence), slices.Clip(tx.erased)
	if _, err := tx.exec(ctx, `SAVEPOINT part`); err != nil {
		return err
	}
	failed := do()
	if failed != nil {
		tx.facts, tx.due, tx.evidence, tx.erased = facts, due, records, erased
		if _, err := tx.exec(ctx, `ROLLBACK TO SAVEPOINT part`); err != nil {
			return fmt.Errorf("undo what failed (%v): %w", failed, err)
		}
	}
	if _, err := tx.exec(ctx, `RELEASE SAVEPOINT part`); err != nil {
		return err
	}
	return failed
}
