package store

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// MirrorGone returns files that have to be taken away where the mirror stands.
func (v *View) MirrorGone(ctx context.Context, m social.MirrorID, limit int) ([]string, error) {
	return list[string](ctx, v, `SELECT path FROM mirror_files WHERE mirror_id = $1 AND gone = 1 LIMIT $2`, m, limit)
}

// EndMirrorFiles forgets files that were taken away.
func (tx *Tx) EndMirrorFiles(ctx context.Context, m social.MirrorID, paths []string) error {
	_, err := tx.exec(ctx, `DELETE FROM mirror_files WHERE mirror_id = $1 AND gone = 1 AND path IN `+tx.d.strList(2), m, asJSON(paths))
	return err
}

// MirrorSlots returns where the index of a mirror is behind its files.
func (v *View) MirrorSlots(ctx context.Context, m social.MirrorID) ([]string, error) {
	return list[string](ctx, v, `SELECT slot FROM mirror_slots WHERE mirror_id = $1 ORDER BY slot`, m)
}

// MirrorUnder returns files whose slots begin with prefix, in the order of those.
func (v *View) MirrorUnder(ctx context.Context, m social.MirrorID, prefix string, limit int) ([]social.MirrorFile, error) {
	return rows(ctx, v, scanMirrorFile, `SELECT `+mirrorFileColumns+` FROM mirror_files
		WHERE mirror_id = $1 AND slot >= $2 AND slot < $3 AND gone = 0 ORDER BY slot, path LIMIT $4`, m, prefix, prefix+"g", limit)
}

// MirrorNodes returns nodes of the index by their prefixes.
func (v *View) MirrorNodes(ctx context.Context, m social.MirrorID, prefixes []string) ([]social.MirrorNode, error) {
	return rows(ctx, v, func(r row) (n social.MirrorNode, err error) {
		return n, r.Scan(&n.Prefix, &n.Size, &n.Sum, &n.Files, &n.Bytes)
	}, `SELECT prefix, size, sha256, files, bytes FROM mirror_nodes WHERE mirror_id = $1 AND prefix IN `+v.d.strList(2)+` ORDER BY prefix`, m, asJSON(prefixes))
}

// SetMirrorIndex stores nodes that were written and removed, and that the index
// tells of slots as they are. It is for who holds the mirror.
func (tx *Tx) SetMirrorIndex(ctx context.Context, m social.MirrorID, written []social.MirrorNode, removed, slots []string) error {
	for _, n := range written {
		if _, err := tx.exec(ctx, `INSERT INTO mirror_nodes (mirror_id, prefix, size, sha256, files, bytes) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (mirror_id, prefix) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, files = excluded.files, bytes = excluded.bytes`,
			m, n.Prefix, n.Size, n.Sum, n.Files, n.Bytes); err != nil {
			return err
		}
	}
	if _, err := tx.exec(ctx, `DELETE FROM mirror_nodes WHERE mirror_id = $1 AND prefix IN `+tx.d.strList(2), m, asJSON(removed)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM mirror_slots WHERE mirror_id = $1 AND slot IN `+tx.d.strList(2), m, asJSON(slots))
	return err
}
