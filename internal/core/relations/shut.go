package relations

import (
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Limits of a page of hosts.
const (
	DefaultHosts = 100
	MaxHostPage  = 200
)

// ShutHost keeps everybody of another host away from by: by is shown nothing
// of theirs and told nothing of them, and follows between them end soon.
func (s *Service) ShutHost(ctx context.Context, by social.Actor, typed string) error {
	host, err := social.CleanHost(typed)
	if err != nil {
		return err
	}
	return s.store.WriteFor(ctx, by, "shut host out", func(tx *store.Tx) error {
		isNew, err := tx.AddShutHost(ctx, by.Account, host)
		if err != nil || !isNew {
			return err
		}
		if n, err := tx.ShutHostCount(ctx, by.Account); err != nil {
			return err
		} else if n > social.MaxShutHosts {
			return errs.Newf(errs.Invalid, "Validation failed: You can block at most %d hosts.", social.MaxShutHosts)
		}
		tx.Record(event.HostShut{Owner: by.Account, Host: host})
		return nil
	})
}

// OpenHost ends that. A host that is not shut out is fine.
func (s *Service) OpenHost(ctx context.Context, by social.Actor, typed string) error {
	host, err := social.CleanHost(typed)
	if err != nil {
		return err
	}
	return s.store.WriteFor(ctx, by, "let host in", func(tx *store.Tx) error {
		was, err := tx.EndShutHost(ctx, by.Account, host)
		if was {
			tx.Record(event.HostShut{Owner: by.Account, Host: host, Off: true})
		}
		return err
	})
}

// ShutHosts is a page of the hosts that by shut out, the last first.
func (s *Service) ShutHosts(ctx context.Context, by social.Actor, p social.Page) (out view.Slice[string], err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.ShutHosts(ctx, by.Account, p)
		page := view.Ends(all, p, func(h store.ShutHost) int64 { return h.ID })
		out.Newest, out.Oldest = page.Newest, page.Oldest
		for _, h := range page.Items {
			out.Items = append(out.Items, h.Host)
		}
		return err
	})
	return out, err
}

// Across is how many accounts of a host by follows, and how many follow by:
// what shutting it out would end.
func (s *Service) Across(ctx context.Context, by social.Actor, typed string) (following, followers int, err error) {
	host, err := social.CleanHost(typed)
	if err != nil {
		return 0, 0, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		following, followers, err = v.CountAcross(ctx, by.Account, host)
		return err
	})
	return following, followers, err
}

const (
	acrossAtOnce   = 100
	acrossTimeout  = 10 * time.Minute
	acrossTries    = 20
	acrossSideways = 2
)

// Worker ends the follows between people and the hosts they shut out.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: store.ShutHostJob, AtOnce: acrossSideways, Timeout: acrossTimeout, Tries: acrossTries, Do: func(ctx context.Context, args []byte) error {
		var h store.ShutHost
		if err := json.Unmarshal(args, &h); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a host.", err)
		}
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			done, err := s.endAcross(ctx, h)
			if err != nil || done {
				return err
			}
		}
	}}
}

// endAcross ends some of the follows, unless the host was let in meanwhile.
func (s *Service) endAcross(ctx context.Context, h store.ShutHost) (done bool, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		shut, err := tx.IsShut(ctx, h.Owner, h.Host)
		if done = !shut; err != nil || done {
			return err
		}
		follows, err := tx.FollowsAcross(ctx, h.Owner, h.Host, acrossAtOnce)
		if done = len(follows) < acrossAtOnce; err != nil {
			return err
		}
		for _, f := range follows {
			if err := end(ctx, tx, social.Actor{Account: h.Owner}, f.Owner, f.Target); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}
