package sealing

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/store"
)

// Anew computes the log that is in s from its leaves alone, and returns how many
// of them were signed: ErrChanged, if they are not what was signed. It reads all.
func Anew(ctx context.Context, s *store.Store) (n int64, err error) {
	err = s.Read(ctx, func(v *store.View) error {
		last, err := v.LastCheckpoint(ctx)
		if err != nil {
			return errs.Absent(err)
		}
		var tree evidence.Edge
		for n = last.Size; tree.Size() < n; {
			some, err := v.EvidenceLeaves(ctx, tree.Size(), int(min(batch, n-tree.Size())))
			if err != nil {
				return err
			}
			if len(some) == 0 {
				return ErrChanged
			}
			for _, l := range some {
				tree.Add(tlog.RecordHash(l.Leaf))
			}
		}
		if n > 0 && tree.Root() != headOf(last.Note).Root {
			return ErrChanged
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
