package polls

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// VoteTitled is Vote for by from another server, whose votes come one by one
// and name what was chosen. The same twice is one.
func (s *Service) VoteTitled(ctx context.Context, by social.Actor, which social.PostID, title string) error {
	return errs.New(errs.Invalid, "This is not there yet.")
}
