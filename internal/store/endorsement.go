package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// EndorsementCount is how many accounts owner recommends.
func (v *View) EndorsementCount(ctx context.Context, owner social.AccountID) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM endorsements WHERE owner_id = $1`, owner)
}

// Endorse stores that owner recommends target, and tells whether that is new.
func (tx *Tx) Endorse(ctx context.Context, owner, target social.AccountID) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO endorsements (id, owner_id, target_id) VALUES ($1, $2, $3) ON CONFLICT (owner_id, target_id) DO NOTHING`,
		id.New(tx.Now), owner, target)
	return n > 0, err
}

// EndEndorsement removes that.
func (tx *Tx) EndEndorsement(ctx context.Context, owner, target social.AccountID) error {
	_, err := tx.exec(ctx, `DELETE FROM endorsements WHERE owner_id = $1 AND target_id = $2`, owner, target)
	return err
}
