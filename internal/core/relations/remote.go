package relations

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

var errNotYet = errs.New(errs.Invalid, "This is not there yet.")

// FollowAs is Follow for by from another server, under the address by which it
// will be undone.
func (s *Service) FollowAs(ctx context.Context, by social.Actor, target social.AccountID, uri string) error {
	return errNotYet
}

// BlockAs is the same of Block.
func (s *Service) BlockAs(ctx context.Context, by social.Actor, target social.AccountID, uri string) error {
	return errNotYet
}

// Answer takes what by, from another server, says to being followed by one of
// ours. An answer to nothing changes nothing; a late refusal ends the follow.
func (s *Service) Answer(ctx context.Context, by social.Actor, owner social.AccountID, accepted bool) error {
	return errNotYet
}

// Act is what by did under an address, or NotFound: what to undo.
func (s *Service) Act(ctx context.Context, by social.Actor, uri string) (social.Act, error) {
	return social.Act{}, errNotYet
}
