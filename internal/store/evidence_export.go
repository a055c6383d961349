package store

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/evidence"
)

// EvidenceLeaves returns up to limit leaves from a place on, with the hashes that
// the tree was made of.
func (v *View) EvidenceLeaves(ctx context.Context, from int64, limit int) ([]evidence.LeafAndHash, error) {
	return rows(ctx, v, scanLeaf, `SELECT leaf, hash FROM evidence WHERE idx >= $1 ORDER BY idx LIMIT $2`, from, limit)
}

// scanLeaf lets a hash that is damaged be another one: what checks it says so.
func scanLeaf(r row) (l evidence.LeafAndHash, err error) {
	var h []byte
	err = r.Scan(&l.Leaf, &h)
	if len(h) == tlog.HashSize {
		l.Hash = tlog.Hash(h)
	}
	return l, err
}

// EvidenceOfType returns up to limit records of a type from a place on, in order.
func (v *View) EvidenceOfType(ctx context.Context, t evidence.Type, from int64, limit int) ([]Record, error) {
	return rows(ctx, v, scanEvidence, `SELECT `+recordColumns+` FROM evidence WHERE type = $1 AND idx >= $2 ORDER BY idx LIMIT $3`, t, from, limit)
}

// CountCheckpoints is how many checkpoints there are below a size.
func (v *View) CountCheckpoints(ctx context.Context, below int64) (int64, error) {
	return value[int64](ctx, v, `SELECT COUNT(*) FROM evidence_checkpoints WHERE size < $1`, below)
}

// EvidenceIndex is Evidence without salts and bodies.
func (v *View) EvidenceIndex(ctx context.Context, from int64, limit int) ([]Record, error) {
	return rows(ctx, v, func(r row) (e Record, err error) {
		return e, r.Scan(&e.Index, &e.ID, &e.Leaf, &e.ErasedBy, &e.About, &e.By)
	}, `SELECT idx, id, leaf, erased_idx, about_id, by_id FROM evidence WHERE idx >= $1 ORDER BY idx LIMIT $2`, from, limit)
}
