package posts

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
)

// AnswerQuote takes what by, from another server, says to being quoted by a
// post. The stamp is the address of the consent.
func (s *Service) AnswerQuote(ctx context.Context, by social.Actor, quoting social.PostID, stamp string, accepted bool) error {
	return errNotYet
}

// MayBeQuotedBy tells whether a post of ours may be quoted by a remote
// account, or why not: NotFound for what that account may not see.
func (s *Service) MayBeQuotedBy(ctx context.Context, quoted social.PostID, by social.AccountID) error {
	return errNotYet
}
