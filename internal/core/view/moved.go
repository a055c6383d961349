package view

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// movedFaces fills in where accounts live now. Few have moved.
func movedFaces(ctx context.Context, s *store.View, faces map[social.AccountID]*Face) error {
	var ids []social.AccountID
	for _, f := range faces {
		if f.MovedTo != 0 {
			ids = append(ids, f.MovedTo)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := s.Accounts(ctx, ids)
	for _, a := range all {
		for _, f := range faces {
			if f.MovedTo == a.ID {
				f.Moved = faceOf(a)
			}
		}
	}
	return err
}
