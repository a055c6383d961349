package moderation

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Alike brings somebody before the staff whose name can be mistaken for another's,
// within a transaction. Nothing else is done about it: two people may have one name.
func (s *Service) Alike(ctx context.Context, tx *store.Tx, who social.AccountID, why string) error {
	said := []rune(why)
	return s.take(ctx, tx, &social.Report{Target: who, Comment: string(said[:min(len(said), social.MaxReportComment)]), Category: social.HarmOther.Category(), Harm: social.HarmOther, Channel: social.ChannelRule})
}
