package hosts

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// PreviewBlock is what a block, new or changed, would cut. It refuses what Add
// and Change would.
func (s *Service) PreviewBlock(ctx context.Context, by social.Actor, b social.HostBlock) (social.HostCut, error) {
	b, err := s.checked(b)
	if err != nil {
		return social.HostCut{}, err
	}
	return s.preview(ctx, by, func(r *social.HostRules) *social.HostRules { return r.With(b) })
}

// PreviewDisallow is what would be cut if a host were not let in any more:
// nothing, where all may come.
func (s *Service) PreviewDisallow(ctx context.Context, by social.Actor, host string) (social.HostCut, error) {
	return s.preview(ctx, by, func(r *social.HostRules) *social.HostRules { return r.Disallowing(host) })
}

// PreviewLimit is what would be cut if only hosts that were let in might come.
func (s *Service) PreviewLimit(ctx context.Context, by social.Actor) (social.HostCut, error) {
	return s.preview(ctx, by, (*social.HostRules).Limiting)
}

func (s *Service) preview(ctx context.Context, by social.Actor, change func(*social.HostRules) *social.HostRules) (c social.HostCut, err error) {
	err = s.read(ctx, by, func(v *store.View) error {
		c, err = cut(ctx, v, change)
		return err
	})
	return c, err
}

// cut counts what would be kept further away from after a change.
func cut(ctx context.Context, v *store.View, change func(*social.HostRules) *social.HostRules) (c social.HostCut, err error) {
	was, err := v.HostRules(ctx)
	if err != nil {
		return c, err
	}
	known, err := v.KnownHosts(ctx)
	if err != nil {
		return c, err
	}
	there := change(was).StricterAt(was, known)
	if len(there) == 0 {
		return c, nil
	}
	c, err = v.HostCut(ctx, there)
	c.Known, c.Hosts = len(there), there[:min(len(there), social.MaxCutHosts)]
	return c, err
}

// errOwn is the error of a rule about ourselves.
var errOwn = errs.New(errs.Invalid, "Validation failed: This would be about this house itself.")

// checked is a block as it is kept, if it can be.
func (s *Service) checked(b social.HostBlock) (_ social.HostBlock, err error) {
	if b.Host, err = s.foreign(b.Host); err != nil {
		return b, err
	}
	return clean(b)
}

// foreign is the name of a host, unless that is ours.
func (s *Service) foreign(typed string) (string, error) {
	host, err := social.CleanHost(typed)
	if err == nil && s.view.HoldsUs(host) {
		err = errOwn
	}
	return host, err
}
