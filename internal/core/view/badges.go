package view

import (
	"context"
	"maps"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// faceBadges gives accounts their badges.
func faceBadges(ctx context.Context, s *store.View, fs map[social.AccountID]*Face) error {
	var ours []social.AccountID
	for f := range maps.Values(fs) {
		if f.Local() && f.Standing == social.Good {
			ours = append(ours, f.ID)
		}
	}
	roles, confirmed := map[social.AccountID]social.Role{}, []social.Confirmation{}
	if len(ours) > 0 {
		var err error
		if roles, err = s.ShownRoles(ctx, ours); err != nil {
			return err
		}
		if confirmed, err = s.Confirmations(ctx, ours); err != nil {
			return err
		}
	}
	for id, f := range fs {
		var c *social.Confirmation
		if i := slices.IndexFunc(confirmed, func(c social.Confirmation) bool { return c.Account == id }); i >= 0 {
			c = &confirmed[i]
		}
		f.Badges = social.Badges(f.Account, roles[id], c)
	}
	return nil
}
