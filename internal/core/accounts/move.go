package accounts

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// SetAliases keeps the addresses of what else is by's: accounts elsewhere that
// may move here, and of which this one may be said to be.
func (s *Service) SetAliases(ctx context.Context, by social.Actor, uris []string) error {
	return errNotYet
}

// Move tells everybody that by, who is one of ours, lives at target now.
// Target must say that it is by, too.
func (s *Service) Move(ctx context.Context, by social.Actor, target social.AccountID) error {
	return errNotYet
}

// Moved is Move for by from another server.
func (s *Service) Moved(ctx context.Context, by social.Actor, target social.AccountID) error {
	return errNotYet
}
