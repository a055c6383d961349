package inbox

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	vanishedAtOnce  = 2
	vanishedTimeout = time.Minute
	vanishedTries   = 5
)

// VanishedWorker finds out whether who is behind an inbox that is gone has
// left: their own server has to say so.
func (s *Inbox) VanishedWorker() work.Worker {
	return work.Worker{Kind: federation.VanishedJob, AtOnce: vanishedAtOnce, Timeout: vanishedTimeout, Tries: vanishedTries, Do: func(ctx context.Context, args []byte) error {
		inbox, err := federation.ReadVanished(args)
		if err != nil {
			return err
		}
		all, err := s.Federation.AtInbox(ctx, inbox)
		if err != nil {
			return err
		}
		for _, a := range all {
			gone, err := s.Resolver.IsGone(ctx, a.URI)
			if k := errs.KindOf(err); err != nil && (k == errs.Internal || k == errs.Unavailable || k == errs.Limited) {
				return err
			}
			if err != nil || !gone {
				continue
			}
			if err := s.Accounts.Depart(ctx, a.URI); err != nil {
				return err
			}
		}
		return nil
	}}
}
