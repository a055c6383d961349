package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

const hashListColumns = `l.id, l.name, l.class, l.by_id, l.changed_ms, (SELECT COUNT(*) FROM hashes h WHERE h.list_id = l.id)`

func scanHashList(r row) (l social.HashList, err error) {
	var at int64
	err = r.Scan(&l.ID, &l.Name, &l.Class, &l.By, &at, &l.Size)
	l.Changed = moment(at)
	return l, err
}

// HashLists returns all lists of hashes of files, by name.
func (v *View) HashLists(ctx context.Context) ([]social.HashList, error) {
	return rows(ctx, v, scanHashList, `SELECT `+hashListColumns+` FROM hash_lists l ORDER BY l.name LIMIT $1`, social.MaxHashLists)
}

// HashListNamed returns the list with a name, or NotFound.
func (v *View) HashListNamed(ctx context.Context, name string) (social.HashList, error) {
	return one(ctx, v, noRecord, scanHashList, `SELECT `+hashListColumns+` FROM hash_lists l WHERE l.name = $1`, name)
}

// AddHashList stores a list, or that it has another class.
func (tx *Tx) AddHashList(ctx context.Context, l social.HashList) error {
	_, err := tx.exec(ctx, `INSERT INTO hash_lists (id, name, class, by_id, changed_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE SET class = excluded.class, by_id = excluded.by_id, changed_ms = excluded.changed_ms`,
		l.ID, l.Name, l.Class, l.By, millis(tx.Now))
	return err
}

// EndHashList removes a list and all that is on it.
func (tx *Tx) EndHashList(ctx context.Context, which social.HashListID) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM hash_lists WHERE id = $1`, which)
	return n > 0, err
}

// AddHashes puts hashes on a list; what is on it already stays there.
func (tx *Tx) AddHashes(ctx context.Context, which social.HashListID, all []social.FileHash) (added int, err error) {
	for _, h := range all {
		n, err := tx.exec(ctx, `INSERT INTO hashes (list_id, alg, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, which, h.Alg, h.Hash)
		if err != nil {
			return added, err
		}
		added += int(n)
	}
	return added, nil
}

// CountHashes counts those on all lists.
func (v *View) CountHashes(ctx context.Context) (int, error) {
	return value[int](ctx, v, `SELECT COUNT(*) FROM hashes`)
}

// Hashes returns a page of what is on a list: up to limit after one, in order.
func (v *View) Hashes(ctx context.Context, which social.HashListID, after social.FileHash, limit int) ([]social.FileHash, error) {
	return rows(ctx, v, func(r row) (h social.FileHash, err error) { return h, r.Scan(&h.Alg, &h.Hash) },
		`SELECT alg, hash FROM hashes WHERE list_id = $1 AND (alg, hash) > ($2, $3) ORDER BY alg, hash LIMIT $4`, which, after.Alg, after.Hash, limit)
}
