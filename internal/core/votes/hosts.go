package votes

import (
	"context"
	"encoding/json"
	"fmt"
	"net"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	hostJob = "votes-of-host"
	// voters is how many accounts of a host are read at once.
	voters = 2000
)

// HostWorker does what Worker does for everybody on a host, and on all below it,
// once something was decided about that; with an empty name, on each host.
func HostWorker(s *store.Store) work.Worker {
	return work.Worker{Kind: hostJob, AtOnce: 1, Timeout: timeout, Tries: tries, Do: func(ctx context.Context, args []byte) error {
		var name string
		if err := json.Unmarshal(args, &name); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a host.", err)
		}
		var hosts []string
		if err := s.Read(ctx, func(v *store.View) (err error) {
			hosts, err = v.KnownHosts(ctx)
			return err
		}); err != nil {
			return fmt.Errorf("votes of host: %w", err)
		}
		for _, h := range hosts {
			if !within(h, name) {
				continue
			}
			if err := shiftHost(ctx, s, h); err != nil {
				return fmt.Errorf("votes of host: %w", err)
			}
		}
		return nil
	}}
}

// within reports whether a host is one with a name, on whatever port, or below it. All
// are within no name.
func within(host, name string) bool {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		host = bare
	}
	return name == "" || social.HostWithin(host, name)
}

// shiftHost moves the votes of everybody on a host to where they belong.
func shiftHost(ctx context.Context, s *store.Store, host string) error {
	for after := social.AccountID(0); ; {
		var all []social.AccountID
		if err := s.Read(ctx, func(v *store.View) error {
			away, err := v.HostSuspended(ctx, host)
			if err != nil {
				return err
			}
			all, err = v.VotersOn(ctx, host, !away, after, voters)
			return err
		}); err != nil || len(all) == 0 {
			return err
		}
		for _, who := range all {
			if err := shiftAll(ctx, s, who); err != nil {
				return err
			}
			after = who
		}
	}
}

// away reports whether an account is not shown here, by itself or by its host.
func away(ctx context.Context, v *store.View, a social.Account) (bool, error) {
	if a.Standing == social.Suspended || a.Local() {
		return a.Standing == social.Suspended, nil
	}
	return v.HostSuspended(ctx, a.Host)
}
