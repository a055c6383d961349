package mirrors

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Gone is files to be taken away, up to limit.
func (s *Service) Gone(ctx context.Context, m social.MirrorID, limit int) ([]string, error) {
	return reading(ctx, s, func(v *store.View) ([]string, error) { return v.MirrorGone(ctx, m, limit) })
}

// Removed tells that they were.
func (s *Service) Removed(ctx context.Context, m social.MirrorID, paths []string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.EndMirrorFiles(ctx, m, paths) })
}

// Slots is where the index is behind the files.
func (s *Service) Slots(ctx context.Context, m social.MirrorID) ([]string, error) {
	return reading(ctx, s, func(v *store.View) ([]string, error) { return v.MirrorSlots(ctx, m) })
}

// Under is up to limit files in a part of the index.
func (s *Service) Under(ctx context.Context, m social.MirrorID, prefix string, limit int) ([]social.MirrorFile, error) {
	return reading(ctx, s, func(v *store.View) ([]social.MirrorFile, error) { return v.MirrorUnder(ctx, m, prefix, limit) })
}

// Nodes is parts of the index as they were written.
func (s *Service) Nodes(ctx context.Context, m social.MirrorID, prefixes []string) ([]social.MirrorNode, error) {
	return reading(ctx, s, func(v *store.View) ([]social.MirrorNode, error) { return v.MirrorNodes(ctx, m, prefixes) })
}

// Indexed stores an index that was written, and the manifest over it.
func (s *Service) Indexed(ctx context.Context, m social.Mirror, written []social.MirrorNode, removed, slots []string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetMirrorIndex(ctx, m.ID, written, removed, slots); err != nil {
			return err
		}
		return tx.SetMirror(ctx, m)
	})
}
